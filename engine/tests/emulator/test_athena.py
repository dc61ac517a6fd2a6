"""Athena of the running engine: permissions of the caller, the workgroup's limit, bytes and results."""

import re

import pandas as pd
import pytest
from botocore.exceptions import ClientError

_ROWS = pd.DataFrame({"brand": ["UA", "DL", None] * 2000, "seats": range(6000)})


@pytest.fixture(scope="module")
def lake(engine):
    """A bucket with one Parquet and one CSV table of the same rows; answers its name, also the database's."""
    name = engine.name("lake")
    s3, glue = engine.client("s3"), engine.client("glue")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="parquet/part-0.parquet", Body=_ROWS.to_parquet())
    s3.put_object(Bucket=name, Key="csv/part-0.csv", Body=_ROWS.to_csv(index=False).encode())
    s3.put_object(Bucket=name, Key="big/part-0.csv", Body=b"UA,1\n" * 2_000_001)
    glue.create_database(DatabaseInput={"Name": name})
    serdes = {
        "parquet": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "csv": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
        "big": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    }
    for table, serde in serdes.items():
        kind = "bigint" if table == "parquet" else "string"
        glue.create_table(
            DatabaseName=name,
            TableInput={
                "Name": table,
                "Parameters": {"skip.header.line.count": "1"},
                "StorageDescriptor": {
                    "Location": f"s3://{name}/{table}/",
                    "Columns": [{"Name": "brand", "Type": "string"}, {"Name": "seats", "Type": kind}],
                    "SerdeInfo": {"SerializationLibrary": serde},
                },
            },
        )
    return name


@pytest.fixture
def ask(engine, lake, until):
    """Runs a query under a role with these statements, or as the root, and answers its execution."""

    def run(sql, *statements, limit=None):
        group = engine.name("group")
        settings = {
            "EnforceWorkGroupConfiguration": True,
            "ResultConfiguration": {"OutputLocation": f"s3://{lake}/results/"},
        }
        if limit:
            settings["BytesScannedCutoffPerQuery"] = limit
        engine.client("athena").create_work_group(Name=group, Configuration=settings)
        caller = engine.assume(engine.role(*statements)) if statements else None
        athena = engine.client("athena", caller)
        started = athena.start_query_execution(
            QueryString=sql, WorkGroup=group, QueryExecutionContext={"Database": lake}
        )["QueryExecutionId"]

        def ended():
            execution = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
            return execution["Status"]["State"] not in {"QUEUED", "RUNNING"} and execution

        return until(ended)

    return run


@pytest.fixture
def grants(lake, allow):
    glue = "arn:aws:glue:us-east-1:123456789012:"
    return {
        "athena": allow("athena:*"),
        "catalog": allow("glue:Get*", on=f"{glue}catalog"),
        "database": allow("glue:Get*", on=f"{glue}database/{lake}"),
        "table": allow("glue:Get*", on=f"{glue}table/{lake}/*"),
        "list": allow("s3:ListBucket", on=f"arn:aws:s3:::{lake}"),
        "read": allow("s3:GetObject", on=f"arn:aws:s3:::{lake}/parquet/*"),
        "write": allow("s3:PutObject", on=f"arn:aws:s3:::{lake}/results/*"),
    }


def test_a_result_is_a_file_and_an_answer(engine, lake, ask):
    execution = ask("select brand, max(seats) as most from parquet group by brand order by most")
    assert execution["Status"]["State"] == "SUCCEEDED"
    at = execution["ResultConfiguration"]["OutputLocation"]
    assert at == f"s3://{lake}/results/{execution['QueryExecutionId']}.csv"
    key = at.removeprefix(f"s3://{lake}/")
    assert engine.client("s3").get_object(Bucket=lake, Key=key)["Body"].read().decode() == (
        '"brand","most"\n"UA","5997"\n"DL","5998"\n,"5999"\n'
    )
    answer = engine.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    rows = [[datum.get("VarCharValue") for datum in row["Data"]] for row in answer["ResultSet"]["Rows"]]
    assert rows == [["brand", "most"], ["UA", "5997"], ["DL", "5998"], [None, "5999"]]
    types = [column["Type"] for column in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    assert types == ["varchar", "bigint"]


def test_csv_against_parquet_scans_the_true_bytes(engine, lake, ask):
    scanned = {
        table: ask(f"select max(seats) from {table}")["Statistics"]["DataScannedInBytes"]
        for table in ("csv", "parquet")
    }
    assert scanned["csv"] == len(_ROWS.to_csv(index=False).encode())
    assert 0 < scanned["parquet"] < len(_ROWS[["seats"]].to_parquet()) < scanned["csv"]


def test_the_workgroups_limit_cancels_a_query_that_reads_more(ask):
    least = 10_000_000
    assert ask("select max(brand) from csv", limit=least)["Status"]["State"] == "SUCCEEDED"
    execution = ask("select max(brand) from big", limit=least)
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert execution["Statistics"]["DataScannedInBytes"] == least


def test_the_callers_grants_suffice(ask, grants):
    assert ask("select max(seats) from parquet", *grants.values())["Status"]["State"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("catalog", "glue:GetDatabase on resource: arn:aws:glue:us-east-1:123456789012:catalog"),
        ("database", "glue:GetDatabase on resource: .*database/"),
        ("table", "glue:GetTable on resource: .*table/lake-\\d+/parquet"),
        ("list", "Permission denied on S3 path: s3://lake-\\d+/parquet/"),
        ("read", "Permission denied on S3 path: s3://lake-\\d+/parquet/part-0.parquet"),
        ("write", "Permission denied on S3 path: s3://lake-\\d+/results/"),
    ],
)
def test_a_missing_grant_of_the_caller_fails_the_query(ask, grants, missing, words):
    del grants[missing]
    status = ask("select max(seats) from parquet", *grants.values())["Status"]
    assert status["State"] == "FAILED"
    assert re.search(words, status["StateChangeReason"]), status["StateChangeReason"]


def test_a_malformed_text_is_refused_at_once_and_an_unknown_name_later(engine, ask):
    with pytest.raises(ClientError, match=r"InvalidRequestException.*mismatched input"):
        ask("select brand from parquet wher seats = 1")
    failed = ask("select max(seat) from parquet")["Status"]
    assert failed["State"] == "FAILED"
    assert failed["StateChangeReason"].startswith("COLUMN_NOT_FOUND: line 1:12: Column 'seat'")
    with pytest.raises(ClientError, match="WorkGroup none is not found"):
        engine.client("athena").start_query_execution(QueryString="select 1", WorkGroup="none")
