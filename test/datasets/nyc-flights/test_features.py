"""What the Glue job makes of rows: against the oracle, with planted rows, and against the future."""

from collections import Counter
from datetime import UTC, datetime

import months
import oracle
import pandas as pd
import pytest
from bucket import Bucket
from in_use import features_of
from months import first_days
from pyspark.sql import SparkSession

from common import schema


def assert_same_rows(left: pd.DataFrame, right: pd.DataFrame) -> None:
    columns = right.select_dtypes("number").columns
    left, right = (frame.astype(dict.fromkeys(columns, "float64")) for frame in (left, right))
    pd.testing.assert_frame_equal(left, right, check_dtype=False, rtol=1e-12, atol=1e-12)


def test_months_equal_the_oracle(bucket: Bucket) -> None:
    """Every feature of every row, sums and counts; February looks back into January."""
    for month in ("2013-01", "2013-02"):
        months.write_month(bucket.raw, month)
    # No real flight of January left in February's early hours: the last one is held back until 03:10 local,
    # and one from another airport almost as long as a delay is accepted.
    january = months.month_rows("flights", "2013-01")
    landed = [row for row in january if row["arr_delay"]]
    last = max(landed, key=months.departure)
    until = datetime(2013, 2, 1, 8, 10, tzinfo=UTC)
    days_late = min(
        (row for row in landed if row["origin"] != last["origin"] and 0 <= minutes_to(row, until) <= 2880),
        key=months.departure,
    )
    held = [
        row | {"dep_delay": str(minutes_to(row, until))} if row in (last, days_late) else row
        for row in january
    ]
    months.write_table(bucket.raw, "flights", "2013-01", held)
    run = bucket.prepare("2013-02")
    ours, report = bucket.features("2013-02"), bucket.report("2013-02")
    theirs = features_of_oracle(bucket, "2013-02", previous="2013-01")
    assert_same_rows(ours, theirs)

    assert report["partition"] == "2013-02"
    assert report["rows"] == {"in": 24936, "curated": len(theirs), "setAside": 1349, "quarantined": 0}
    assert run == {"2013-02": {"partition": "2013-02", "rows": report["rows"], "prepareAgain": []}}
    assert report["setAside"] == {"cancelled": 1270, "diverted": 79}
    assert report["nulled"] == {"planes.year": 8, "weather.wind_speed": 1}
    for column in schema.features():
        figures = report["columns"][column.name]
        assert figures["missing"] == theirs[column.name].isna().sum()
        if column.kind == "numeric":
            assert figures["mean"] == pytest.approx(theirs[column.name].mean())
        else:
            assert figures["distinct"] == theirs[column.name].nunique()
    assert_within_schema(ours)
    first_hour = ours[ours["scheduled_departure"].dt.floor("h") == pd.Timestamp("2013-02-01T10:00Z")]
    for row in (last, days_late):
        first = first_hour[first_hour["origin"] == row["origin"]].iloc[0]
        assert (first["departures_h2"], first["mean_delay_h2"]) == (1, minutes_to(row, until))

    # The month before is read in the same run or for its last hours only: the rows are the same.
    bucket.prepare("2013-02", "2013-01")
    assert_same_rows(bucket.features("2013-02"), ours)
    assert_same_rows(bucket.features("2013-01"), features_of_oracle(bucket, "2013-01"))


def minutes_to(row: months.Row, until: datetime) -> float:
    return (until - months.departure(row)).total_seconds() / 60


def features_of_oracle(bucket: Bucket, month: str, previous: str | None = None) -> pd.DataFrame:
    rows = oracle.features(bucket.raw, month, previous).execute("SELECT * FROM features").df()
    return rows.assign(scheduled_departure=rows["scheduled_departure"].dt.tz_convert("UTC"))


def assert_within_schema(rows: pd.DataFrame) -> None:
    """What the API would refuse must not be trained on either."""
    for column in schema.curated_columns():
        values = rows[column.name]
        assert column.nullable or values.notna().all(), column.name
        if column.min is not None:
            assert values.min() >= column.min, column.name
        if column.max is not None:
            assert values.max() <= column.max, column.name
        if column.pattern is not None:
            assert values.str.fullmatch(column.pattern).all(), column.name
    assert rows["flight_key"].is_unique


