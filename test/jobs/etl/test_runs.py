"""Runs over several partitions: what is refused, and that it costs the others nothing."""

from typing import Any

import months
import pytest
from bucket import Bucket
from conftest import first_days

import checks
import etl

OF_ONE_DAY = first_days(1)


def lay(bucket: Bucket, *partitions: str) -> None:
    for partition in partitions:
        months.write_month(bucket.raw, partition, OF_ONE_DAY)


def test_a_partition_that_cannot_be_prepared_is_refused_and_the_others_are_prepared(bucket: Bucket) -> None:
    asked = ["2013-07", *(f"2013-0{n}" for n in range(1, 7)), "2013-08"]
    lay(bucket, *asked)
    bucket.prepare(*asked)
    before = bucket.files()

    (bucket.raw / "tables/planes/month=2013-01/planes.csv").unlink()
    bucket.change("planes", "2013-02", "engines,seats", "seats,engines")
    bucket.change("weather", "2013-03", ",time_hour\n", "\n")
    for table, partition in (("weather", "2013-04"), ("planes", "2013-05"), ("airports", "2013-06")):
        rows = months.month_rows(table, partition)
        months.write_table(bucket.raw, table, partition, [*rows, *rows[3:5]])
    (bucket.raw / "tables/flights/month=2013-08/flights.csv").write_text("")
    run = bucket.prepare(*asked)

    def columns_differ(table: str, partition: str, difference: str) -> str:
        return (
            f"{file(table, partition)} line 1 does not have the columns that dataset.json declares: "
            f"{difference}. Correct the file and load {partition} again"
        )

    def repeats(table: str, partition: str, key: str) -> str:
        return (
            f"table {table} of partition {partition} repeats the key {key} in 2 rows: leave one row for each "
            f"key in {file(table, partition)}, and load {partition} again"
        )

    def file(table: str, partition: str) -> str:
        return f"file:{bucket.root}/raw/tables/{table}/month={partition}/{table}.csv"

    assert list(run) == asked
    assert {partition: entry.get("refused") for partition, entry in run.items()} == {
        "2013-07": None,
        "2013-01": f"{file('planes', '2013-01')} is missing: upload it and load 2013-01 again",
        "2013-02": columns_differ("planes", "2013-02", "column 6 is 'seats' and must be 'engines'"),
        "2013-03": columns_differ("weather", "2013-03", "column 15 is absent and must be 'time_hour'"),
        "2013-04": repeats("weather", "2013-04", "(origin, time_hour) (EWR, 2013-04-01 07:00:00)"),
        "2013-05": repeats("planes", "2013-05", "(tailnum) (N104UW)"),
        "2013-06": repeats("airports", "2013-06", "(faa) (06N)"),
        "2013-08": columns_differ("flights", "2013-08", "column 1 is absent and must be 'year'"),
    }
    after = bucket.files()
    for path, content in before.items():
        # The names of Parquet files are new in every run that writes them.
        assert "month=2013-07" in path or after[path] == content, path
    assert run["2013-07"]["rows"] == bucket.report("2013-07")["rows"]
    assert len(bucket.features("2013-07")) == run["2013-07"]["rows"]["curated"] > 0


def test_a_run_of_which_everything_is_refused_ends_with_its_run_file(bucket: Bucket) -> None:
    run = bucket.prepare("2013-01", "2013-02")
    assert all("is missing" in entry["refused"] for entry in run.values())
    assert bucket.files() == {}


def test_a_time_zone_that_nobody_knows_refuses_its_partition(bucket: Bucket) -> None:
    """Spark would end the whole run where it converts a time of that zone."""
    lay(bucket, "2013-01", "2013-03")
    bucket.change("airports", "2013-03", "America/New_York", "Mars/Olympus")
    run = bucket.prepare("2013-01", "2013-03")
    assert run["2013-03"]["refused"] == (
        f"file:{bucket.root}/raw/tables/airports/month=2013-03/airports.csv has the tzone 'Mars/Olympus', "
        "which is no IANA time zone: correct it or leave it empty, and load 2013-03 again"
    )
    assert "rows" in run["2013-01"]
    assert not (bucket.root / "curated/features/month=2013-03").exists()


def test_rows_that_do_not_add_up_refuse_their_partition() -> None:
    def report(curated: int) -> dict[str, Any]:
        return {"rows": {"in": 10, "curated": curated, "setAside": 2, "quarantined": 1}}

    refused = checks.sums({"2013-01": report(7), "2013-02": report(8)})
    assert list(refused) == ["2013-02"]
    assert "10 read, but 8 curated, 2 set aside and 1 quarantined" in refused["2013-02"]


