"""Declarations of `dataset.json` about raw tables and the grain of partitions."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from common import schema

# A year before 1900 or after 2199 is a mistake, and dates next to year 1 or 9999 overflow.
_YEAR_AND_MONTH = r"(19|20|21)\d\d-(0[1-9]|1[0-2])"
_NAMES = {"month": _YEAR_AND_MONTH, "day": _YEAR_AND_MONTH + r"-\d\d"}
_EXAMPLES = {"month": "2013-02", "day": "2013-02-01"}
# Date patterns in Spark's notation.
_FORMATS = {"month": "yyyy-MM", "day": "yyyy-MM-dd"}


def tables() -> dict[str, dict[str, Any]]:
    return schema.dataset()["raw"]


def events() -> str:
    """Name of the table whose rows become examples."""
    return next(name for name, table in tables().items() if table["role"] == "events")


def references() -> list[str]:
    return [name for name, table in tables().items() if table["role"] == "reference"]


def time(table: str) -> str | None:
    """The column that assigns rows to a partition; None for a table that lands whole with each partition."""
    return tables()[table].get("time")


def key(table: str) -> list[str]:
    return tables()[table].get("key", [])


def look_back(table: str) -> int:
    """Number of days before a partition whose rows its features use."""
    return tables()[table].get("lookBackDays", 0)


def days_read(table: str) -> int:
    """Days before a partition whose files are read; at least one for events, to find repeated keys."""
    return max(look_back(table), 1 if table == events() else 0)


def grain() -> str:
    """The grain of partitions: `day` or `month`."""
    return schema.dataset()["partition"]


def shortest() -> int:
    """Length of the shortest partition in days."""
    return {"month": 28, "day": 1}[grain()]


def key_of(table: str, partition: str) -> str:
    """The key of a table's file in the raw bucket."""
    return str(schema.layout()["raw"]["tables"].format(table=table, **place(partition)))


def place(partition: str) -> dict[str, str]:
    """Values for a template of layout.json."""
    return {"grain": grain(), "partition": partition}


def partition_of(column: str) -> str:
    """SQL expression for the partition of a time."""
    return f"date_format(`{column}`, '{_FORMATS[grain()]}')"


def fault(partition: str) -> str | None:
    """Why a name is not that of a partition, or None."""
    try:
        if not re.fullmatch(_NAMES[grain()], partition):
            raise ValueError
        first_day(partition)
    except ValueError:
        return f"'{partition}' is no {grain()}: write the partitions of this dataset as {_EXAMPLES[grain()]}"
    return None


def first_day(partition: str) -> date:
    return date.fromisoformat(f"{partition}-01" if grain() == "month" else partition)


def before(partition: str, days: int) -> list[str]:
    """The partitions that contain the days before a partition."""
    first = first_day(partition)
    return _named(first - timedelta(days=n) for n in range(days, 0, -1))


def seen_by(partition: str) -> list[str]:
    """The later partitions whose features or keys depend on a partition."""
    days = max(map(days_read, tables()))
    last = first_day(partition)
    while _name(last + timedelta(days=1)) == partition:
        last += timedelta(days=1)
    return _named(last + timedelta(days=n + 1) for n in range(days))


def _named(days: Iterable[date]) -> list[str]:
    return list(dict.fromkeys(map(_name, days)))


def _name(day: date) -> str:
    return day.isoformat()[: 7 if grain() == "month" else 10]
