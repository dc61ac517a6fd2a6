"""Why a partition cannot be prepared, each time as a sentence: what is wrong, where, and what to do."""

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from pyspark.sql import Row

import transforms as t
from common import schema
from lake import Lake, side_by_side

# What is wrong with a file, or None, by table and partition.
FileFaults = dict[tuple[str, str], str | None]


def files(lake: Lake, partitions: list[str]) -> FileFaults:
    """Looks at the first line of every file the run would read: one bad file would end the whole plan."""
    before = [t.month_before(p) for p in partitions]
    wanted = [(table, p) for p in partitions for table in schema.dataset()["raw"]]
    wanted += [(table, p) for p in before if p not in partitions for table in t.LOOKED_BACK]
    return dict(zip(wanted, side_by_side(lambda file: _file(lake, *file), wanted), strict=True))


def _file(lake: Lake, table: str, partition: str) -> str | None:
    file, header = lake.file(table, partition), lake.header(table, partition)
    if header is None:
        return f"{file} is missing: upload it and load {partition} again"
    declared = [column.name for column in schema.raw_columns(table)]
    for number, (found, name) in enumerate(zip_longest(header, declared), 1):
        if found != name:
            return (
                f"{file} line 1 does not have the columns that dataset.json declares: column {number} is "
                f"{_quoted(found)} and must be {_quoted(name)}. Correct the file and load {partition} again"
            )
    return None


def _quoted(name: str | None) -> str:
    return "absent" if name is None else f"'{name}'"


def first_faults(faults: FileFaults, partitions: Iterable[str]) -> dict[str, str]:
    """What refuses a partition whose files cannot all be read."""
    refused: dict[str, str] = {}
    for (_, partition), fault in faults.items():
        if fault and partition in partitions:
            refused.setdefault(partition, fault)
    return refused


def references(lake: Lake, findings: Iterable[Row]) -> dict[str, str]:
    """
    What refuses a partition whose reference tables would double its flights or end the plan.

    :param findings: rows of the query `findings` of transforms.py
    """
    refused: dict[str, str] = {}
    for row in sorted(findings):
        table, partition, name = row["table"], row["partition"], row["name"]
        file = lake.file(table, partition)
        if row["what"] == "key" and row["own_rows"] > 1:
            fault = (
                f"table {table} of partition {partition} repeats the key ({', '.join(t.KEYS[table])}) "
                f"({name}) in {row['own_rows']} rows: leave one row for each key in {file}"
            )
        elif row["what"] == "zone" and not lake.knows_zone(name):
            fault = f"{file} has the tzone '{name}', which is no IANA time zone: correct it or leave it empty"
        else:
            continue
        refused.setdefault(partition, f"{fault}, and load {partition} again")
    return refused


def ambiguous_before(findings: Iterable[Row]) -> set[str]:
    """Partitions that would find a weather key twice if they looked into the month before."""
    return {row["partition"] for row in findings if row["table"] == "weather" and row["what"] == "key"}


def sums(reports: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What refuses a partition of which rows were doubled or lost between raw and curated."""
    refused = {}
    for partition, report in reports.items():
        rows = report["rows"]
        if rows["in"] != rows["curated"] + rows["setAside"] + rows["quarantined"]:
            refused[partition] = (
                f"the rows of partition {partition} do not add up: {rows['in']} read, but {rows['curated']} "
                f"curated, {rows['setAside']} set aside and {rows['quarantined']} quarantined. A join of "
                "jobs/etl/transforms.py doubles or drops rows: correct it and load the partition again"
            )
    return refused
