"""Processes that see their own /opt/ml, without containers and without root.

A private user, mount, host-name and process namespace stands for the container: /opt is a fresh
tmpfs, the job's folder is bound at /opt/ml, the host is called algo-1, and when the first process
ends the kernel ends whatever it left behind. Where namespaces are forbidden (hardened kernels,
macOS) the job's folder is written into arguments and environment instead, and the report says so.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from rehearsal.host import Host

OPT_ML = "/opt/ml"
HOST_NAME = "algo-1"  # what SageMaker calls the first instance of a job

# SageMaker leaves a job 120 s between SIGTERM and SIGKILL; compressed, like every other wait.
_GRACE_SECONDS = 3.0

# $1 the job's folder, $2 its hosts file, $3 working directory, then the folders of /opt to keep, --, command.
# /mnt holds the host's /opt only until the wanted parts are bound back.
_ENTER = """
ml="$1" hosts="$2" cwd="$3"; shift 3
mount --rbind /opt /mnt
mount -t tmpfs tmpfs /opt
mkdir /opt/ml
case "$ml" in /opt/*) ml="/mnt/${ml#/opt/}";; esac
mount --bind "$ml" /opt/ml
while [ "$1" != -- ]; do mkdir -p "$1"; mount --rbind "/mnt/${1#/opt/}" "$1"; shift; done
umount -l /mnt
mount --bind "$hosts" /etc/hosts
hostname algo-1
cd "$cwd"
shift
exec "$@"
"""
_UNSHARE = ("setpriv", "--pdeathsig", "KILL", "unshare", "-Urmu", "--fork", "--pid", "--kill-child")


class Sandbox:
    """Starts processes; those still running end with the engine or with `close`."""

    def __init__(self, host: Host, python: Path) -> None:
        self._host = host
        # Not resolved: a virtual environment is found through the path of its own interpreter link.
        self.python = python.absolute()
        # The parent-death signal fires when the *thread* that started the child ends, so one thread,
        # which lives as long as the engine, starts them all.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox")
        self._running: set[Process] = set()

    @cached_property
    def isolated(self) -> bool:
        """Whether this machine allows the namespaces; asked once, by entering one."""
        probe = self._host.run_dir / "sandbox-probe"
        probe.mkdir(parents=True, exist_ok=True)
        try:
            command = self._inside(["true"], probe, OPT_ML, network=True)
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
        """What lives under /opt and the processes need: the interpreter with its libraries."""
        asked = "import sys; print(sys.prefix, sys.base_prefix, sep='\\n')"
        prefixes = subprocess.run([self.python, "-c", asked], capture_output=True, text=True, check=True)
        code = Path(__file__).parent
        found = {
            str(Path(line))
            for line in [*prefixes.stdout.split("\n"), str(code), str(self.python.parent.parent)]
        }
        return sorted(path for path in found if path.startswith("/opt/"))

    def _inside(self, argv: Sequence[str], ml: Path, cwd: str, network: bool) -> list[str]:
        hosts = ml.parent / f"{ml.name}.hosts"
        hosts.write_text(f"127.0.0.1 localhost {HOST_NAME}\n")
        entry = ["sh", "-ec", _ENTER, "sandbox", str(ml), str(hosts), cwd, *self._kept, "--", *argv]
        return [*_UNSHARE, *([] if network else ["--net"]), *entry]

    def environment(self, role_keys: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
        """What a job's process gets: nothing of the engine's own environment but the search path."""
        return {
            "PATH": f"{self.python.parent}:{os.environ.get('PATH', os.defpath)}",
            "HOME": "/tmp",
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            # The region under this one name only: SageMaker does not promise AWS_DEFAULT_REGION.
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
    ) -> "Process":
        """Start `argv` with the folder `ml` as its /opt/ml; `cwd` is a path as the process sees it.

        `keep_open` are file descriptors the process inherits. Without `network` not even the emulator
        can be reached, as under EnableNetworkIsolation.
        """
        ml = ml.absolute()
        if self.isolated:
            command, environment, folder = self._inside(argv, ml, cwd, network), dict(env), "/"
        else:
            if not network:
                self._host.not_rehearsed("EnableNetworkIsolation", "namespaces are not available here")
            command = [_relocated(word, ml) for word in argv]
            environment = {key: _relocated(value, ml) for key, value in env.items()}
            environment["SAGEMAKER_BASE_DIR"] = str(ml)
            folder = _relocated(cwd, ml)

        def spawn() -> subprocess.Popen[str]:
            return subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
                pass_fds=keep_open,
            )

        process = Process(self._starter.submit(spawn).result(), self._running)
        self._running.add(process)
        return process

    def close(self) -> None:
        """Kill every process still running."""
        for process in list(self._running):
            process.kill()
        self._starter.shutdown()


def _relocated(text: str, ml: Path) -> str:
    return re.sub(rf"{OPT_ML}(?=/|$)", str(ml), text)


class Process:
    """A started process and everything it started."""

    def __init__(self, popen: subprocess.Popen[str], running: set["Process"]) -> None:
        self._popen = popen
        self._running = running

    def lines(self) -> Iterator[str]:
        """Output lines (stdout and stderr as one) as they come, until the process ends."""
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            yield line.rstrip("\n")

    def wait(self) -> int:
        """The exit status; negative is the signal that ended the process."""
        status = self._popen.wait()
        # In the fallback no namespace sweeps up what the first process left running.
        self._signal(signal.SIGKILL)
        self._running.discard(self)
        return status

    @property
    def ended(self) -> bool:
        return self._popen.poll() is not None

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after a short grace."""
        self._signal(signal.SIGTERM)
        try:
            self._popen.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._popen.wait()
        self._running.discard(self)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._popen.pid, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            # macOS answers so when only zombies are left in the group.
            if sys.platform != "darwin":
                raise
