"""Lays raw months and ground truth out as the loader does, from the real 2013 flights."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import chain, product
from pathlib import Path
from string import ascii_uppercase, digits
from typing import Any

ROOT = Path(__file__).parents[3]
SOURCE = Path(json.loads((ROOT / ".toolchain/toolchain.json").read_text())["data"]) / "nyc-flights"
LAYOUT = json.loads((ROOT / "schema/layout.json").read_text())

EVENTS = "flights"

Row = dict[str, str]


@cache
def dataset() -> dict[str, Any]:
    return json.loads((ROOT / "datasets/nyc-flights/dataset.json").read_text())


@cache
def source_rows(table: str, month: str) -> list[Row]:
    """A source table's rows of a UTC month, or all where it has no times; its NA becomes an empty field."""
    with (SOURCE / f"{table}.csv").open(newline="") as file:
        lines = iter(file)
        if "time" in dataset()["raw"][table]:
            # To parse all of the year takes seconds, and every test process would do it. The time comes last.
            lines = chain([next(lines)], (line for line in lines if f",{month}-" in line))
        return [
            {name: "" if value == "NA" else value for name, value in row.items()}
            for row in csv.DictReader(lines)
        ]


def month_rows(table: str, month: str, keep: Callable[[Row], bool] = lambda row: True) -> list[Row]:
    return [row for row in source_rows(table, month) if table != EVENTS or keep(row)]


def first_days(days: int) -> Callable[[Row], bool]:
    return lambda row: int(row["day"]) <= days


def write_table(raw: Path, table: str, month: str, rows: Iterable[Row]) -> None:
    path = raw / LAYOUT["raw"]["tables"].format(table=table, grain="month", partition=month)
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [column["name"] for column in dataset()["raw"][table]["columns"]]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_month(raw: Path, month: str, keep: Callable[[Row], bool] = lambda row: True) -> None:
    for table in dataset()["raw"]:
        write_table(raw, table, month, month_rows(table, month, keep))


def departure(row: Row) -> datetime:
    """Scheduled departure in UTC."""
    hour = datetime.strptime(row["time_hour"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return hour + timedelta(minutes=int(row["minute"]))


def flight_key(row: Row) -> str:
    return f"{row['carrier']}-{row['flight']}-{row['origin']}-{departure(row):%Y%m%dT%H%M}"


def label_lines(rows: Iterable[Row]) -> dict[date, list[str]]:
    """Ground truth by UTC day of departure."""
    lines: dict[date, list[str]] = defaultdict(list)
    for row in rows:
        if row["dep_time"] and row["arr_delay"]:
            delay = float(row["arr_delay"])
            record = {
                "groundTruthData": {
                    "data": f"{int(delay >= dataset()['labels']['parameters']['lateMinutes'])},{delay}",
                    "encoding": "CSV",
                },
                "eventMetadata": {"eventId": flight_key(row)},
                "eventVersion": "0",
            }
            lines[departure(row).date()].append(json.dumps(record))
    return lines


def write_labels(ground_truth: Path, rows: Iterable[Row], delay_days: int = 2) -> None:
    """:param ground_truth: the folder that stands for the prefix `ground-truth/`"""
    template = LAYOUT["raw"]["groundTruth"].removeprefix("ground-truth/")
    for day, lines in label_lines(rows).items():
        collected = day + timedelta(days=delay_days)
        places = {"yyyy": f"{collected:%Y}", "mm": f"{collected:%m}", "dd": f"{collected:%d}"}
        path = ground_truth / template.format(**places)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.writelines(line + "\n" for line in lines)


def multiplied(rows: list[dict[str, str]], scale: int) -> Iterator[dict[str, str]]:
    """Every flight again under other carrier codes, so that no two share a key."""
    codes = ("".join(pair) for pair in product(ascii_uppercase, ascii_uppercase + digits))
    carriers = sorted({row["carrier"] for row in rows})
    for _ in range(scale):
        names = {carrier: next(codes) for carrier in carriers}
        for row in rows:
            yield {**row, "carrier": names[row["carrier"]]}
