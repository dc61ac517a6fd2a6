"""
A dataset for the tests of the job: a few orders a day. Its raw id, time and feature columns have the names of
curated ones, and its key does not say when.
"""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

DATASET = json.loads((Path(__file__).parent / "dataset.json").read_text())

Row = dict[str, str]


def time() -> str:
    return "placed"


def key() -> str:
    return "CAST(CAST(id AS BIGINT) AS STRING)"


def row_rules() -> dict[str, str]:
    return {"gift": "pieces = 0 AND value > 0"}


def set_aside() -> str:
    return "CASE WHEN returned IS NULL THEN 'open' END"


def views() -> dict[str, str]:
    return {
        "before": """
            SELECT own.partition, own.day, count(past.id) AS orders
            FROM (SELECT DISTINCT partition, date_trunc('day', placed) AS day FROM events WHERE own) AS own
            LEFT JOIN events AS past ON past.partition = own.partition AND past.quarantine IS NULL
              AND past.placed < own.day AND past.placed >= own.day - INTERVAL 2 DAYS
            GROUP BY ALL"""
    }


def joins() -> dict[str, tuple[str, str]]:
    return {
        "item": ("items", "item.item = event.item"),
        "rate": (
            "rates",
            "rate.item = event.item AND rate.day = date_trunc('day', event.placed) - INTERVAL 1 DAYS",
        ),
        "before": ("before", "before.day = date_trunc('day', event.placed)"),
    }


def columns() -> dict[str, str]:
    return {"weight": "item.weight", "rate_before": "rate.rate", "orders_before": "before.orders"}


def order(number: int, day: str, **changes: str) -> Row:
    row = {
        "id": str(number),
        "placed": f"{day}T10:00:00Z",
        "item": "tea",
        "value": "5",
        "pieces": "2",
        "returned": "3",
    }
    return row | changes


def rates(day: str) -> list[Row]:
    return [{"item": item, "day": f"{day}T00:00:00Z", "rate": "1.5"} for item in ("tea", "cup")]


ITEMS = [
    {"item": "tea", "name": "Tea", "weight": "0.1"},
    {"item": "cup", "name": 'a "fine" cup, blue', "weight": "0.3"},
]


def entry(raw: Path, table: str, day: str, rows: Iterable[Row]) -> dict[str, Any]:
    """Writes a table's file, and returns its entry in a manifest."""
    path = raw / f"tables/{table}/day={day}/{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = list(rows)
    with path.open("w", newline="") as file:
        names = [column["name"] for column in DATASET["raw"][table]["columns"]]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return {"table": table, "partition": day, "bytes": path.stat().st_size, "rows": len(rows)}


def lay(raw: Path, day: str, orders: Iterable[Row], **tables: list[Row]) -> None:
    """Every table of a day; those that are not given are whole."""
    for table, rows in {"orders": orders, "items": ITEMS, "rates": rates(day), **tables}.items():
        entry(raw, table, day, rows)
