"""What happened to people with data like this, laid over a good month: two days of January."""

import re
from collections.abc import Callable

import months
import pytest
from bucket import Bucket
from months import Row, first_days
from pyspark.sql import SparkSession

# No neighbours, because a month looks back at the one before it.
MONTHS = ["2013-01", "2013-03", "2013-05", "2013-07", "2013-09", "2013-11"]


def rows_of(table: str, month: str) -> list[Row]:
    return months.month_rows(table, month, first_days(2))


Change = Callable[[list[Row]], list[Row]]
Fault = tuple[str, Change, str]


def each(**changes: Callable[[Row], str]) -> Change:
    return lambda rows: [row | {name: change(row) for name, change in changes.items()} for row in rows]


def no_row(rows: list[Row]) -> list[Row]:
    return []


FAULTS: list[Fault] = [
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
    ("planes", lambda rows: rows[:1], r"plane_age_years, seats of partition {month} are empty"),
    ("airports", no_row, r"airports\.csv holds no row"),
    ("airports", each(tzone=lambda _: "NA"), r"block_minutes of partition {month} is empty"),
]


@pytest.fixture(scope="module")
def found(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """
    The month and the refusal of each fault. A run of the job prepares some months, each with its own fault.
    """
    bucket = Bucket(spark, tmp_path_factory.mktemp("reported"))
    for month in MONTHS:
        months.write_month(bucket.raw, month, first_days(2))
    assert all("rows" in entry for entry in bucket.prepare(*MONTHS).values())
    before, refusals = bucket.files(), []
    for first in range(0, len(FAULTS), len(MONTHS)):
        broken = dict(zip(MONTHS, FAULTS[first : first + len(MONTHS)], strict=False))
        for month, (table, change, _) in broken.items():
            months.write_table(bucket.raw, table, month, change(rows_of(table, month)))
        entries = bucket.prepare(*broken)
        refusals += [(month, entries[month].get("refused", "prepared")) for month in broken]
        for month, (table, _, _) in broken.items():
            months.write_table(bucket.raw, table, month, rows_of(table, month))
    assert bucket.files() == before, "what was curated stays"
    return refusals


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(number, sentence) for number, (_, _, sentence) in enumerate(FAULTS)],
    ids=[table for table, _, _ in FAULTS],
)
def test_a_broken_file_refuses_the_month(found: list[tuple[str, str]], number: int, sentence: str) -> None:
    month, refusal = found[number]
    assert re.search(sentence.replace("{month}", month), refusal), refusal
