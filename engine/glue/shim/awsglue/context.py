"""GlueContext as the way to a Spark session."""

import logging
from typing import Any

from pyspark import SparkContext
from pyspark.sql import SparkSession


class GlueContext:
    def __init__(self, spark_context: SparkContext) -> None:
        self.spark_session = SparkSession.builder.getOrCreate()

    def get_logger(self) -> logging.Logger:
        return logging.getLogger("glue")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"GlueContext.{name} is not rehearsed; use spark_session.")
