"""Runs over several partitions: what is refused, and that it costs the others nothing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import months
import pandas as pd
import pytest
from bucket import Bucket
from months import first_days
from pyspark.sql import SparkSession

OF_ONE_DAY = first_days(1)

# Something is wrong with these in the second run; what an earlier run curated of them lies there.
REFUSED = [f"2013-{month}" for month in ("01", "02", "03", "05", "08", "09", "10")]
# Their flights leave in the first hour; the month before is refused, for its header or a repeated key.
EARLY = ["2013-04", "2013-06"]
WITH_MARS, WITH_STRAYS, WITHOUT_FLIGHTS, NOT_ASKED = "2013-11", "2013-12", "2014-01", "2014-02"
ASKED = ["2013-07", *sorted([*REFUSED, *EARLY]), WITH_MARS, WITH_STRAYS, WITHOUT_FLIGHTS]


def flights(partition: str) -> list[months.Row]:
    return months.month_rows("flights", partition, OF_ONE_DAY)


def lay(bucket: Bucket, partition: str, rows: list[months.Row]) -> None:
    for table in months.dataset()["raw"]:
        source = rows if table == "flights" else months.month_rows(table, partition.replace("2014", "2013"))
        months.write_table(bucket.raw, table, partition, in_year(partition[:4], table, source))


def in_year(year: str, table: str, rows: list[months.Row]) -> list[months.Row]:
    """The flights and the weather of 2013 as those of another year."""
    if "time" not in months.dataset()["raw"][table]:
        return rows
    return [row | {"year": year, "time_hour": year + row["time_hour"][4:]} for row in rows]


@dataclass(frozen=True)
class Two:
    """Two runs, and what lay in the curated bucket between them: all of it, and the features of EARLY."""

    bucket: Bucket
    first: dict[str, Any]
    between: dict[str, bytes]
    early: dict[str, pd.DataFrame]
    second: dict[str, Any]

    def file(self, table: str, partition: str) -> str:
        return f"file:{self.bucket.root}/raw/tables/{table}/month={partition}/{table}.csv"


def at_eight(row: months.Row) -> months.Row:
    """The flight at 20:00 of the evening before, in daylight-saving time: the first hour of the UTC day."""
    first = date.fromisoformat(f"{row['time_hour'][:7]}-01")
    day = first - timedelta(days=1)
    local = {"month": str(day.month), "day": str(day.day), "hour": "20"}
    return row | local | {
        "sched_dep_time": str(2000 + int(row["minute"])), "time_hour": f"{first}T00:00:00Z"
    }  # fmt: skip


@pytest.fixture(scope="module")
def runs(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Two:
    """One pair of runs for all that can go wrong: a run costs seconds, one more partition in it little."""
    bucket = Bucket(spark, tmp_path_factory.mktemp("runs"))
    for partition in ASKED:
        lay(bucket, partition, flights(partition))
    for partition in EARLY:
        months.write_table(bucket.raw, "flights", partition, map(at_eight, flights(partition)[:9]))
    july = flights("2013-07")
    months.write_table(bucket.raw, "flights", "2013-07", [*july, july[7] | {"distance": "17"}])
    lay(bucket, WITHOUT_FLIGHTS, [])
    lay(bucket, NOT_ASKED, flights("2013-02"))
    curated = bucket.root / "curated"
    for partition in REFUSED:
        for place in ("features", "set-aside", "quarantine", "quality"):
            (curated / f"{place}/month={partition}").mkdir(parents=True)
            (curated / f"{place}/month={partition}/earlier").write_bytes(b"of another run")
    # A reader of an earlier file must not meet its rows again beside the new ones.
    (curated / "features/month=2013-07").mkdir(parents=True)
    (curated / "features/month=2013-07/part-00000-earlier.parquet").write_bytes(b"rows of another run")
    first = bucket.prepare("2013-07", *EARLY, NOT_ASKED)
    between, early = bucket.files(), {partition: bucket.features(partition) for partition in EARLY}

    (bucket.raw / "tables/planes/month=2013-01/planes.csv").unlink()
    bucket.change("planes", "2013-02", "engines,seats", "seats,engines")
    bucket.change("weather", "2013-03", ",time_hour\n", "\n")
    for table, partition in (("weather", "2013-05"), ("planes", "2013-09"), ("airports", "2013-10")):
        rows = months.month_rows(table, partition)
        # Into this hour of the weather June looks back.
        late = [row for row in rows if row.get("time_hour") == "2013-05-31T22:00:00Z"]
        months.write_table(bucket.raw, table, partition, [*rows, *rows[3:5], *late])
    (bucket.raw / "tables/flights/month=2013-08/flights.csv").write_text("")
    bucket.change("airports", WITH_MARS, "America/New_York", "Mars/Olympus")
    months.write_table(bucket.raw, "flights", "2013-07", july)
    december = flights(WITH_STRAYS)
    months.write_table(bucket.raw, "flights", WITH_STRAYS, [*december, july[50], december[3]])
    weather = months.month_rows("weather", WITH_STRAYS)
    broken = [row | {"time_hour": "noon"} for row in weather[:2]] + [weather[5] | {"origin": ""}] * 2
    months.write_table(bucket.raw, "weather", WITH_STRAYS, [*weather, *broken])
    return Two(bucket, first, between, early, bucket.prepare(*ASKED))


def test_a_partition_that_cannot_be_prepared_is_refused_and_the_others_are_prepared(runs: Two) -> None:
    def columns_differ(table: str, partition: str, difference: str) -> str:
        return (
            f"{runs.file(table, partition)} line 1 does not have the columns that dataset.json declares: "
            f"{difference}. Correct the file and load {partition} again"
        )

    def repeats(table: str, partition: str, key: str) -> str:
        return (
            f"{runs.file(table, partition)} repeats the key {key} in 2 rows: leave one row for each key and "
            "load the partition again"
        )

    assert list(runs.second) == ASKED
    assert {partition: entry.get("refused") for partition, entry in runs.second.items()} == {
        **dict.fromkeys(ASKED),
        "2013-01": f"{runs.file('planes', '2013-01')} is missing: upload it and load 2013-01 again",
        "2013-02": columns_differ("planes", "2013-02", "column 6 is 'seats' and must be 'engines'"),
        "2013-03": columns_differ("weather", "2013-03", "column 15 is absent and must be 'time_hour'"),
        "2013-05": repeats("weather", "2013-05", "(origin, time_hour) (EWR, 2013-05-01 03:00:00)"),
        "2013-08": columns_differ("flights", "2013-08", "column 1 is absent and must be 'year'"),
        "2013-09": repeats("planes", "2013-09", "(tailnum) (N104UW)"),
        "2013-10": repeats("airports", "2013-10", "(faa) (06N)"),
        WITHOUT_FLIGHTS: f"{runs.file('flights', WITHOUT_FLIGHTS)} holds no row: upload it with its rows and "
        f"load {WITHOUT_FLIGHTS} again",
    }
    july = runs.second["2013-07"]
    assert july["rows"] == runs.bucket.report("2013-07")["rows"]
    assert len(runs.bucket.features("2013-07")) == july["rows"]["curated"] > 0


@pytest.mark.parametrize("partition", [*REFUSED, NOT_ASKED])
def test_what_was_curated_of_a_partition_refused_or_not_asked_for_stays(runs: Two, partition: str) -> None:
    def of_partition(files: dict[str, bytes]) -> dict[str, bytes]:
        return {path: content for path, content in files.items() if f"/month={partition}/" in path}

    assert of_partition(runs.bucket.files()) == of_partition(runs.between) != {}


def test_a_run_of_which_everything_is_refused_ends_with_its_run_file(bucket: Bucket) -> None:
    run = bucket.prepare("2013-01", "2013-02")
    assert all("is missing" in entry["refused"] for entry in run.values())
    assert bucket.files() == {}


def test_a_row_of_another_month_is_nobodys(runs: Two) -> None:
    """A flight of July that also lies in December's file is curated once, and a repeated one once."""
    july, december = runs.second["2013-07"]["rows"], runs.second[WITH_STRAYS]["rows"]
    assert july["quarantined"] == 0
    assert july["in"] == len(flights("2013-07"))
    assert december["in"] == len(flights(WITH_STRAYS)) + 2
    assert runs.bucket.report(WITH_STRAYS)["quarantined"] == {"duplicate": 1, "partition": 1}
    stray = months.flight_key(flights("2013-07")[50])
    assert stray in set(runs.bucket.features("2013-07")["flight_key"])
    assert stray not in set(runs.bucket.features(WITH_STRAYS)["flight_key"])


