"""Reasons why a partition cannot be prepared, each as a sentence: what is wrong, where, and what to do."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from pyspark.sql import Row

import landing
from common import schema
from lake import Lake, Landed, side_by_side

# A file or the description of its fault, by table and partition.
Files = dict[tuple[str, str], Landed | str]
# The manifest's entry for a file, by table and partition.
Promised = Mapping[tuple[str, str], dict[str, Any]]
NOTHING: Promised = MappingProxyType({})

# Share of a reference table's rows that may be unusable: more than typing errors, less than a new format.
UNUSABLE_RATIO = 0.01
# Rows from which an empty column is a fault; a sparse column is easily empty in fewer.
ROWS_TO_JUDGE = 500


def files(lake: Lake, partitions: list[str], promised: Promised) -> Files:
    """Checks every file that the run would read: one faulty file would end the whole Spark plan."""
    wanted = {(table, p): promised.get((table, p), {}) for p in partitions for table in landing.tables()}
    for table in landing.tables():
        for p in partitions:
            for earlier in landing.before(p, landing.days_read(table)):
                wanted.setdefault((table, earlier), {})
    found = side_by_side(lambda entry: _file(lake, *entry[0], entry[1]), list(wanted.items()))
    return dict(zip(wanted, found, strict=True))


def _file(lake: Lake, table: str, partition: str, entry: dict[str, Any]) -> Landed | str:
    file, landed = lake.file(table, partition), lake.landed(table, partition)
    if landed is None:
        return f"{file} is missing: upload it and load {partition} again"
    names = [column.name for column in schema.raw_columns(table)]
    for number, (found, name) in enumerate(zip_longest(landed.columns, names), 1):
        if found != name:
            return (
                f"{file} line 1 does not have the columns that dataset.json declares: column {number} is "
                f"{_quoted(found)} and must be {_quoted(name)}. Correct the file and load {partition} again"
            )
    for what, value in (("bytes", landed.bytes), ("sha256", landed.sha256)):
        if what in entry and entry[what] != value:
            return f"{file} has the {what} {value}, the manifest says {entry[what]}: {_again(partition)}"
    return landed


def _again(partition: str) -> str:
    return f"upload the file that the manifest means, or a manifest of this one, and load {partition} again"


def _quoted(name: str | None) -> str:
    return "absent" if name is None else f"'{name[:60]}'"


def first_faults(files: Files, partitions: Iterable[str]) -> dict[str, str]:
    """Faults of partitions with unreadable files."""
    refused: dict[str, str] = {}
    for (_, partition), file in files.items():
        if isinstance(file, str) and partition in partitions:
            refused.setdefault(partition, file)
    return refused


def types(lake: Lake, partitions: list[str]) -> dict[str, str]:
    """Faults of partitions that were curated with another column type: readers would meet both."""
    refused = {}
    for partition, earlier in zip(partitions, side_by_side(lake.curated_types, partitions), strict=True):
        for column in schema.curated_columns():
            if (found := earlier.get(column.name, column.type)) != column.type:
                refused[partition] = (
                    f"what was curated of {partition} has the column {column.name} as {found}, and "
                    f"dataset.json declares {column.type}: give the changed column another name, or delete "
                    f"features/ of the curated bucket, and load every {landing.grain()} again"
                )
    return refused


def contents(
    lake: Lake, partitions: list[str], promised: Promised, classes: Iterable[Row], findings: Iterable[Row]
) -> dict[str, str]:
    """
    Faults in the contents of a partition's files: no row, other rows than promised, no usable row, or
    reference tables that would duplicate events or leave their columns empty.

    :param classes: rows of the query `classes` of transforms.py
    :param findings: rows of its query `findings`
    """
    refused: dict[str, str] = {}
    classes, findings = list(classes), list(findings)
    for p in partitions:
        of_events = [row for row in classes if row["partition"] == p]
        for table in landing.tables():
            found = [row for row in findings if (row["table"], row["partition"]) == (table, p)]
            own = of_events if table == landing.events() else [row for row in found if row["what"] == "rows"]
            rows, file = sum(row["rows"] for row in own), lake.file(table, p)
            expected = promised.get((table, p), {}).get("rows", rows)
            fault = None
            if rows != expected:
                fault = f"{file} has {rows} rows, the manifest says {expected} (a row is a line): {_again(p)}"
            elif not rows:
                fault = f"{file} holds no row: upload it with its rows and load {p} again"
            elif table == landing.events():
                fault = _nothing_left(file, rows, of_events)
            else:
                fault = _repeated(file, table, found) or _unusable(file, rows, found)
            if fault:
                refused.setdefault(p, fault)
    return refused


def _nothing_left(file: str, rows: int, classes: list[Row]) -> str | None:
    if any(row["quarantine"] is None and row["set_aside"] is None for row in classes):
        return None
    reasons = {row["quarantine"] or row["set_aside"]: row["rows"] for row in classes}
    examples = [row["example"] for row in classes if row["example"] is not None]
    example = f", for example {examples[0]!r}" if examples else ""
    return (
        f"{file} has no row that can be curated: of {rows} are {_counted(reasons)}{example}. Correct the "
        "file or the rules of dataset.json and load the partition again"
    )


def _repeated(file: str, table: str, findings: list[Row]) -> str | None:
    repeated = sorted((row["name"], row["rows"]) for row in findings if row["what"] == "key")
    if not repeated:
        return None
    name, rows = repeated[0]
    return (
        f"{file} repeats the key ({', '.join(landing.key(table))}) ({name}) in {rows} rows: leave one row "
        "for each key and load the partition again"
    )


def _unusable(file: str, rows: int, findings: list[Row]) -> str | None:
    unusable = [row for row in findings if row["what"] == "unusable"]
    lost = sum(row["rows"] for row in unusable)
    if lost <= UNUSABLE_RATIO * rows:
        return None
    most = max(unusable, key=lambda row: row["rows"])
    return (
        f"{file} has {lost} of {rows} rows that cannot be used, more than {UNUSABLE_RATIO:.0%}: "
        f"{_counted({row['name']: row['rows'] for row in unusable})}, for example {most['example']!r}. "
        "Correct the file and load the partition again"
    )


def _counted(reasons: dict[str, int]) -> str:
    return ", ".join(f"{rows} {reason}" for reason, rows in sorted(reasons.items()))


def results(partition: str, report: dict[str, Any], has_past: bool) -> str | None:
    """
    Faults in the result of a partition: duplicated or lost rows, no rows at all, or a feature without any
    value.

    :param has_past: whether features over earlier days could have values
    """
    rows = report["rows"]
    if rows["in"] != rows["curated"] + rows["setAside"] + rows["quarantined"]:
        return (
            f"the rows of partition {partition} do not add up: {rows['in']} read, but {rows['curated']} "
            f"curated, {rows['setAside']} set aside and {rows['quarantined']} quarantined. A join of the "
            "dataset's features.py doubles or drops rows: correct it and load the partition again"
        )
    if not rows["curated"]:
        return (
            f"no row of partition {partition} can be curated: {_counted(report['quarantined'])} (features.x: "
            "the value of feature x breaks what dataset.json says of it). Correct the files, the dataset's "
            "features.py or its rules, and load the partition again"
        )
    empty = [name for name, column in report["columns"].items() if column["missing"] == rows["curated"]]
    if empty and has_past and rows["curated"] >= ROWS_TO_JUDGE:
        return (
            f"{', '.join(empty)} of partition {partition} {'is' if len(empty) == 1 else 'are'} empty in all "
            f"{rows['curated']} rows: a table that features.py joins for it has no row that fits, or only "
            "empty values. Correct the table's file and load the partition again"
        )
    return None
