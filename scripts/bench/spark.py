"""A Spark session for measurements and experiments, on local files."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def spark_session() -> Iterator[Any]:
    os.environ["JAVA_HOME"] = json.loads((ROOT / ".toolchain/toolchain.json").read_text())["javaHome"]
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        # The job sets it when it creates its session.
        "spark.sql.codegen.cache.maxEntries": "1000",
    }
    spark = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()
