"""Why a partition is refused: the sentence, and that what was curated of it before stays."""

import gzip
import hashlib
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import orders
import pytest
from bucket import Bucket
from orders import ITEMS, Row, entry, lay, order, rates

import checks

Promised = dict[str, Any]


def promise(shop: Bucket, day: str, **changes: Any) -> Promised:
    """What a manifest says of the orders of a day, but for the changes."""
    rows = [order(n, day) for n in range(3)]
    said = entry(shop.raw, "orders", day, rows)
    file = shop.raw / f"tables/orders/day={day}/orders.csv"
    return said | {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()} | changes


def laid(**tables: Callable[[str], list[Row]]) -> Callable[[Bucket, str], None]:
    def write(shop: Bucket, day: str) -> None:
        whole = {"orders": lambda day: [order(1, day)]}
        lay(shop.raw, day, **{table: rows(day) for table, rows in (whole | tables).items()})

    return write


def without(table: str) -> Callable[[Bucket, str], None]:
    return lambda shop, day: (shop.raw / f"tables/{table}/day={day}/{table}.csv").unlink()


def header(shop: Bucket, day: str) -> None:
    shop.change("items", day, "item,name", "item,title")


def put(table: str, content: bytes) -> Callable[[Bucket, str], None]:
    def write(shop: Bucket, day: str) -> None:
        (shop.raw / f"tables/{table}/day={day}/{table}.csv").write_bytes(content)

    return write


CASES: dict[str, tuple[Callable[[Bucket, str], object], str]] = {
    "a file of no bytes": (put("orders", b""), r"orders\.csv line 1 does not have .* column 1 is absent"),
    "a file of another kind": (
        put("orders", b"x" * 300_000),
        r"orders\.csv line 1 does not .* column 1 is 'x{60}' and must be 'id'",
    ),
    "a file that is compressed": (
        put("orders", gzip.compress(b"id,placed")),
        r"line 1 does not .* column 1 is",
    ),
    "UTF-16": (put("orders", "id,placed".encode("utf-16")), r"line 1 does not have .* column 1 is"),
    "columns swapped": (
        put("items", b"name,item,weight\nTea,tea,0.1\n"),
        r"column 1 is 'name' and must be 'item'",
    ),
    "a header in the middle": (
        put("items", b"item,name,weight\ntea,Tea,0.1\nitem,name,weight\n"),
        r"items\.csv has 1 of 2 rows .* malformed, for example 'item,name,weight'",
    ),
    "long rows of nothing": (
        put("orders", b"id,placed,item,value,pieces,returned\n" + b"z" * 50_000 + b"\n"),
        r"of 1 are 1 malformed, for example 'z{200}'",
    ),
    "another encoding": (
        put("items", "item,name,weight\nth\xe9,Th\xe9,0.1\n".encode("latin-1")),
        r"items\.csv has 1 of 1 rows .* 1 encoding, for example 'th\ufffd,",
    ),
    "a header only": (laid(orders=lambda _: []), r"orders\.csv holds no row"),
    "a reference table without rows": (laid(items=lambda _: []), r"items\.csv holds no row"),
    "a table that is missing": (without("rates"), r"rates\.csv is missing: upload it"),
    "a renamed column": (header, r"items\.csv line 1 .* column 2 is 'title' and must be 'name'"),
    "orders of another day": (
        laid(orders=lambda _: [order(1, "2019-01-01")]),
        r"orders\.csv has no row that can be curated: of 1 are 1 partition",
    ),
    "text where a number is declared": (
        laid(orders=lambda day: [order(1, day, value="five")]),
        r"of 1 are 1 malformed, for example '1,.*,five,2,3'",
    ),
    "times in another form": (
        laid(rates=lambda day: [row | {"day": f"{day} 00:00:00"} for row in rates(day)]),
        r"has 2 of 2 rows that cannot be used, more than 1%: 2 malformed, for example 'cup,.* 00:00:00,1.5'",
    ),
    "a reference table of another day": (
        laid(rates=lambda _: rates("2019-01-01")),
        r"rates\.csv has 2 of 2 rows .* 2 partition, for example 'cup,2019-01-01",
    ),
    "rows without a key": (
        laid(items=lambda _: [*ITEMS, {"item": "", "name": "Nothing", "weight": "1"}]),
        r"items\.csv has 1 of 3 rows .* 1 item, for example 'Nothing,1.0'",
    ),
    "a line break in quotes": (
        laid(items=lambda _: [*ITEMS, {"item": "pot", "name": "a\npot", "weight": "1"}]),
        r"items\.csv has 2 of 4 rows .* malformed",
    ),
    "a key twice": (
        laid(items=lambda _: [*ITEMS, ITEMS[0]]),
        r"items\.csv repeats the key \(item\) \(tea\) in 2 rows",
    ),
}  # fmt: skip
DAYS = {name: f"{date(2020, 1, 1) + timedelta(days=4 * n)}" for n, name in enumerate(CASES)}


