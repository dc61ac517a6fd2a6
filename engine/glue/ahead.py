"""A JVM that is started and warmed before a run needs it."""

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from engine.glue.launcher import BEGIN
from engine.sagemaker.process import Process

# Limit for a step of the warm-up, which takes a second or three; a hanging JVM is given up.
_TAKE_SECONDS = 30


class Ahead:
    """Keeps at most one JVM, for the next run: two runs never share one.

    `start` starts a launcher in a folder, with the file descriptor from which it reads its run."""

    def __init__(self, scratch: Path, start: Callable[[Path, int], Process]) -> None:
        self._scratch, self._start = scratch, start
        self._waiting: tuple[Process, int] | None = None
        self._keeps = False
        self._runs = 0
        self._lock = threading.Lock()
        self._numbers = count(1)

    def keep(self) -> None:
        """Start one now, and the next one whenever none is ready and no run is active."""
        with self._lock:
            self._keeps = True
            self._prepare()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No JVM starts while the block runs."""
        with self._lock:
            self._runs += 1
        try:
            yield
        finally:
            with self._lock:
                self._runs -= 1
                self._prepare()

    def _prepare(self) -> None:
        if not self._keeps or self._waiting or self._runs:
            return
        folder = self._scratch / f"jvm-{next(self._numbers)}"
        folder.mkdir(parents=True)
        reading, writing = os.pipe()
        try:
            self._waiting = self._start(folder, reading), writing
        finally:
            os.close(reading)

    def take(self, request: Mapping[str, Any]) -> Process | None:
        """The process of the requested run; None when no JVM is ready, or only a dead one."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is None:
            return None
        process, requests = waiting
        hung = threading.Timer(_TAKE_SECONDS, process.kill)
        hung.start()
        try:
            with os.fdopen(requests, "w") as pipe:
                pipe.write(json.dumps(request) + "\n")
        except BrokenPipeError:
            begun = False
        else:
            begun = all(BEGIN in stream for stream in (process.lines(), process.error_lines()))
        hung.cancel()
        if not begun:
            process.kill()
        return process if begun else None

    def close(self) -> None:
        """Start no more; the starter ends the one that is ready."""
        with self._lock:
            self._keeps = False
