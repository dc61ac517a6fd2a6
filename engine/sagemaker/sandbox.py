"""Processes that have their own /opt/ml, without containers and without root.

A private user, mount, host-name and process namespace replaces the container: /opt is a fresh tmpfs, the
job's folder is bound at /opt/ml, the host is called algo-1, and when the first process ends the kernel ends
its descendants. When namespaces are forbidden (hardened kernels, macOS), the job's folder is written into
arguments and environment instead, and the report mentions it."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from engine.host import Host
from engine.sagemaker.process import Process, Starter

OPT_ML = "/opt/ml"
# The XGBoost image's toolkit from the set-up, with the gunicorn and Flask that the image pins.
LIBRARIES = Path(sys.prefix).parent / "serving"
HOST_NAME = "algo-1"  # SageMaker's name for the first instance of a job

# $1 its hosts file, $2 working directory, $3 whether /tmp is its own, $4 read-only places, then pairs of
# folder and place, --, command. /mnt holds the host's /opt until the wanted parts are bound back.
_ENTER = """
hosts="$1" cwd="$2" image="$3" locked="$4"; shift 4
mount --rbind /opt /mnt
mount -t tmpfs tmpfs /opt
while [ "$1" != -- ]; do
  case "$1" in /opt/*) from="/mnt/${1#/opt/}";; *) from="$1";; esac
  mkdir -p "$2"; mount --rbind "$from" "$2"; shift 2
done
shift
umount -l /mnt
mount --bind "$hosts" /etc/hosts
hostname algo-1
for place in $locked; do mount -o remount,bind,ro "$place"; done
# The search path may lead through /tmp, which is covered next.
unshare="$(readlink -f "$(command -v unshare)")"
[ -z "$image" ] || mount -t tmpfs tmpfs /tmp
cd "$cwd"
[ -z "$locked" ] || exec "$unshare" --user --map-user=1000 --map-group=1000 "$@"
exec "$@"
"""
_UNSHARE = ("unshare", "-Urmu", "--fork", "--pid", "--kill-child")


@dataclass(frozen=True)
class Image:
    """
    Contents of a container beside /opt/ml and the machine's own files.

    :ivar folders: by their place in the container, below /opt; with any, /tmp is private too
    :ivar locked: read-only places; with any, it runs as a user without root
    """

    folders: Mapping[str, Path] = field(default_factory=dict)
    locked: Sequence[str] = ()


class Sandbox:
    """Starts processes; those still running end with the engine or with `close`."""

    def __init__(self, host: Host, python: Path) -> None:
        self._host = host
        # The link is not resolved, because a virtual environment is found through its interpreter's path.
        self.python = python.absolute()
        self._starter = Starter()

    @cached_property
    def isolated(self) -> bool:
        """Whether this machine permits the namespaces; tested once, by entering one."""
        probe = self._host.run_dir / "sandbox-probe"
        probe.mkdir(parents=True, exist_ok=True)
        try:
            command = self._inside(["true"], probe, OPT_ML, network=True, image=Image())
            entered = subprocess.run(command, capture_output=True, text=True, check=False)
            refusal = entered.stderr.strip() if entered.returncode else None
        except FileNotFoundError as missing:
            refusal = str(missing)
        if refusal is not None:
            self._host.not_rehearsed(
                "/opt/ml isolation",
                f"namespaces are not available here ({refusal}); jobs got their folder through arguments, "
                "environment and SAGEMAKER_BASE_DIR instead of /opt/ml",
            )
        return refusal is None

    @cached_property
    def _kept(self) -> list[str]:
        """Folders under /opt that the processes need: the interpreter with its libraries."""
        asked = "import sys; print(sys.prefix, sys.base_prefix, sep='\\n')"
        told = subprocess.run([self.python, "-c", asked], capture_output=True, text=True, check=True)
        prefixes = map(Path, told.stdout.split("\n"))
        found = {*prefixes, Path(__file__).parent, LIBRARIES, self.python.parent.parent}
        return sorted(path for path in map(str, found) if path.startswith("/opt/"))

    def _inside(self, argv: Sequence[str], ml: Path, cwd: str, network: bool, image: Image) -> list[str]:
        hosts = ml.parent / f"{ml.name}.hosts"
        hosts.write_text(f"127.0.0.1 localhost {HOST_NAME}\n")
        folders = {OPT_ML: ml, **{path: Path(path) for path in self._kept}, **image.folders}
        pairs = [word for place, folder in folders.items() for word in (str(folder), place)]
        flags = ["own" if image.folders else "", " ".join(image.locked)]
        entry = ["sh", "-ec", _ENTER, "sandbox", str(hosts), cwd, *flags, *pairs, "--", *argv]
        return [*_UNSHARE, *([] if network else ["--net"]), *entry]

    def environment(self, role_keys: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
        """Environment of a job's process: of the engine's own environment only the search path."""
        return {
            "PATH": f"{self.python.parent}:{os.environ.get('PATH', os.defpath)}",
            "HOME": "/tmp",
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            # An instance belongs to its job. Here waiting threads that spin would keep the engine from the
            # cores: two thirds of a training's CPU time. Results stay the same.
            "OMP_WAIT_POLICY": "PASSIVE",
            # The region has this name only: SageMaker does not guarantee AWS_DEFAULT_REGION.
            "AWS_REGION": self._host.region,
            "AWS_ENDPOINT_URL": self._host.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            **role_keys,
            **extra,
        }

    def start(
        self,
        argv: Sequence[str],
        ml: Path,
        env: Mapping[str, str],
        cwd: str = OPT_ML,
        network: bool = True,
        keep_open: Sequence[int] = (),
        image: Image = Image(),
    ) -> Process:
        """Start `argv` with the folder `ml` as its /opt/ml; `cwd` is a path inside the sandbox.

        `keep_open` are inherited file descriptors. Without `network` not even the emulator can be reached, as
        under EnableNetworkIsolation."""
        ml = ml.absolute()
        if self.isolated:
            command, environment, folder = self._inside(argv, ml, cwd, network, image), dict(env), "/"
        else:
            if not network:
                self._host.not_rehearsed("EnableNetworkIsolation", "namespaces are not available here")
            (ml.parent / "tmp").mkdir(exist_ok=True)
            places = {OPT_ML: ml, **image.folders, **({"/tmp": ml.parent / "tmp"} if image.folders else {})}
            command = [_relocated(word, places) for word in argv]
            environment = {key: _relocated(value, places) for key, value in env.items()}
            environment.setdefault("SAGEMAKER_BASE_DIR", str(ml))
            folder = _relocated(cwd, places)

        return self._starter.start(command, environment, folder, keep_open)

    def close(self) -> None:
        """Kill every process still running."""
        self._starter.close()


def _relocated(text: str, places: Mapping[str, Path]) -> str:
    """The text with places of a container replaced by those of this machine, also inside lists like PATH."""
    known = "|".join(map(re.escape, places))
    return re.sub(rf"(?<![\w.-])({known})(?=[/:]|$)", lambda found: str(places[found[1]]), text)
