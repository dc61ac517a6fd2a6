"""Rows as the JSON objects of a request, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from common import schema

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def to_instances(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Numbers as JSON numbers (whole ones for columns of type int), missing as null, times in UTC."""
    columns = {column.name: _plain(column, frame[column.name]) for column in schema.curated_columns()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(column: schema.Column, values: "pd.Series[Any]") -> list[Any]:
    if column.type == "timestamp":
        return values.dt.tz_convert("UTC").dt.strftime(TIME_FORMAT).tolist()
    cast: Any = {"int": int, "double": float, "string": str}[column.type]
    return [None if pd.isna(value) else cast(value) for value in values]


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


def to_columns(instances: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The curated columns of the instances; a key that is absent reads as missing."""
    return {column.name: [row.get(column.name) for row in instances] for column in schema.curated_columns()}


def to_frame(instances: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """With the column types of the curated Parquet."""
    frame = pd.DataFrame(to_columns(instances))
    numeric = [column.name for column in schema.curated_columns() if column.type in ("int", "double")]
    frame = frame.astype(dict.fromkeys(numeric, "float64"))
    time = schema.time_column()
    return frame.assign(**{time: pd.to_datetime(frame[time], format=TIME_FORMAT, utc=True)})