@pytest.fixture
def refused(shop: Bucket) -> tuple[dict[str, Any], bool]:
    """One run in which each day has another fault, after one in which none had."""
    for day in DAYS.values():
        laid()(shop, day)
    good = shop.prepare(*DAYS.values())
    assert all("rows" in entry for entry in good.values())
    before = shop.files()
    for name, (spoil, _) in CASES.items():
        spoil(shop, DAYS[name])
    return shop.prepare(*DAYS.values()), shop.files() == before


def test_every_fault_refuses_its_partition_and_replaces_nothing(refused: tuple[dict[str, Any], bool]) -> None:
    run, same = refused
    for name, (_, sentence) in CASES.items():
        assert re.search(sentence, run[DAYS[name]].get("refused", "prepared")), (name, run[DAYS[name]])
    assert same


def test_what_the_manifest_says_is_compared(shop: Bucket) -> None:
    days = ["2020-01-01", "2020-01-05", "2020-01-09", "2020-01-13"]
    for day in days:
        laid()(shop, day)
    said = [
        promise(shop, days[0]),
        promise(shop, days[1], rows=27004),
        promise(shop, days[2], sha256="x"),
        promise(shop, days[3], bytes=10),
    ]
    run = shop.prepare(*days, promised={("orders", entry["partition"]): entry for entry in said})
    assert run[days[0]]["rows"]["in"] == 3
    assert "orders.csv has 3 rows, the manifest says 27004" in run[days[1]]["refused"]
    assert re.search(r"orders.csv has the sha256 [0-9a-f]{64}, the manifest says x", run[days[2]]["refused"])
    assert re.search(r"orders.csv has the bytes \d+, the manifest says 10", run[days[3]]["refused"])


def test_a_feature_that_no_row_has_refuses_its_partition(shop: Bucket) -> None:
    """The day needs enough rows, and earlier days that could have provided a value."""
    first, second, third = "2020-01-01", "2020-01-02", "2020-01-03"
    for n, day in enumerate((first, second, third)):
        rows = [order(1000 * n + k, day) for k in range(checks.ROWS_TO_JUDGE)]
        lay(shop.raw, day, rows)
    lay(shop.raw, third, [order(5000 + k, third, item="pot") for k in range(checks.ROWS_TO_JUDGE)])
    run = shop.prepare(first, second, third)
    assert "rows" in run[first]
    assert shop.features(first)["rate_before"].isna().all()
    assert "rows" in run[second]
    assert "weight, rate_before of partition 2020-01-03 are empty in all 500 rows" in run[third]["refused"]


def test_a_column_may_be_added_or_dropped_but_not_change_its_type(
    shop: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = "2020-01-01"
    laid()(shop, day)
    shop.prepare(day)
    before = shop.files()

    def with_columns(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> dict[str, Any]:
        changed = orders.DATASET | {"features": {"columns": change(orders.DATASET["features"]["columns"])}}
        monkeypatch.setattr("common.schema.dataset", lambda: changed)
        checks.schema.curated_columns.cache_clear()
        return shop.prepare(day)[day]

    retyped = with_columns(lambda c: [x | {"type": "double"} if x["name"] == "pieces" else x for x in c])
    assert "has the column pieces as int, and dataset.json declares double: give the" in retyped["refused"]
    assert shop.files() == before

    weight = next(x for x in orders.DATASET["features"]["columns"] if x["name"] == "weight")
    monkeypatch.setattr(orders, "columns", lambda: {**COLUMNS, "mass": "item.weight"})
    grown = with_columns(lambda c: [*(x for x in c if x["name"] != "value"), weight | {"name": "mass"}])
    assert "rows" in grown
    assert "mass" in shop.features(day)
    assert "value" not in shop.read("features", day)


COLUMNS = orders.columns()


def test_rows_that_do_not_add_up_refuse_their_partition() -> None:
    def report(curated: int) -> dict[str, Any]:
        rows = {"in": 10, "curated": curated, "setAside": 2, "quarantined": 1}
        return {"rows": rows, "columns": {}}

    assert checks.results("2020-01-01", report(7), has_past=True) is None
    sentence = str(checks.results("2020-01-01", report(8), has_past=True))
    assert "10 read, but 8 curated, 2 set aside and 1 quarantined" in sentence
