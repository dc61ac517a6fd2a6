"""Start the rehearsal engine: `python -m engine --run-dir DIR --port N --toolchain
.toolchain/toolchain.json`.

Prints one JSON line {"ready": true, "endpoint": ...} and runs until SIGTERM, SIGINT or the death of its
parent; it then ends every process that it caused, within three seconds. SIGUSR1 makes it outlive its
parent."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from engine.emulator.settings import ACCOUNT, REGION, ROOT_SECRET_KEY
from engine.processes import adopt_orphans, kill_descendants, when_parent_ends
from engine.unknowns import assumption

_START_SECONDS = 60
_END_SECONDS = 2.0
# A Wait of 30 s lasts 0.3 s: long enough to be seen in a history, short enough for a rehearsal.
_WAIT_SCALE = 0.01
_ROOT = Path(__file__).parent.parent


def main() -> int:
    options = _parse()
    run_dir = options.run_dir.resolve()
    run_dir.mkdir(parents=True, exist_ok=True)
    port = options.port or _free_port()
    if _answers(port):
        print(f"Port {port} is in use. Give another one with --port, or --port 0.", file=sys.stderr)
        return 1
    adopt_orphans()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    stays = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: stays.set())
    when_parent_ends(lambda: None if stays.is_set() else ended.set())
    with (run_dir / "emulator.log").open("ab") as log:
        engine = subprocess.Popen(
            [sys.executable, "-m", "engine.emulator", _settings(options, run_dir, port)],
            cwd=_ROOT,
            env=_environment(run_dir, port, options.wait_scale),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        if _wait_until_ready(engine, port, ended):
            print(json.dumps({"ready": True, "endpoint": f"http://127.0.0.1:{port}"}), flush=True)
            while not ended.wait(0.2) and engine.poll() is None:
                pass
        if ended.is_set():
            return 0
        print(_tail(run_dir / "emulator.log"), file=sys.stderr)
        return 1
    finally:
        _end(engine)
        shutil.rmtree(run_dir / "tmp", ignore_errors=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of this run")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--toolchain", type=Path, default=_ROOT / ".toolchain" / "toolchain.json")
    parser.add_argument(
        "--wait-scale",
        type=float,
        default=_WAIT_SCALE,
        help="real seconds per second of a Wait state, a Retry delay, an alarm's period or the baking of an "
        f"endpoint (default {_WAIT_SCALE})",
    )
    parser.add_argument(
        "--quota",
        dest="quotas",
        type=_quota,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a quota granted beyond a new account's, e.g. 'ml.m5.large for endpoint usage=4'",
    )
    parser.add_argument(
        "--unknown",
        dest="unknowns",
        type=_assumption,
        action="append",
        default=[],
        metavar="NAME=ANSWER",
        help="an undocumented answer of AWS, assumed otherwise than by default (engine/unknowns.json)",
    )
    parser.add_argument(
        "--spark-ahead",
        action="store_true",
        help="start and warm a JVM before a Glue run needs it, and the next one after it",
    )
    parser.add_argument(
        "--member-account",
        action="store_true",
        help="the account is a member of an organization whose payer lets it have no budgets",
    )
    return parser.parse_args()


def _quota(text: str) -> tuple[str, int]:
    name, _, value = text.rpartition("=")
    if not name or not value.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE with a whole number")
    return name, int(value)


def _assumption(text: str) -> tuple[str, str]:
    try:
        return assumption(text)
    except ValueError as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from refusal


def _settings(options: argparse.Namespace, run_dir: Path, port: int) -> str:
    given = {
        **vars(options),
        "run_dir": str(run_dir),
        "port": port,
        "toolchain": str(options.toolchain.resolve()),
        "quotas": dict(options.quotas),
        "unknowns": dict(options.unknowns),
    }
    return json.dumps(given)


def _environment(run_dir: Path, port: int, wait_scale: float) -> dict[str, str]:
    """The emulator reads these when it is imported. The caller's AWS variables must not reach handlers."""
    scratch = run_dir / "tmp"
    scratch.mkdir(exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **inherited,
        "AUTH": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET_KEY,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "false",
        "LAMBDA_EXECUTOR": "local",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        # CDK's own handlers do not bundle the SDK, because the Lambda runtime contains it.
        "NODE_PATH": os.environ.get("NODE_PATH", str(_ROOT / "node_modules")),
        "PYTHONPATH": str(_ROOT),
        "S3_DATA_DIR": str(run_dir / "s3"),
        "SFN_WAIT_SCALE": str(wait_scale),
        "TMPDIR": str(scratch),
    }


def _wait_until_ready(engine: subprocess.Popen[bytes], port: int, ended: threading.Event) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and engine.poll() is None and not ended.is_set():
        if _answers(port):
            return True
        time.sleep(0.05)
    return False


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(["The rehearsal engine ended:", *log.read_text(errors="replace").splitlines()[-lines:]])


def _end(engine: subprocess.Popen[bytes]) -> None:
    engine.terminate()
    try:
        engine.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        engine.kill()
    kill_descendants()


if __name__ == "__main__":
    sys.exit(main())
