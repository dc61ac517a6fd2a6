"""What happened to people with data like this, laid over a good month: two days of January."""

import re
from collections.abc import Callable

import months
import pytest
from bucket import Bucket
from months import Row, first_days
from pyspark.sql import SparkSession

MONTH = "2013-01"


@pytest.fixture(scope="module")
def good(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Bucket:
    bucket = Bucket(spark, tmp_path_factory.mktemp("reported"))
    months.write_month(bucket.raw, MONTH, first_days(2))
    assert "rows" in bucket.prepare(MONTH)[MONTH]
    return bucket


def rows_of(table: str) -> list[Row]:
    return months.month_rows(table, MONTH, first_days(2))


Change = Callable[[list[Row]], list[Row]]


def each(**changes: Callable[[Row], str]) -> Change:
    return lambda rows: [row | {name: change(row) for name, change in changes.items()} for row in rows]


def no_row(rows: list[Row]) -> list[Row]:
    return []


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("flights", no_row, r"flights\.csv holds no row"),
        (
            "flights",
            lambda rows: months.month_rows("flights", "2013-02", first_days(1)),
            r"of \d+ are \d+ partition",
        ),
        ("flights", each(origin=lambda row: row["origin"].lower()), r"of \d+ are \d+ origin"),
        ("flights", each(flight=lambda row: row["flight"] + ".0"), r"are \d+ malformed, for"),
        ("weather", no_row, r"weather\.csv holds no row"),
        (
            "weather",
            each(time_hour=lambda row: row["time_hour"].replace("T", " ")[:-1]),
            r"weather\.csv has (\d+) of \1 rows that cannot be used, more than 1%: \1 malformed, for example",
        ),
        (
            "weather",
            each(origin=lambda row: row["origin"].lower()),
            r"temp_f, dew_point_f, .* are empty in all \d+ rows",
        ),
        ("planes", each(year=lambda _: "unknown"), r"planes\.csv has (\d+) of \1 rows"),
        ("planes", lambda rows: rows[:1], r"plane_age_years, seats of partition 2013-01 are empty"),
        ("airports", no_row, r"airports\.csv holds no row"),
        ("airports", each(tzone=lambda _: "NA"), r"block_minutes of partition 2013-01 is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_broken_file_refuses_the_month_and_what_was_curated_stays(
    good: Bucket, table: str, change: Change, sentence: str
) -> None:
    before = good.files()
    months.write_table(good.raw, table, MONTH, change(rows_of(table)))
    refused = good.prepare(MONTH)[MONTH].get("refused", "prepared")
    months.write_table(good.raw, table, MONTH, rows_of(table))
    assert re.search(sentence, refused), refused
    assert good.files() == before
