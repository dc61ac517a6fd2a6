"""Conversion between rows and the JSON objects of a request."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from common import schema

if TYPE_CHECKING:
    import pandas as pd  # the endpoint starts without pandas

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
# `fromisoformat` alone accepts more forms; `strptime` accepts single digits and takes ten times as long.
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# An unpaired surrogate: JSON can express one, but no file can be encoded with it.
_SURROGATE = re.compile("[\ud800-\udfff]")

Columns = Mapping[str, Sequence[Any]]


def to_instances(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Numbers as JSON numbers (whole ones for columns of type int), missing as null, times in UTC."""
    columns = {column.name: _plain(column, frame[column.name]) for column in schema.curated_columns()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(column: schema.Column, values: "pd.Series[Any]") -> list[Any]:
    if column.type == "timestamp":
        return values.dt.tz_convert("UTC").dt.strftime(TIME_FORMAT).tolist()
    cast: Any = {"int": int, "double": float, "string": str}[column.type]
    return [None if missing else cast(value) for value, missing in zip(values, values.isna(), strict=True)]


def check(place: int, instance: Any) -> None:
    """
    Presence and JSON type of every column, and whether the value is possible at all. Declared ranges and
    patterns are checked by the API, from the same schema.
    """
    found = fault(instance)
    if found is not None:
        column, rule = found
        raise ValueError(f"instances[{place}]{column and '.'}{column} {rule}")


def fault(instance: Any) -> tuple[str, str] | None:
    """The first faulty column of an instance, and the violated rule with the value."""
    if not isinstance(instance, dict):
        return "", f"must be an object, got {instance!r:.60}"
    for column in schema.curated_columns():
        if column.name not in instance:
            return column.name, "is missing: send null for an unknown value"
        value = instance[column.name]
        if value is None and column.nullable:
            continue
        rule = _broken(column, value)
        if rule is not None:
            return column.name, f"must be {rule}, got {value!r:.60}"
    return None


def _broken(column: schema.Column, value: Any) -> str | None:
    wanted: Any = str if column.type in ("string", "timestamp") else (int, float)
    if not isinstance(value, wanted) or isinstance(value, bool):
        return "text" if wanted is str else "a number"
    if column.type == "timestamp":
        first, last = schema.time_bounds()
        return None if _is_time(value, first, last) else f"a time like {first} until {last[:10]}"
    if column.type == "string":
        if column.role == "id" and not value:
            return "a text that is not empty"
        return "text that UTF-8 can hold" if _SURROGATE.search(value) else None
    low, high = schema.possible(column)
    # NaN fails every comparison, so it is refused here together with infinity.
    return None if low <= value <= high else f"a finite number from {low:.16g} to {high:.16g}"


def _is_time(text: str, first: str, last: str) -> bool:
    try:
        return bool(_TIME.fullmatch(text) and datetime.fromisoformat(text) and first <= text <= last)
    except ValueError:
        return False


def checked_columns(instances: Sequence[Any]) -> Columns:
    """
    The curated columns of instances that pass `check`.

    :raises ValueError: as `check` does
    """
    columns = _plainly_right(instances)
    if columns is None:
        for place, instance in enumerate(instances):
            check(place, instance)
        columns = to_columns(instances)
    return columns


def _plainly_right(instances: Sequence[Any]) -> Columns | None:
    """
    The columns when checks of whole columns find no fault, else None. Checking every value of some hundred
    rows takes longer than scoring them.
    """
    columns = {}
    try:
        for column in schema.curated_columns():
            values = columns[column.name] = [instance[column.name] for instance in instances]
            # The exact type is compared, because `isinstance(True, int)` holds.
            if not (_types(column).issuperset(map(type, values)) and _is_possible(column, values)):
                return None
    except (KeyError, TypeError, OverflowError):
        return None
    return columns


def _is_possible(column: schema.Column, values: Sequence[Any]) -> bool:
    if column.type == "timestamp":
        first, last = schema.time_bounds()
        return all(_is_time(time, first, last) for time in {*values} - {None})
    # Neither None nor "" nor 0 can break a rule below, except that an id is not empty.
    present = list(filter(None, values))
    if column.type == "string":
        return not _SURROGATE.search("".join(present)) and (column.role != "id" or all(values))
    low, high = schema.possible(column)
    # NaN or infinity makes the sum not finite. Only with finite numbers are minimum and maximum meaningful.
    return isfinite(sum(present)) and low <= min(present, default=0) and max(present, default=0) <= high


@cache
def _types(column: schema.Column) -> frozenset[type]:
    of_values: list[type] = [str] if column.type in ("string", "timestamp") else [int, float]
    return frozenset([*of_values, type(None)] if column.nullable else of_values)


def to_columns(instances: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The curated columns of the instances; a key that is absent reads as missing."""
    return {column.name: [row.get(column.name) for row in instances] for column in schema.curated_columns()}


def to_frame(instances: Sequence[Mapping[str, Any]]) -> "pd.DataFrame":
    """With the column types of the curated Parquet."""
    import pandas as pd

    columns = to_columns(instances)
    frame = pd.DataFrame(
        {
            # The column types are named, because pandas infers a number type for an empty list of texts.
            column.name: np.array(
                columns[column.name], np.float64 if column.type in ("int", "double") else np.object_
            )
            for column in schema.curated_columns()
        }
    )
    time = schema.time_column()
    return frame.assign(**{time: pd.to_datetime(frame[time], format=TIME_FORMAT, utc=True)})
