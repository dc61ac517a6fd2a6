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

# Time in which a hosted service must end its processes before the supervisor kills them.
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
        # sys.exit would wait for threads, such as one that waits an hour for a custom resource.
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(engine.serve(settings, running))


if __name__ == "__main__":
    main()
