"""Process trees that end with the process that started them."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_POLL_SECONDS = 0.3


def adopt_orphans() -> None:
    """Become the parent of every orphaned descendant, so that none escapes `kill_descendants`."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(number: signal.Signals) -> None:
    """Receive a signal when the parent dies."""
    _prctl(_PR_SET_PDEATHSIG, number)


def when_parent_ends(act: Callable[[], None]) -> None:
    """Call `act` once this process has another parent. Works without prctl."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_POLL_SECONDS)
        act()

    threading.Thread(target=watch, daemon=True).start()


def kill_descendants(rounds: int = 10) -> None:
    """SIGKILL every descendant, repeatedly until none is left: a dying process may have started another."""
    for _ in range(rounds):
        descendants = _descendants()
        if not descendants:
            return
        for process in descendants:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        _reap()
        time.sleep(0.02)


def _descendants() -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The command between parentheses may itself contain spaces and parentheses.
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            children[int(parent)].append(int(entry.parent.name))
    found: list[int] = []
    pending = [os.getpid()]
    while pending:
        below = children[pending.pop()]
        found += below
        pending += below
    return found


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
