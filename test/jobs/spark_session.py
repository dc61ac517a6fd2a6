"""One Spark session for all tests of the Glue job: to start one takes longer than most of them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from bucket import Bucket
from pyspark.sql import SparkSession

from engine.glue.spark import FAST_START, use_of_archive

ROOT = Path(__file__).parents[2]
TOOLCHAIN = json.loads((ROOT / ".toolchain/toolchain.json").read_text())
JARS = [Path(jar) for jar in TOOLCHAIN["jars"]]

os.environ.setdefault("JAVA_HOME", TOOLCHAIN["javaHome"])


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    # Optimizing compilation would not pay off within a test run.
    options = {
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": " ".join([*FAST_START, use_of_archive(JARS)]),
        # The archive holds the classes of this class path.
        "spark.driver.extraClassPath": ":".join(TOOLCHAIN["jars"]),
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
