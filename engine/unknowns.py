"""Undocumented behaviour of AWS (docs/fidelity.md): a run assumes one answer to each question."""

import json
from collections.abc import Mapping
from pathlib import Path

_TABLE = json.loads(Path(__file__).with_name("unknowns.json").read_text())
DEFAULTS: Mapping[str, str] = {name: row["default"] for name, row in _TABLE.items()}


def assumption(text: str) -> tuple[str, str]:
    """Name and answer of `name=answer`. Raises ValueError with the known ones."""
    name, _, answer = text.partition("=")
    if answer not in _TABLE.get(name, {}).get("answers", []):
        known = ", ".join(f"{known}={'|'.join(row['answers'])}" for known, row in _TABLE.items())
        raise ValueError(f"{text!r} is none of {known}")
    return name, answer
