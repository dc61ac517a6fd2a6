"""Texts that SageMaker reads at a program's end: failure reason (training), exit message (processing)."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

OUTPUT = Path("/opt/ml/output")
# DescribeTrainingJob and DescribeProcessingJob truncate both texts at this length.
MAX_TEXT = 1024


def tell(name: str, text: str, folder: Path = OUTPUT) -> None:
    """Writes `/opt/ml/output/<name>` (`failure` or `message`)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text.encode()[:MAX_TEXT].decode(errors="ignore"), "utf-8")


def write_json(path: Path, content: Any) -> None:
    """:raises ValueError: naming the place of a NaN or infinity, which JSON cannot express"""
    for place, value in _numbers(content, ""):
        if not isfinite(value):
            raise ValueError(f"{path.name}{place} is {value}: a figure that does not exist is null")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", "utf-8")


def _numbers(content: Any, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(content, float):
        yield place, content
    elif isinstance(content, Mapping):
        for name, value in content.items():
            yield from _numbers(value, f"{place}.{name}")
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for index, value in enumerate(content):
            yield from _numbers(value, f"{place}[{index}]")


def write_all(
    contents: Callable[[], Mapping[str, Any]], folder: Path, files: Mapping[str, str], message_folder: Path
) -> Mapping[str, Any]:
    """
    Writes the results of a processing program, each part under its name in `files`: a text verbatim, the rest
    as JSON. An error becomes the exit message.
    """
    try:
        found = contents()
        for name, content in found.items():
            if isinstance(content, str):
                (folder / files[name]).write_text(content, "utf-8")
            else:
                write_json(folder / files[name], content)
    except Exception as problem:
        tell("message", f"Failed: {type(problem).__name__}: {problem}", message_folder)
        raise
    return found
