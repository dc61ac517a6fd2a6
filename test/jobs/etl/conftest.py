"""One Spark session for all tests of the Glue job: to start one takes longer than most of them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import months
import pytest
from bucket import Bucket
from pyspark.sql import SparkSession

os.environ.setdefault(
    "JAVA_HOME", json.loads((months.ROOT / ".toolchain/toolchain.json").read_text())["javaHome"]
)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    # Optimizing compilation would not pay off within a test run.
    options = {
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        # The job sets it where it makes its session: without it every run compiles its classes anew.
        "spark.sql.codegen.cache.maxEntries": "1000",
    }
    session = builder.config(map=options).getOrCreate()
    # A program that took the machine's time zone anywhere would be seen.
    session.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def bucket(spark: SparkSession, tmp_path: Path) -> Bucket:
    return Bucket(spark, tmp_path)
