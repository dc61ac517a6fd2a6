"""Processes that end with the engine."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

# SageMaker gives a job 120 s between SIGTERM and SIGKILL; compressed, like every other wait.
_GRACE_SECONDS = 3.0


class Starter:
    """Starts processes; those still running end with the engine or with `close`."""

    def __init__(self) -> None:
        # The parent-death signal fires when the starting *thread* ends, so one thread, which lives as long as
        # the engine, starts them all.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")
        self._running: set[Process] = set()
        self._dying_with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []

    def start(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        folder: str | Path,
        keep_open: Sequence[int] = (),
        separate_errors: bool = False,
    ) -> "Process":
        """Start `argv` in `folder`. `keep_open` are file descriptors the process inherits."""

        def spawn() -> subprocess.Popen[str]:
            return subprocess.Popen(
                [*self._dying_with_us, *argv],
                env=dict(env),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if separate_errors else subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
                pass_fds=keep_open,
            )

        process = Process(self._thread.submit(spawn).result(), self._running)
        self._running.add(process)
        return process

    def close(self) -> None:
        for process in list(self._running):
            process.kill()
        self._thread.shutdown()


class Process:
    """A started process with its descendants."""

    def __init__(self, popen: subprocess.Popen[str], running: set["Process"]) -> None:
        self._popen = popen
        self._running = running

    def lines(self) -> Iterator[str]:
        """Output lines until the process ends; with its errors unless they are separate."""
        return _lines(self._popen.stdout)

    def error_lines(self) -> Iterator[str]:
        return _lines(self._popen.stderr)

    @property
    def ended(self) -> bool:
        return self._popen.poll() is not None

    def wait(self) -> int:
        """The exit status; a negative one is the signal that ended the process."""
        status = self._popen.wait()
        # Processes that the first one left are still running if there is no namespace.
        self._signal(signal.SIGKILL)
        self._running.discard(self)
        return status

    def stop(self, told: bool = True) -> None:
        """SIGTERM, unless it is not `told`, then SIGKILL after a short grace."""
        if told:
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
            # macOS returns this error when only zombies are left in the group.
            if sys.platform != "darwin":
                raise


def _lines(stream: IO[str] | None) -> Iterator[str]:
    assert stream is not None
    for line in stream:
        yield line.rstrip("\n")