def test_duplicates_are_judged_per_partition(bucket: Bucket) -> None:
    """A flight of January that also lies in February's file is neither's duplicate."""
    lay(bucket, "2013-01", "2013-02")
    rows = {month: months.month_rows("flights", month, OF_ONE_DAY) for month in ("2013-01", "2013-02")}
    stray = rows["2013-01"][50]
    months.write_table(bucket.raw, "flights", "2013-02", [*rows["2013-02"], stray, rows["2013-02"][3]])
    run = bucket.prepare("2013-01", "2013-02")
    assert run["2013-01"]["rows"]["quarantined"] == 0
    assert run["2013-01"]["rows"]["in"] == len(rows["2013-01"])
    assert run["2013-02"]["rows"]["in"] == len(rows["2013-02"]) + 2
    assert bucket.report("2013-02")["quarantined"] == {"duplicate": 1}
    for month in rows:
        assert months.flight_key(stray) in set(bucket.features(month)["flight_key"])


def test_a_place_without_rows_keeps_none_of_an_earlier_run(bucket: Bucket) -> None:
    lay(bucket, "2013-01", "2013-02")
    rows = months.month_rows("flights", "2013-01", OF_ONE_DAY)
    months.write_table(bucket.raw, "flights", "2013-01", [*rows, rows[7] | {"distance": "17"}])
    bucket.prepare("2013-01", "2013-02")
    assert len(bucket.read("quarantine", "2013-01")) == 1
    february = {path: content for path, content in bucket.files().items() if "month=2013-02" in path}

    months.write_table(bucket.raw, "flights", "2013-01", rows)
    run = bucket.prepare("2013-01")
    assert run["2013-01"]["rows"]["quarantined"] == 0
    assert not [path for path in bucket.files() if path.startswith("quarantine/month=2013-01")]
    assert february.items() <= bucket.files().items()


def test_malformed_rows_of_reference_tables_neither_end_a_run_nor_count_as_repeated(bucket: Bucket) -> None:
    lay(bucket, "2013-01")
    weather = months.month_rows("weather", "2013-01")
    broken = [row | {"time_hour": "noon"} for row in weather[:2]] + [weather[5] | {"origin": ""}] * 2
    months.write_table(bucket.raw, "weather", "2013-01", [*weather, *broken])
    run = bucket.prepare("2013-01")
    assert run["2013-01"]["rows"]["in"] == len(months.month_rows("flights", "2013-01", OF_ONE_DAY))


def test_a_partition_without_flights_has_a_report_of_nothing(bucket: Bucket) -> None:
    lay(bucket, "2013-01")
    months.write_table(bucket.raw, "flights", "2013-01", [])
    run = bucket.prepare("2013-01")
    assert run["2013-01"]["rows"] == {"in": 0, "curated": 0, "setAside": 0, "quarantined": 0}
    columns = bucket.report("2013-01")["columns"]
    assert columns["carrier"] == {"missing": 0, "distinct": 0}
    assert columns["seats"] == {"missing": 0, "mean": None, "min": None, "max": None}


@pytest.mark.parametrize("fault", ["repeated", "header"])
def test_a_broken_month_before_is_not_looked_back_into(bucket: Bucket, fault: str) -> None:
    """The first hours of the month after it are then as without it, and the rest as ever."""
    for partition in ("2013-01", "2013-02"):
        months.write_table(bucket.raw, "airlines", partition, months.month_rows("airlines", partition))
        for table in ("planes", "airports", "weather"):
            months.write_table(bucket.raw, table, partition, months.month_rows(table, partition))
    early = [
        row | {"time_hour": "2013-02-01T06:00:00Z"}
        for row in months.month_rows("flights", "2013-02", OF_ONE_DAY)[:9]
    ]
    months.write_table(bucket.raw, "flights", "2013-01", months.month_rows("flights", "2013-01", OF_ONE_DAY))
    months.write_table(bucket.raw, "flights", "2013-02", early)
    bucket.prepare("2013-02")
    assert bucket.features("2013-02")["temp_f"].notna().all()

    weather = months.month_rows("weather", "2013-01")
    if fault == "repeated":
        months.write_table(bucket.raw, "weather", "2013-01", [*weather, *weather])
    else:
        bucket.change("weather", "2013-01", "origin,year", "year,origin")
    run = bucket.prepare("2013-01", "2013-02")
    assert "weather" in run["2013-01"]["refused"]
    assert bucket.features("2013-02")["temp_f"].isna().all()


def test_partitions_are_asked_for_by_month() -> None:
    assert etl.asked("2013-02,2012-12") == ["2013-02", "2012-12"]
    with pytest.raises(ValueError, match="'2013-13' is not a month"):
        etl.asked("2013-02,2013-13")


def test_a_place_is_one_file_that_is_replaced_whole(bucket: Bucket) -> None:
    lay(bucket, "2013-02")
    place = bucket.root / "curated/features/month=2013-02"
    place.mkdir(parents=True)
    # A reader of an earlier file must not meet its rows again beside the new ones.
    (place / "part-00000-earlier.parquet").write_bytes(b"rows of another run")
    bucket.prepare("2013-02")
    bucket.prepare("2013-02")
    assert [path.name for path in place.iterdir() if not path.name.startswith(".")] == ["rows.parquet"]
    assert not [path for path in bucket.files() if path.startswith("staging") and path.endswith(".parquet")]
