"""A typical Glue job on a stand-in of S3, which loads and compiles the parts of Spark that such jobs need.

Its results are not used: set-up keeps the archive of its classes, an engine the JVM that ran it."""

from collections.abc import Callable, Iterator
from typing import Any

from pyspark.sql import SparkSession

from engine.glue.stand_in_s3 import stand_in_s3

_TABLE = "id long, word string, zone string, number double, at timestamp, _bad string"
_ROWS = 4000


def warm_up(wanted: Callable[[], bool] = lambda: False) -> None:
    """Works in a session of its own; stops after a step once something else is `wanted`."""
    with stand_in_s3() as endpoint:
        spark = SparkSession.builder.config("spark.hadoop.fs.s3a.endpoint", endpoint).getOrCreate()
        # One round, because a second one cost another 4 s of processor time and shortened no run.
        for _ in _job(spark, "s3://warm-up/"):
            if wanted():
                break
        spark.stop()


def _job(spark: Any, lake: str) -> Iterator[None]:
    sql = spark.sql
    for name, value in {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.adaptive.enabled": "false",
    }.items():
        spark.conf.set(name, value)
    _exists(spark, f"{lake}raw/rows")
    made = f"""
      SELECT id, concat('w', id % 97) AS word,
        element_at(array('America/New_York', 'UTC'), CAST(id % 2 AS INT) + 1) AS zone,
        id * 0.5 AS number, timestamp_seconds(id * 600) AS at
      FROM range({_ROWS})"""
    sql(made).coalesce(1).write.mode("overwrite").option("header", True).csv(f"{lake}raw/rows")
    yield
    reader = spark.read.schema(_TABLE).options(
        header=True, enforceSchema=False, mode="PERMISSIVE", columnNameOfCorruptRecord="_bad"
    )
    reader.csv(f"{lake}raw/rows").createOrReplaceTempView("raw_rows")
    classified = sql("""
      SELECT *, CASE WHEN rule IS NULL AND place > 1 THEN 'duplicate' END AS repeated FROM (
        SELECT *, row_number() OVER (PARTITION BY rule, key ORDER BY id, word, number) AS place FROM (
          SELECT *, concat_ws('-', word, id, date_format(at, "yyyyMMdd'T'HHmm")) AS key,
            regexp_extract(input_file_name(), 'raw/(.*)/', 1) AS file,
            coalesce(CASE WHEN _bad IS NOT NULL THEN 'malformed' END,
              CASE WHEN number IS NULL OR coalesce(number < 0, false) THEN 'number' END,
              CASE WHEN NOT rlike(word, '^w[0-9]+$') THEN 'word' END) AS rule
          FROM raw_rows))""")
    # Rows are kept like the kit's job keeps them: without their plan.
    classified = classified.toDF(*classified.columns).localCheckpoint(eager=False)
    classified.createOrReplaceTempView("classified")
    sql(
        "SELECT rule, repeated, count(*), sum(CAST(number > 9 AS INT)) FROM classified GROUP BY 1, 2"
    ).collect()
    yield
    features = sql("""
      SELECT /*+ BROADCAST(h), BROADCAST(w) */ c.id, c.key, c.word, CAST(h.number AS FLOAT) AS before,
        coalesce(h.n, 0) AS n, CAST(w.seen AS INT) AS seen,
        weekday(make_date(year(at), month(at), day(at))) AS day,
        unix_timestamp(to_utc_timestamp(date_trunc('day', from_utc_timestamp(at, c.zone)), c.zone)) / 60
          AS minutes,
        timestampadd(MINUTE, 5, at) AS later, floor(c.number / 100) * 60 + c.number % 100 AS clock
      FROM (SELECT * FROM classified WHERE rule IS NULL AND repeated IS NULL) c
      LEFT JOIN (SELECT word, max(at) AS last, count(*) AS seen FROM raw_rows GROUP BY word) w
        ON w.word = c.word
      LEFT JOIN (
        SELECT zone, hour, max(number) AS number, max(n) AS n FROM (
          SELECT zone, timestampadd(HOUR, lag, hour) AS hour, number, n FROM (
            SELECT zone, date_trunc('hour', timestamp_seconds(unix_timestamp(at) + number * 60)) AS hour,
              avg(number) AS number, count(*) AS n FROM classified GROUP BY 1, 2
          ) LATERAL VIEW explode(array(2, 3)) AS lag
          UNION ALL SELECT zone, date_trunc('hour', at), NULL, NULL FROM raw_rows
        ) GROUP BY zone, hour) h ON h.zone = c.zone AND h.hour = date_trunc('hour', c.at)""")
    features.coalesce(1).write.mode("overwrite").parquet(f"{lake}curated/features")
    yield
    spark.read.parquet(f"{lake}curated/features").createOrReplaceTempView("features")
    sql("""
      SELECT count(*), count_if(before IS NULL), mean(before), min(n), max(seen), size(collect_set(word)),
        count(DISTINCT day) FROM features""").first()
    yield
    dynamic = classified.write.mode("overwrite").option("partitionOverwriteMode", "dynamic")
    dynamic.partitionBy("zone").parquet(f"{lake}curated/by-zone")
    classified.where("rule IS NOT NULL").coalesce(1).write.mode("overwrite").parquet(f"{lake}curated/wrong")
    _write(spark, f"{lake}curated/report.json", b"{}")


def _exists(spark: Any, uri: str) -> bool:
    path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(uri)
    return bool(path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).exists(path))


def _write(spark: Any, uri: str, body: bytes) -> None:
    path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(uri)
    stream = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).create(path, True)
    stream.write(bytearray(body))
    stream.close()


if __name__ == "__main__":
    warm_up()
