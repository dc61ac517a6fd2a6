"""The job with another dataset: days as partitions, what they see of each other, and what becomes of rows."""

import hashlib

import pandas as pd
import pytest
from bucket import Bucket
from orders import ITEMS, lay, order, rates

import landing

DAYS = ["2020-02-28", "2020-02-29", "2020-03-01", "2020-03-03"]


def lay_days(shop: Bucket) -> None:
    """1, 2, 3 and 4 orders on the days; there is no second of March."""
    for n, day in enumerate(DAYS, 1):
        lay(shop.raw, day, [order(100 * n + k, day) for k in range(n)])


def test_days_look_back_over_several_days(shop: Bucket) -> None:
    lay_days(shop)
    assert all("rows" in entry for entry in shop.prepare(*DAYS).values())
    seen = {day: shop.features(day).iloc[0] for day in DAYS}
    # Two days, whatever month they are in and whether there is a file of them.
    assert [seen[day]["orders_before"] for day in DAYS] == [0, 1, 3, 3]
    assert pd.isna([seen[day]["rate_before"] for day in DAYS]).tolist() == [True, False, False, True]

    together = {day: shop.features(day) for day in DAYS}
    for day in DAYS:
        assert shop.prepare(day)[day]["rows"]["in"] == len(together[day])
        pd.testing.assert_frame_equal(shop.features(day), together[day])


def test_the_report_names_every_file_that_a_day_is_made_of(shop: Bucket) -> None:
    lay_days(shop)
    shop.prepare(*DAYS)
    first, second, third, last = DAYS
    files = {
        file["key"]: (file["bytes"], file["sha256"])
        for day in (third, last)
        for file in shop.report(day)["files"]
    }
    seen = {"orders": (first, second, third, last), "items": (third, last), "rates": (second, third, last)}
    assert set(files) == {f"tables/{t}/day={day}/{t}.csv" for t, days in seen.items() for day in days}
    contents = {key: (shop.raw / key).read_bytes() for key in files}
    assert files == {key: (len(text), hashlib.sha256(text).hexdigest()) for key, text in contents.items()}

    changed = shop.raw / f"tables/rates/day={second}/rates.csv"
    changed.write_bytes(changed.read_bytes().replace(b"1", b"2", 1))
    shop.prepare(third)
    (one,) = (file for file in shop.report(third)["files"] if file["sha256"] != files[file["key"]][1])
    assert shop.raw / one["key"] == changed


def test_days_loaded_out_of_order_are_named(shop: Bucket) -> None:
    lay_days(shop)
    first, second, third, last = DAYS
    assert shop.prepare(last, second)[second]["prepareAgain"] == []
    assert shop.prepare(third)[third]["prepareAgain"] == [last]
    assert shop.prepare(first)[first]["prepareAgain"] == [second, third]
    assert shop.prepare(first, second)[first]["prepareAgain"] == [third]


def test_each_row_ends_in_one_class_and_is_counted(shop: Bucket) -> None:
    before, day = DAYS[:2]
    lay(shop.raw, before, [order(45, before), order(46, before)])
    rows = [
        order(1, day),
        # The key is a number: it is compared as one, with the day before's as well.
        order(1, day, id="0001"),
        order(45, day, id="045"),
        order(2, before),
        order(3, day, placed=""),
        order(4, day, placed="2020-02-29 10:00:00"),
        order(5, day, id="five"),
        order(6, day, pieces="0"),
        order(7, day, pieces=""),
        order(8, day, returned=""),
        order(9, day, returned="NaN"),
        order(10, day, returned="-Infinity"),
        order(11, day, value="NaN"),
        order(12, day, value="1e400"),
        order(13, day, value="-1"),
    ]
    lay(shop.raw, day, rows, items=[*ITEMS, {"item": "pot", "name": "Pot", "weight": "NaN"}])
    assert shop.prepare(day)[day]["rows"] == {"in": 15, "curated": 4, "setAside": 3, "quarantined": 8}
    report = shop.report(day)
    assert report["quarantined"] == {
        "duplicate": 2, "features.pieces": 1, "gift": 1, "id": 1, "malformed": 1, "partition": 1, "placed": 1,
    }  # fmt: skip
    assert report["setAside"] == {"open": 3}
    assert report["nulled"] == {"orders.value": 2, "orders.returned": 1}
    assert report["columns"]["value"] == {"missing": 3, "mean": 5, "min": 5, "max": 5}
    assert shop.read("quarantine", day)["quarantine"].value_counts().to_dict() == report["quarantined"]
    assert shop.features(day)["id"].tolist() == ["1", "11", "12", "13"]


def test_no_row_ends_the_run_whatever_it_holds(shop: Bucket) -> None:
    """Spark refuses some of these on its own, and the whole run with them."""
    day = DAYS[0]
    rows = [
        order(1, day),
        order(2, day, placed="0001-01-01T00:00:00Z"),
        order(3, day, placed="1850-01-01T00:00:00Z"),
        order(4, day, placed="9999-12-31T23:59:59Z"),
        order(5, day, placed="2019-02-29T10:00:00Z"),
        order(6, day, placed=f"{day}T24:00:00Z"),
        order(7, day, placed=f"{day}T23:59:60Z"),
        order(8, day, pieces="99999999999"),
        order(9, day, pieces="1e3"),
        order(10, day, value="true"),
        order(11, day, id="11\0"),
        order(12, day, id="\u0661"),
        order(13, day, item="th\ufffd"),
        # Their sum is no number, and a model takes neither.
        order(14, day, value="1e308"),
        order(15, day, value="1e308"),
        order(16, day, value=" 5 "),
    ]
    lay(shop.raw, day, rows)
    assert shop.prepare(day)[day]["rows"] == {"in": 16, "curated": 4, "setAside": 0, "quarantined": 12}
    report = shop.report(day)
    assert report["quarantined"] == {"partition": 3, "malformed": 6, "id": 2, "encoding": 1}
    assert report["nulled"] == {"orders.value": 2}
    assert report["columns"]["value"] == {"missing": 2, "mean": 5, "min": 5, "max": 5}
    assert shop.features(day)["id"].tolist() == ["1", "14", "15", "16"]


def test_a_row_of_a_reference_table_is_seen_by_its_own_day_and_those_that_look_back(shop: Bucket) -> None:
    """A rate that also lies in the next day's file would double its orders there."""
    before, day = DAYS[:2]
    many = [{**rates(day)[0], "item": f"item {n}"} for n in range(200)]
    lay(shop.raw, before, [order(1, before)])
    lay(shop.raw, day, [order(2, day)], rates=[*rates(day), *rates(before)[:1], *many])
    assert "rows" in shop.prepare(day)[day]
    assert shop.report(day)["unusable"] == {"rates.partition": 1}
    assert shop.features(day)["rate_before"].tolist() == [1.5]


@pytest.mark.parametrize(
    ("partition", "what"),
    [("2020-02", "no day"), ("2020-02-30", "no day"), ("0001-01-01", "no day"), ("../2020", "no day")],
)
def test_a_name_that_is_no_day_is_refused_and_stops_no_other(shop: Bucket, partition: str, what: str) -> None:
    assert f"'{partition}' is {what}: write" in str(landing.fault(partition))


def test_partitions_around_a_month() -> None:
    assert landing.before("2013-01", 3) == ["2012-12"]
    assert landing.before("2013-03", 40) == ["2013-01", "2013-02"]
    assert landing.seen_by("2013-12") == ["2014-01"]
    assert landing.fault("2013-02") is None
    assert "'2013-13' is no month" in str(landing.fault("2013-13"))
