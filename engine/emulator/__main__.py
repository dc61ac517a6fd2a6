"""The engine process: `python -m engine.emulator <settings>`, started and ended by `python -m
engine`."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from pathlib import Path

from engine.emulator import engine
from engine.emulator.settings import Settings
from engine.processes import die_with_parent

# What a hosted service gets to end its processes before the supervisor kills them.
_CLOSE_SECONDS = 1.5


def main() -> None:
    given = json.loads(sys.argv[1])
    settings = Settings(**{**given, **{name: Path(given[name]) for name in ("run_dir", "toolchain")}})
    die_with_parent(signal.SIGTERM)
    running = engine.install(settings)

    def end(*_: object) -> None:
        closing = threading.Thread(target=running.close, daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)
        # Not sys.exit: a thread that waits for a custom resource would keep the process for an hour.
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(engine.serve(settings, running))


if __name__ == "__main__":
    main()
