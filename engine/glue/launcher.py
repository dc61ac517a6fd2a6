"""Starts a JVM in advance, warms it, and becomes the run that uses it.

`python -m engine.glue.launcher FD` reads one line of JSON from the file descriptor FD when a run needs the
JVM: {"argv", "env", "folder", "settings"}. It then replaces itself by that program, which PySpark's own
variables connect to the JVM. So the JVM belongs to one run only: a child of its process, in its group."""

import contextlib
import json
import os
import select
import sys
import threading
import time
from pathlib import Path
from typing import Any

# Output of both streams before this line belongs to the warm-up.
BEGIN = "--- the run begins ---"
_AUTOGROUP = Path("/proc/self/autogroup")


def main() -> None:
    requests = int(sys.argv[1])
    # The JVM would pass this descriptor on to Spark's Python workers.
    os.environ.pop("PYTHONPATH", None)
    hurry = threading.Thread(target=_hurry_when_wanted, args=[requests])
    hurry.start()
    gateway = None
    # After any error here the run starts a JVM of its own.
    with contextlib.suppress(Exception):
        gateway = _warmed(requests)
    hurry.join()
    with os.fdopen(requests) as line:
        request = json.loads(line.readline() or "null")
    if request is None:
        return
    env = request["env"]
    with contextlib.suppress(Exception):
        _become(Path(request["folder"]))
        env = {**env, **_settle(gateway, request["settings"])}
    os.chdir(request["folder"])
    for stream in (sys.stdout, sys.stderr):
        print(BEGIN, file=stream, flush=True)
    os.execve(request["argv"][0], request["argv"], env)


def _warmed(requests: int) -> Any:
    """A gateway to a warmed JVM, returned when the warm-up is done or a run needs it."""
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    from engine.glue.warm_up import warm_up

    gateway = launch_gateway()  # type: ignore[no-untyped-call]
    if not _wanted(requests):
        # Started only now, because the first second runs at full speed; from here on a run can use the JVM.
        _set_niceness(19)
        if _wanted(requests):
            _set_niceness(0)
        SparkContext._ensure_initialized(gateway=gateway)
        warm_up(lambda: _wanted(requests))
        gateway.jvm.org.apache.hadoop.fs.FileSystem.closeAll()
        gateway.jvm.System.gc()
    return gateway


def _become(folder: Path) -> None:
    """The JVM cannot change its working directory, so its folder takes the run's files and name."""
    here = Path.cwd()
    for file in folder.iterdir():
        file.rename(here / file.name)
    folder.rmdir()
    here.rename(folder)


def _settle(gateway: Any, settings: dict[str, str]) -> dict[str, str]:
    """Apply settings that the JVM was started without; returns the variables that connect PySpark to it."""
    system = gateway.jvm.System
    # Hadoop resolves relative paths against it.
    system.setProperty("user.dir", str(Path.cwd()))
    for name, value in settings.items():
        system.setProperty(name, value)
    # The JVM ends with this pipe, so it stays open until the run's process ends.
    os.set_inheritable(gateway.proc.stdin.fileno(), True)
    parameters = gateway.gateway_parameters
    return {"PYSPARK_GATEWAY_PORT": str(parameters.port), "PYSPARK_GATEWAY_SECRET": parameters.auth_token}


def _wanted(requests: int, timeout: float | None = 0) -> bool:
    return bool(select.select([requests], [], [], timeout)[0])


def _hurry_when_wanted(requests: int) -> None:
    # The current step of the warm-up must not be slowed down while a run waits for it.
    _wanted(requests, timeout=None)
    _set_niceness(0)


def _set_niceness(niceness: int) -> None:
    """Linux schedules whole sessions against each other. A session may reset its niceness, a process may not.
    Without session scheduling nothing changes."""
    for _ in range(10):
        try:
            _AUTOGROUP.write_text(str(niceness))
            return
        except BlockingIOError:
            # Linux accepts ten changes per second for the whole machine.
            time.sleep(0.1)
        except OSError:
            return


if __name__ == "__main__":
    main()
