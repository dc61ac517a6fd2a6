"""
Glue 5.0 job: one month of raw CSV into features, set-aside and quarantine, and a quality report.

The month's three prefixes are overwritten, so a second run of a month leaves the same result as one.
"""

import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

import transforms as t
from common import schema

# A month is 3 MB: Glue's default of 200 shuffle partitions would cost 200 tiny tasks a join.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    # It plans again between stages, for skew and size that a month does not have.
    "spark.sql.adaptive.enabled": "false",
    # INT96, Spark's default, has no time zone and readers outside Spark guess one.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}


@dataclass(frozen=True)
class Lake:
    """URIs of the two buckets; keys below them are those of layout.json."""

    spark: SparkSession
    raw: str
    curated: str

    def read(self, table: str, month: str) -> DataFrame:
        """:raises Exception: from Spark when the file is missing or its header differs from dataset.json"""
        fields = ", ".join(f"`{c.name}` {c.type}" for c in schema.raw_columns(table))
        return (
            self.spark.read.schema(f"{fields}, {t.CORRUPT} string")
            # enforceSchema would take columns by position whatever the header says.
            .options(header=True, enforceSchema=False, columnNameOfCorruptRecord=t.CORRUPT)
            .options(mode="PERMISSIVE", timestampFormat="yyyy-MM-dd'T'HH:mm:ss'Z'")
            .csv(self._table(table, month))
        )

    def has(self, table: str, month: str) -> bool:
        system, path = self._open(self._table(table, month))
        return system.exists(path)

    def _table(self, table: str, month: str) -> str:
        return self.raw + schema.layout()["raw"]["tables"].format(table=table, month=month)

    def write(self, rows: DataFrame, place: str, month: str) -> None:
        target = self.curated + schema.layout()["curated"][place].format(month=month)
        # One file: a month fits in memory many times over, and Athena pays for every file it opens.
        rows.coalesce(1).write.mode("overwrite").parquet(target)

    def write_report(self, report: dict[str, Any], month: str) -> None:
        system, path = self._open(self.curated + schema.layout()["curated"]["quality"].format(month=month))
        stream = system.create(path, True)
        stream.write(bytearray(json.dumps(report, indent=2).encode()))
        stream.close()

    def _open(self, uri: str) -> tuple[Any, Any]:
        # Hadoop's file systems are what Spark writes with: the same rights, and local folders in a test.
        jvm: Any = self.spark.sparkContext._jvm
        path = jvm.org.apache.hadoop.fs.Path(uri)
        return path.getFileSystem(self.spark.sparkContext._jsc.hadoopConfiguration()), path


def month_before(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01') - timedelta(days=1):%Y-%m}"


def field_rules(table: str) -> list[schema.Column]:
    return [c for c in schema.raw_columns(table) if c.rule == "null"]


def prepare(lake: Lake, month: str) -> dict[str, Any]:
    """
    Writes the month and returns its report.

    :raises ValueError: when the rows of the three classes do not add up to the rows read
    """
    for name, value in SETTINGS.items():
        lake.spark.conf.set(name, value)
    raw = {table: lake.read(table, month).cache() for table in schema.dataset()["raw"]}
    nulled = {
        f"{table}.{name}": count
        for table, rows in raw.items()
        for name, count in t.count_breaks(rows, field_rules(table)).items()
    }
    clean = {table: t.null_out(rows, field_rules(table)) for table, rows in raw.items()}
    classified = t.classify(clean["flights"]).cache()
    lawful = classified.where("quarantine is null")
    features, emptied = _features(lawful.where("set_aside is null"), lawful, clean, lake, month)

    report = _report(month, raw["flights"].count(), classified, features, nulled | emptied)
    lake.write(features, "features", month)
    lake.write(classified.where("set_aside is not null").drop("quarantine", t.CORRUPT), "setAside", month)
    lake.write(classified.where("quarantine is not null").drop("set_aside"), "quarantine", month)
    lake.write_report(report, month)
    return report


def _features(
    curated: DataFrame, scheduled: DataFrame, clean: dict[str, DataFrame], lake: Lake, month: str
) -> tuple[DataFrame, dict[str, int]]:
    """The feature rows, and how many values outside the declared range were emptied per column."""
    left, weather = scheduled, clean["weather"]
    # The first hours of a month look back into the one before it.
    before = month_before(month)
    if lake.has("flights", before):
        earlier = t.classify(t.null_out(lake.read("flights", before), field_rules("flights")))
        left = left.unionByName(earlier.where("quarantine is null"))
    if lake.has("weather", before):
        weather = weather.unionByName(t.null_out(lake.read("weather", before), field_rules("weather")))
    rows = t.with_schedule(curated, scheduled)
    rows = t.with_block_minutes(rows, clean["airports"])
    rows = t.with_plane(rows, clean["planes"])
    rows = t.with_weather(rows, weather)
    rows = t.with_congestion(rows, t.congestion(left))
    features = t.select_features(rows).cache()
    nullable = [c for c in schema.features() if c.nullable]
    emptied = {f"features.{name}": count for name, count in t.count_breaks(features, nullable).items()}
    return t.null_out(features, nullable), emptied


def _report(
    month: str, read: int, classified: DataFrame, features: DataFrame, nulled: dict[str, int]
) -> dict[str, Any]:
    set_aside, quarantined = _reasons(classified, "set_aside"), _reasons(classified, "quarantine")
    rows = {
        "in": read,
        "curated": features.count(),
        "setAside": sum(set_aside.values()),
        "quarantined": sum(quarantined.values()),
    }
    if rows["in"] != rows["curated"] + rows["setAside"] + rows["quarantined"]:
        raise ValueError(
            f"month {month}: {rows} do not add up. A key that must be unique is repeated in weather "
            "(origin, time_hour), planes (tailnum) or airports (faa): correct it and load the month again"
        )
    return {
        "month": month,
        "rows": rows,
        "setAside": set_aside,
        "quarantined": quarantined,
        "nulled": {name: count for name, count in nulled.items() if count},
        "columns": _columns(features),
    }


def _reasons(rows: DataFrame, column: str) -> dict[str, int]:
    counts = rows.where(F.col(column).isNotNull()).groupBy(column).count().collect()
    return {row[column]: row["count"] for row in sorted(counts)}


def _columns(features: DataFrame) -> dict[str, dict[str, Any]]:
    figures = []
    for c in schema.features():
        figures.append(F.count(F.when(F.col(c.name).isNull(), 1)).alias(f"{c.name}.missing"))
        if c.kind == "categorical":
            # countDistinct would copy every row once for each of these columns; the sets are small.
            figures.append(F.size(F.collect_set(c.name)).alias(f"{c.name}.distinct"))
        else:
            figures += [f(c.name).alias(f"{c.name}.{f.__name__}") for f in (F.mean, F.min, F.max)]
    row = features.agg(*figures).first()
    columns: dict[str, dict[str, Any]] = {}
    for name, value in (row.asDict() if row is not None else {}).items():
        column, figure = name.split(".")
        columns.setdefault(column, {})[figure] = value
    return columns


def _folder(uri: str) -> str:
    return uri.rstrip("/") + "/"


def main() -> None:
    from awsglue.utils import getResolvedOptions  # only Glue has it

    args = getResolvedOptions(sys.argv, ["JOB_NAME", "month", "raw", "curated"])
    spark = SparkSession.builder.appName(args["JOB_NAME"]).getOrCreate()
    print(
        json.dumps(
            prepare(Lake(spark, _folder(args["raw"]), _folder(args["curated"])), args["month"])["rows"]
        )
    )


if __name__ == "__main__":
    main()
