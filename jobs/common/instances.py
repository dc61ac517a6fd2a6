"""Rows as the JSON objects of a request, and back."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from common import schema

if TYPE_CHECKING:
    import pandas as pd  # an endpoint starts without it

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
# Narrower than TIME_FORMAT, which also takes a single digit: what fits here is left to `fromisoformat`, which
# takes a tenth of the time of `strptime`.
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")

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
    Presence and JSON type of every column; ranges and patterns are the API's to check, from the same schema.

    :raises ValueError: naming place, column and value
    """
    if not isinstance(instance, dict):
        raise ValueError(f"instances[{place}] must be an object, got {instance!r}")
    for column in schema.curated_columns():
        if column.name not in instance:
            raise ValueError(f"instances[{place}].{column.name} is missing: send null for an unknown value")
        value = instance[column.name]
        if value is None and column.nullable:
            continue
        wanted: Any = str if column.type in ("string", "timestamp") else (int, float)
        if not isinstance(value, wanted) or isinstance(value, bool):
            kind = "text" if wanted is str else "a number"
            raise ValueError(f"instances[{place}].{column.name} must be {kind}, got {value!r}")
        if column.type == "timestamp":
            datetime.strptime(value, TIME_FORMAT)


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
    The columns when a look at each as a whole leaves no doubt, else None. Looking at every value of some
    hundred rows takes longer than scoring them.
    """
    names, row, kinds = _plan()
    try:
        columns = dict(zip(names, zip(*map(row, instances), strict=True), strict=True))
        for name, kind in kinds.items():
            # Exact types: to `isinstance` True would be a number.
            if not kind.issuperset(map(type, columns[name])):
                return None
        for name in (column.name for column in schema.curated_columns() if column.type == "timestamp"):
            for time in {*columns[name]} - {None}:
                if not _TIME.fullmatch(time):
                    return None
                datetime.fromisoformat(time)
    except (KeyError, TypeError, ValueError):
        return None
    return columns


@cache
def _plan() -> tuple[list[str], Callable[[Any], tuple[Any, ...]], dict[str, frozenset[type]]]:
    """Names of the curated columns, what takes them out of an instance, and the types that each may have."""
    columns = schema.curated_columns()
    names = [column.name for column in columns]
    return names, itemgetter(*names), {column.name: _types(column) for column in columns}


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
            column.name: np.array(columns[column.name], dtype=np.float64)
            if column.type in ("int", "double")
            else columns[column.name]
            for column in schema.curated_columns()
        }
    )
    time = schema.time_column()
    return frame.assign(**{time: pd.to_datetime(frame[time], format=TIME_FORMAT, utc=True)})
