"""Ground truth: one JSON line an event, in files by the day the label was collected."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from common import schema


def read_labels(folder: Path) -> pd.DataFrame:
    """
    All labels below `folder`, one row an event; a label delivered again replaces the earlier one.

    :raises FileNotFoundError: when no file is there
    """
    files = sorted(folder.rglob("*.jsonl"))
    if not files:
        raise FileNotFoundError(f"no ground-truth .jsonl below {folder}: deliver labels first")
    return parse_labels(line for file in files for line in file.read_text("utf-8").splitlines())


def parse_labels(lines: Iterable[str]) -> pd.DataFrame:
    """
    :param lines: in the order of collection
    :raises ValueError: naming the line that is not a ground-truth record
    """
    return label_table(label_records(lines))


def label_table(records: Iterable[list[Any]]) -> pd.DataFrame:
    """One row an event; of two records of an event the later one counts."""
    names = [column.name for column in schema.label_columns()]
    frame = pd.DataFrame(records, columns=names)
    frame = frame.drop_duplicates(schema.id_column(), keep="last", ignore_index=True)
    values = [column.name for column in schema.label_columns() if column.role == "label"]
    return frame.astype(dict.fromkeys(values, "float64"))


def label_records(lines: Iterable[str]) -> Iterator[list[Any]]:
    """
    The event of each line with its values.

    :raises ValueError: naming the line that is not a ground-truth record
    """
    numbers = sum(column.role == "label" for column in schema.label_columns())
    for line in lines:
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            values = [float(value) for value in record["groundTruthData"]["data"].split(",")]
            identity = record["eventMetadata"]["eventId"]
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ValueError(f"not a ground-truth record ({problem!r}): {line[:200]}") from problem
        if len(values) != numbers:
            raise ValueError(f"a label holds {numbers} values, this one {len(values)}: {line[:200]}")
        yield [identity, *values]
