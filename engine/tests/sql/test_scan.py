"""What a query reads, what it may read, and what the services refuse."""

import copy
import io

import pyarrow.parquet as pq
import pytest

from engine.sql import ATHENA, REDSHIFT, QueryError, ScanLimitError, run


def chunks(lake, *columns, months=("2013-01", "2013-02")):
    """The compressed bytes of these columns in these months, by the files' own footers."""
    total = 0
    for month in months:
        metadata = pq.read_metadata(io.BytesIO(lake.files[f"features/month={month}/part-0.parquet"]))
        names = metadata.schema.to_arrow_schema().names
        for group in range(metadata.num_row_groups):
            total += sum(
                metadata.row_group(group).column(names.index(name)).total_compressed_size for name in columns
            )
    return total


def scanned(lake, sql, dialect=ATHENA):
    return run(sql, dialect, lake, "mlkit").scanned


def test_parquet_is_read_by_the_columns_that_are_used(lake):
    assert scanned(lake, "select avg(seats) from features where origin = 'JFK'") == chunks(
        lake, "seats", "origin"
    )
    assert scanned(lake, "select count(*) from features") == 0


def test_an_unused_column_of_an_inner_query_is_not_read(lake):
    sql = "with all_of_it as (select * from features) select sum(seats) from all_of_it"
    assert scanned(lake, sql) == chunks(lake, "seats")


def test_csv_is_read_whole_whatever_is_used(lake):
    whole = sum(len(body) for key, body in lake.files.items() if key.startswith("csv/"))
    assert scanned(lake, "select avg(cast(seats as integer)) from csv_features") == whole
    assert scanned(lake, "select count(*) from csv_features") == whole


def test_a_condition_on_the_partition_leaves_the_other_months_unread(lake):
    lake.was_read.clear()
    sql = """select sum(f.seats) from features f
        join csv_features c on c.ride_key = f.ride_key and f.month > '2013-01'"""
    first = len(lake.files["csv/month=2013-01/part-0.csv"]) + len(lake.files["csv/month=2013-02/part-0.csv"])
    assert scanned(lake, sql) == first + chunks(lake, "seats", "ride_key", months=["2013-02"])
    assert not [key for key in lake.was_read if key.startswith("features/month=2013-01")]


def test_a_table_mentioned_twice_is_read_twice(lake):
    sql = "select a.seats from features a, features b where a.ride_key = b.ride_key"
    assert scanned(lake, sql) == chunks(lake, "seats") + 2 * chunks(lake, "ride_key")


def test_redshift_reads_the_same_bytes(lake):
    sql = "select avg(seats) from awsdatacatalog.mlkit.features where month = '2013-02'"
    assert scanned(lake, sql, REDSHIFT) == chunks(lake, "seats", months=["2013-02"])


def test_a_query_above_the_limit_is_stopped(lake):
    whole = scanned(lake, "select * from csv_features")
    assert run("select * from csv_features", ATHENA, lake, "mlkit", whole).rows
    with pytest.raises(ScanLimitError, match=r"^Bytes scanned limit was exceeded$"):
        run("select * from csv_features", ATHENA, lake, "mlkit", whole - 1)


def test_an_empty_field_of_csv_is_empty_text(lake):
    [(empty, nothing)] = run(
        "select count_if(mean_delay_h2 = ''), count_if(mean_delay_h2 is null) from csv_features",
        ATHENA,
        lake,
        "mlkit",
    ).rows
    assert (empty > 0, nothing) == (True, 0)


def test_a_column_without_a_name_is_called_as_the_service_calls_it(lake):
    assert run(
        "select count(*), 1 + 1, seats as s from features group by seats", ATHENA, lake, "mlkit"
    ).columns == [
        "_col0",
        "_col1",
        "s",
    ]
    sql = "select count(*), 1 + 1, max(seats) as s from awsdatacatalog.mlkit.features"
    assert run(sql, REDSHIFT, lake, "mlkit").columns == ["count", "?column?", "s"]


REFUSED = [
    (ATHENA, "select 1 from features wher month = '2013-01'", "line 1:29: mismatched input 'month'"),
    (
        ATHENA,
        "select median(seats) from features",
        "FUNCTION_NOT_FOUND: line 1:8: Function 'median' not registered",
    ),
    (ATHENA, "select seat from features", "COLUMN_NOT_FOUND: line 1:8: Column 'seat' cannot be resolved"),
    (ATHENA, "select 1 from ride", "TABLE_NOT_FOUND: Table 'awsdatacatalog.mlkit.ride' does not exist"),
    (
        ATHENA,
        "select count(*) from features where month = 1",
        "TYPE_MISMATCH: Cannot apply operator: varchar = integer",
    ),
    (ATHENA, "select seats / 0 from features", "DIVISION_BY_ZERO: Division by zero"),
    (
        ATHENA,
        "select origin as o, count(*) from features group by o",
        "COLUMN_NOT_FOUND: line 1:53: Column 'o'",
    ),
    (ATHENA, "delete from features", "DELETE is not rehearsed"),
    (
        REDSHIFT,
        "select corr(seats, seats) from awsdatacatalog.mlkit.features",
        "ERROR: function corr does not exist",
    ),
    (REDSHIFT, "select seat from awsdatacatalog.mlkit.features", 'ERROR: column "seat" does not exist'),
    (REDSHIFT, "select 1 from mlkit.features", "ERROR: Could not find parent table for alias"),
    (REDSHIFT, "select block_minutes / 0 from awsdatacatalog.mlkit.features", "ERROR: Divide by zero"),
]


@pytest.mark.parametrize(("dialect", "sql", "words"), REFUSED, ids=lambda value: getattr(value, "name", None))
def test_the_service_refuses_in_its_words(lake, dialect, sql, words):
    with pytest.raises(QueryError) as refused:
        run(sql, dialect, lake, "mlkit")
    assert str(refused.value).startswith(words)


def test_a_column_of_another_type_than_the_tables_is_refused(lake, rides):
    other = copy.copy(lake)
    other.files = {"features/month=2013-01/part-0.parquet": rides[["seats"]].astype("int64").to_parquet()}
    with pytest.raises(
        QueryError, match=r"HIVE_BAD_DATA: Field seats's type INT64 .* incompatible with type int"
    ):
        run("select sum(seats) from features", ATHENA, other, "mlkit")


def test_try_answers_nothing_where_a_division_by_zero_fails(lake):
    assert run("select try(1 / 0), 7 / 2, -7 / 2", ATHENA, lake, "mlkit").rows == [(None, 3, -3)]
