"""Append-only JSON lines of a run: the audit, endpoint deployments, and the facts that were not rehearsed."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

AUDIT = "audit.jsonl"
NOT_REHEARSED = "not-rehearsed.jsonl"
DEPLOYMENTS = "deployments.jsonl"


def now() -> str:
    """UTC with milliseconds, as AWS prints timestamps: 2026-01-31T12:00:00.000Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Journal:
    """One file of JSON lines. `unique` drops lines that were already written."""

    def __init__(self, path: Path, unique: bool = False) -> None:
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()
        self._seen: set[str] | None = set() if unique else None

    def append(self, record: dict[str, Any]) -> None:
        line = json.dumps(record)
        with self._lock:
            if self._seen is not None:
                if line in self._seen:
                    return
                self._seen.add(line)
            self._file.write(line + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """Every record of a journal; a run that never wrote one has an empty journal."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().split("\n") if line]
