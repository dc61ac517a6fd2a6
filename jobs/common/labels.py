"""Ground truth: one JSON line per event, in files named after the day on which the label was collected."""

import math
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from common import schema
from common.records import MOST_REFUSED, UNREADABLE, Refusals, utc, values

# Upper limit of `labels.delayDays` in the configuration: a label may be this late.
LONGEST_DELAY_DAYS = 30
SUFFIX = ".jsonl"
# The pattern is needed because `float` accepts digits of every script, and reads 1_5 as 15.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

Objects = Iterable[tuple[str, bytes]]


def read_labels(folder: Path, before: datetime | None = None) -> pd.DataFrame:
    """
    All labels below `folder`, one row per event; a label delivered again replaces the earlier one.

    :param before: labels whose `availableAt` is not earlier are left out
    :raises FileNotFoundError: when there is no file
    :raises ValueError: when more than `MOST_REFUSED` labels violate the declarations of dataset.json
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    read = [file for file in files if file.suffix == SUFFIX]
    if not read:
        others = f"; {files[0]} is not read" if files else ""
        raise FileNotFoundError(f"no ground-truth {SUFFIX} below {folder}: deliver labels first{others}")
    refusals = Refusals()
    records = list(label_records(((str(file), file.read_bytes()) for file in read), refusals, before))
    if refusals.count:
        said = f"labels: {refusals.describe()}"
        print(said, flush=True)
        if refusals.share > MOST_REFUSED:
            raise ValueError(
                f"{said}. More than {MOST_REFUSED:.0%} are not what dataset.json declares: deliver them again"
            )
    return label_table(records)


def labelled_until(data_through: str, delay_days: int) -> datetime:
    """A label from this moment on is too late for a training on the days before `data_through`."""
    return datetime.fromisoformat(data_through).replace(tzinfo=UTC) + timedelta(days=delay_days)


def label_table(records: Iterable[list[Any]]) -> pd.DataFrame:
    """One row per event; the later of two records of an event counts."""
    names = [column.name for column in schema.label_columns()]
    frame = pd.DataFrame(records, columns=names)
    frame = frame.drop_duplicates(schema.id_column(), keep="last", ignore_index=True)
    values = [column.name for column in schema.label_columns() if column.role == "label"]
    frame = frame.astype(dict.fromkeys(values, "float64"))
    classes = schema.problem().get("classes")
    if classes is None:
        return frame
    cuts = [one["below"] for one in classes if "below" in one]
    codes = np.digitize(frame[schema.target_column()], cuts).astype(np.float64)
    return frame.assign(**{schema.label_column(): codes})


def label_records(files: Objects, refusals: Refusals, before: datetime | None = None) -> Iterator[list[Any]]:
    """
    The event of each record with its values.

    :param files: names and contents in the order of collection; names without `.jsonl` are skipped
    :param refusals: counts all records, and keeps those that violate the declarations of dataset.json
    """
    for place, content in files:
        if not place.endswith(SUFFIX):
            continue
        for number, record in values(place, content, refusals):
            try:
                label, available = _label(record), _available(record)
            except UNREADABLE as problem:
                refusals.add(place, number, problem)
                continue
            refusals.kept += 1
            if before is None or available < before:
                yield label


def _label(record: Any) -> list[Any]:
    """:raises ValueError, LookupError, TypeError, AttributeError: when the record is not a label"""
    columns = [column for column in schema.label_columns() if column.role == "label"]
    identity = record["eventMetadata"]["eventId"]
    if not isinstance(identity, str) or not identity:
        raise ValueError(f"eventId must be a text, got {identity!r}")
    data = record["groundTruthData"]["data"]
    parts = data.split(",") if isinstance(data, str) else []
    if len(parts) != len(columns):
        names = ",".join(column.name for column in columns)
        raise ValueError(f"a label must be a text that holds {names}, got {data!r:.60} for {identity}")
    return [identity, *(_value(*pair, identity) for pair in zip(columns, parts, strict=True))]


def _value(column: schema.Column, text: str, identity: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text.strip()) else math.nan
    low, high = schema.bounds(column)
    whole = column.type != "int" or value.is_integer()
    # NaN fails every comparison, so it is refused here together with infinity.
    if not (low <= value <= high and whole):
        raise ValueError(f"{schema.domain(column)}, got {text!r} for {identity}")
    return value


def _available(record: Any) -> datetime:
    """The moment from which the label may be used. Without `availableAt` that is the day of its file."""
    told = record.get("availableAt")
    if told is None:
        return datetime.min.replace(tzinfo=UTC)
    return utc("availableAt", told)