def test_every_row_ends_in_exactly_one_class(bucket: Bucket) -> None:
    """Three real days, and one row for every way to be wrong."""
    months.write_month(bucket.raw, "2013-01", first_days(3))
    rows = months.month_rows("flights", "2013-01", first_days(3))
    real, sample = len(rows), rows[100]
    fresh = {**sample, "flight": "9001"}
    wrong = {
        "distance": {**fresh, "distance": "17"},
        "carrier": {**fresh, "carrier": "united"},
        "time_hour": {**fresh, "time_hour": ""},
        "flight": {**fresh, "flight": ""},
        "malformed": {**fresh, "distance": "far"},
        "duplicate": sample,
        "month": {**fresh, "month": "13", "distance": "17"},
    }
    aside = {
        "cancelled": {
            **fresh,
            "flight": "9002",
            "dep_time": "",
            "dep_delay": "",
            "arr_time": "",
            "arr_delay": "",
        },
        "diverted": {**fresh, "flight": "9003", "arr_delay": ""},
    }
    delayed = {**fresh, "flight": "9004", "dep_delay": "99999"}
    months.write_table(bucket.raw, "flights", "2013-01", [*rows, *wrong.values(), *aside.values(), delayed])
    gale = [
        row | {"wind_speed": "1048.36"} if n == 5 else row
        for n, row in enumerate(months.month_rows("weather", "2013-01"))
    ]
    months.write_table(bucket.raw, "weather", "2013-01", gale)

    bucket.prepare("2013-01")
    report = bucket.report("2013-01")
    truth = Counter(
        "cancelled" if not r["dep_time"] else "diverted" if not r["arr_delay"] else "curated" for r in rows
    )
    assert report["rows"]["in"] == real + len(wrong) + len(aside) + 1
    assert report["rows"]["in"] == sum(
        report["rows"][name] for name in ("curated", "setAside", "quarantined")
    )
    assert report["rows"]["curated"] == truth["curated"] + 1
    assert report["setAside"] == {"cancelled": truth["cancelled"] + 1, "diverted": truth["diverted"] + 1}
    assert report["quarantined"] == dict.fromkeys(sorted(wrong), 1)
    assert report["nulled"]["weather.wind_speed"] == 1
    assert report["nulled"]["flights.dep_delay"] == 1

    written = {place: bucket.read(place, "2013-01") for place in ("features", "set-aside", "quarantine")}
    assert len(written["features"]) == report["rows"]["curated"]
    assert written["set-aside"]["set_aside"].value_counts().to_dict() == report["setAside"]
    assert written["quarantine"]["quarantine"].value_counts().to_dict() == report["quarantined"]
    assert "far" in written["quarantine"].set_index("quarantine").loc["malformed", "_corrupt_record"]
    assert not set(written["features"]["flight_key"]) & set(written["set-aside"]["flight_key"])
    assert_within_schema(bucket.features("2013-01"))

    before = bucket.features("2013-01")
    bucket.prepare("2013-01")
    assert bucket.report("2013-01") == report
    assert_same_rows(bucket.features("2013-01"), before)
    assert len(list((bucket.root / "curated/features/month=2013-01").glob("*.parquet"))) == 1


def test_a_flights_own_outcome_and_the_future_never_reach_its_features(bucket: Bucket) -> None:
    """Every flight scheduled from 17:00 UTC on gets another fate; those up to 18:00 must not notice."""
    turn = datetime(2013, 1, 2, 17, tzinfo=UTC)
    rows = months.month_rows("flights", "2013-01", first_days(3))

    def another_fate(row: dict[str, str]) -> dict[str, str]:
        if months.departure(row) < turn or not row["arr_delay"]:
            return row
        return row | {
            "dep_time": "1", "arr_time": "2", "air_time": "3",
            "dep_delay": str(float(row["dep_delay"]) + 30), "arr_delay": str(float(row["arr_delay"]) + 500),
        }  # fmt: skip

    months.write_month(bucket.raw, "2013-01", first_days(3))
    bucket.prepare("2013-01")
    before = bucket.features("2013-01").set_index("flight_key")
    months.write_table(bucket.raw, "flights", "2013-01", [another_fate(row) for row in rows])
    bucket.prepare("2013-01")
    after = bucket.features("2013-01").set_index("flight_key").loc[before.index]
    unaware = before["scheduled_departure"].dt.floor("h") <= pd.Timestamp(turn)
    own = unaware & (before["scheduled_departure"] >= pd.Timestamp(turn))
    assert own.sum() > 20
    pd.testing.assert_frame_equal(before[unaware], after[unaware])
    # The change does reach flights two hours on: the comparison above can fail.
    later = before["scheduled_departure"].dt.floor("h") == pd.Timestamp(turn) + pd.Timedelta(hours=3)
    assert (before.loc[later, "mean_delay_h2"] != after.loc[later, "mean_delay_h2"]).any()


@pytest.mark.parametrize(
    ("departure", "arrival", "zone", "minutes"),
    [
        ("2013-01-15T14:00:00Z", 1215, "America/New_York", 195),
        # New York 9:00 to Honolulu 14:30 of the same morning, five hours behind.
        ("2013-01-15T14:00:00Z", 1430, "Pacific/Honolulu", 630),
        # Overnight: leaves Saturday 22:00 in New York, arrives 00:40 in Chicago.
        ("2013-01-20T03:00:00Z", 40, "America/Chicago", 220),
        # Arrives on the day after by destination time although it left on that day by UTC.
        ("2013-01-20T04:30:00Z", 2359, "America/Chicago", 89),
        ("2013-01-20T03:00:00Z", 2400, "America/New_York", 120),
        # Clocks go forward on 10 March at 02:00: 01:00 to 03:30 local is an hour and a half.
        ("2013-03-10T06:00:00Z", 330, "America/New_York", 90),
        # Phoenix has no daylight saving time: three hours behind New York in summer.
        ("2013-07-01T12:00:00Z", 1030, "America/Phoenix", 330),
    ],
)
def test_block_minutes_cross_zones_midnights_and_clock_changes(
    spark: SparkSession, departure: str, arrival: int, zone: str, minutes: float
) -> None:
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    flight = f"SELECT timestamp'{departure}' AS scheduled_departure, {arrival} AS sched_arr_time"
    minutes_of = features_of("nyc-flights").block_minutes()
    query = f"SELECT {minutes_of} AS block_minutes FROM ({flight}, '{zone}' AS tzone)"
    (row,) = spark.sql(query).collect()
    assert row["block_minutes"] == minutes