def test_few_broken_rows_of_a_reference_table_are_counted(runs: Two) -> None:
    report = runs.bucket.report(WITH_STRAYS)
    assert report["unusable"] == {"weather.malformed": 2, "weather.origin": 2}


def test_an_unknown_time_zone_empties_what_depends_on_it_and_is_counted(runs: Two) -> None:
    """Spark would end the whole run where it converts a time of that zone."""
    assert runs.bucket.report(WITH_MARS)["nulled"]["airports.tzone"] == 1
    features = runs.bucket.features(WITH_MARS)
    assert features["block_minutes"].notna().sum() > 0


def test_a_place_without_rows_keeps_none_of_an_earlier_run(runs: Two) -> None:
    place = "quarantine/month=2013-07"
    assert runs.first["2013-07"]["rows"]["quarantined"] == 1
    assert [path for path in runs.between if path.startswith(place)]
    assert runs.second["2013-07"]["rows"]["quarantined"] == 0
    assert not [path for path in runs.bucket.files() if path.startswith(place)]


@pytest.mark.parametrize("partition", EARLY)
def test_a_broken_month_before_is_not_looked_back_into(runs: Two, partition: str) -> None:
    """The first hours of the month after it are then as without it, and the rest as ever."""
    before, after = runs.early[partition], runs.bucket.features(partition)
    assert before["temp_f"].notna().all()
    assert after["temp_f"].isna().all()
    assert len(before) == len(after) > 0


def test_a_place_is_one_file_that_is_replaced_whole(runs: Two) -> None:
    place = runs.bucket.root / "curated/features/month=2013-07"
    assert [path.name for path in place.iterdir() if not path.name.startswith(".")] == ["rows.parquet"]
    staged = [path for path in runs.bucket.files() if path.startswith("staging")]
    assert not [path for path in staged if path.endswith(".parquet")]
