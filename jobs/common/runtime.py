"""What SageMaker reads when a program ends: a training job's failure text, a processing job's message."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

OUTPUT = Path("/opt/ml/output")
# DescribeTrainingJob and DescribeProcessingJob cut both texts there.
MAX_TEXT = 1024


def tell(name: str, text: str, folder: Path = OUTPUT) -> None:
    """Writes `/opt/ml/output/<name>` (`failure` or `message`)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text.encode()[:MAX_TEXT].decode(errors="ignore"), "utf-8")


def write_json(path: Path, content: Any) -> None:
    """:raises ValueError: on NaN or infinity, which JSON does not have"""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", "utf-8")


def write_all(
    contents: Callable[[], Mapping[str, Any]], folder: Path, files: Mapping[str, str], message_folder: Path
) -> Mapping[str, Any]:
    """
    Writes what a processing program found, each part under its name of `files`, and hands it on; a failure
    becomes the exit message.
    """
    try:
        found = contents()
        for name, content in found.items():
            write_json(folder / files[name], content)
    except Exception as problem:
        tell("message", f"Failed: {type(problem).__name__}: {problem}", message_folder)
        raise
    return found
