"""Loads the classes that a job of this kind needs; only its class archive is kept, not its results."""

import sys
from contextlib import suppress

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark program uses

folder = sys.argv[1]
spark = SparkSession.builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
rows = spark.range(1000).selectExpr(
    "id", "cast(id % 7 as string) word", "id * 2.0 number", "timestamp_seconds(id * 3600) at"
)
rows.write.mode("overwrite").option("header", True).csv(f"{folder}/csv")
rows.write.mode("overwrite").json(f"{folder}/json")
table = (
    spark.read.schema("id long, word string, number double, at timestamp, _bad string")
    .options(header=True, enforceSchema=False, columnNameOfCorruptRecord="_bad")
    .csv(f"{folder}/csv")
)
ranked = table.withColumn("place", F.row_number().over(Window.partitionBy("word").orderBy("at")))
means = table.groupBy("word").agg(F.avg("number").alias("mean"), F.count("id"), F.max("at"))
joined = ranked.join(F.broadcast(means), "word").join(spark.read.json(f"{folder}/json"), "id", "left")
joined.select("id", "mean", "place").coalesce(1).write.mode("overwrite").parquet(f"{folder}/parquet")
spark.read.parquet(f"{folder}/parquet").orderBy("id").limit(3).collect()
# Nobody answers there: the classes are loaded on the way to the refusal.
with suppress(Py4JJavaError):
    table.write.mode("overwrite").parquet("s3://warm-up/parquet")
spark.stop()
