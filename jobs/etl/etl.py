"""
Glue 5.0 job: turns partitions (days or months) of raw CSV into features, set-aside and quarantine, with a
quality report.

One plan reads all partitions, so that twelve cost little more than one. A partition that cannot be prepared
is refused: its earlier curated rows stay, and the other partitions are prepared. The prefixes of a prepared
partition are overwritten, so a second run gives the same result.
"""

import json
import sys
from collections.abc import Collection
from typing import Any

from pyspark.sql import SparkSession

import checks
import features
import fit
import landing
import report
import transforms as t
from lake import Lake, Landed, side_by_side
from rules import text

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # A partition is a few MB: Glue's default of 200 shuffle partitions would mean 200 tiny tasks per join.
    "spark.sql.shuffle.partitions": "4",
    # Adaptive planning corrects skew and size, which a partition of a few MB does not have.
    "spark.sql.adaptive.enabled": "false",
    # INT96, Spark's default, has no time zone, and readers outside Spark guess one.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Spark 3 refuses dates that Spark 2 read differently; one row of the year 1 would end the run.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # Spark renders plans as text for its web UI, which is not used.
    "spark.sql.debug.maxToStringFields": "1",
}


def prepare(
    lake: Lake, partitions: list[str], run: str, promised: checks.Promised = checks.NOTHING
) -> dict[str, Any]:
    """
    Writes every partition that can be prepared, then the run file; returns the run file's content.

    :param promised: the manifest's entry for each file; keys that it lacks are not compared
    """
    for name, value in SETTINGS.items():
        lake.spark.conf.set(name, value)
    try:
        reports, refused = _prepare(lake, partitions, run, promised)
    finally:
        lake.forget()
    entries: list[dict[str, Any]] = [
        {"partition": p, "refused": refused[p]}
        if p in refused
        else {"partition": p, "rows": reports[p]["rows"], "prepareAgain": _stale(lake, p, reports)}
        for p in partitions
    ]
    content = {"run": run, "partitions": entries}
    lake.write_json(content, "runs", run=run)
    return content


def _prepare(
    lake: Lake, partitions: list[str], run: str, promised: checks.Promised
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Reports of the written partitions, and the reason why each of the others is refused."""
    refused = {p: fault for p in partitions if (fault := landing.fault(p))}

    def accepted() -> list[str]:
        return [p for p in partitions if p not in refused]

    fit.names()
    lake.connect()
    files = checks.files(lake, accepted(), promised)
    refused |= checks.first_faults(files, accepted())
    refused |= checks.types(lake, accepted())
    if not accepted():
        return {}, refused

    for table in landing.tables():
        lake.keep(f"seen_{table}", _seen(lake, table, accepted(), files))
    for table in landing.references():
        lake.view(table, t.reference(table))
    with fit.said_by("time(), key(), row_rules() or set_aside()"):
        lake.keep("events", t.events())
    fit.types(lake.spark)
    for name, query in features.views().items():
        with fit.said_by(f"view {name!r}"):
            lake.keep(name, query)
    classes, findings = side_by_side(lake.rows, [t.classes(), t.findings()])
    refused |= checks.contents(lake, accepted(), promised, classes, findings)
    if not accepted():
        return {}, refused

    with fit.said_by("columns() or joins()"):
        lake.keep("curated", t.curated(accepted()))
    figures = lake.rows(report.figures())
    reports = {
        p: {"run": run, "files": report.files(p, files), **report.compose(p, classes, findings, figures)}
        for p in accepted()
    }
    refused |= {
        p: fault
        for p, content in reports.items()
        if (fault := checks.results(p, content, _has_past(p, files)))
    }
    reports = {p: content for p, content in reports.items() if p not in refused}
    _write(lake, reports, run)
    return reports, refused


def _seen(lake: Lake, table: str, partitions: list[str], files: checks.Files) -> str:
    """
    The rows of a table that each partition reads: its own file, and rows of earlier days if the table
    declares a look-back. Without a readable earlier file the first hours have no past.
    """
    reach = []
    landed = set(partitions)
    for p in partitions:
        reach.append(f"({text(p)}, {text(p)}, true, NULL)")
        since = f"timestamp'{landing.first_day(p)} 00:00:00' - INTERVAL {landing.look_back(table)} DAYS"
        for earlier in landing.before(p, landing.days_read(table)):
            if isinstance(files[table, earlier], Landed):
                landed.add(earlier)
                reach.append(f"({text(earlier)}, {text(p)}, false, {since})")
    lake.read(table, sorted(landed)).createOrReplaceTempView(f"raw_{table}")
    return t.seen(table, reach)


def _has_past(partition: str, files: checks.Files) -> bool:
    """
    Whether a feature over earlier days could have a value. A look-back shorter than the partition finds days
    in the partition itself; a longer one needs an earlier partition.
    """
    return all(
        any(isinstance(files[table, earlier], Landed) for earlier in landing.before(partition, days))
        for table in landing.tables()
        if (days := landing.look_back(table)) >= landing.shortest()
    )


def _stale(lake: Lake, partition: str, prepared: Collection[str]) -> list[str]:
    """Later partitions that were curated before this run from an older version of their past."""
    return [p for p in landing.seen_by(partition) if p not in prepared and lake.is_curated(p)]


def _write(lake: Lake, reports: dict[str, dict[str, Any]], run: str) -> None:
    counts = {"features": "curated", "setAside": "setAside", "quarantine": "quarantined"}

    def write(job: tuple[str, str]) -> None:
        place, partition = job
        rows = lake.spark.sql(t.placed(place, partition))
        lake.write(rows, place, partition, reports[partition]["rows"][counts[place]], run)

    side_by_side(write, [(place, partition) for place in counts for partition in reports])
    side_by_side(lambda p: lake.write_json(reports[p], "quality", **landing.place(p)), list(reports))


def _folder(uri: str) -> str:
    return uri.rstrip("/") + "/"


def main() -> None:
    from awsglue.utils import getResolvedOptions  # available in Glue only

    args = getResolvedOptions(sys.argv, ["JOB_NAME", "manifest", "partitions", "run", "raw", "curated"])
    # A run compiles about 120 classes. Spark caches 100 by default and would compile evicted ones again.
    builder = SparkSession.builder.config("spark.sql.codegen.cache.maxEntries", "1000")
    spark = builder.appName(args["JOB_NAME"]).getOrCreate()
    lake = Lake(spark, _folder(args["raw"]), _folder(args["curated"]))
    asked = list(dict.fromkeys(args["partitions"].split(",")))
    print(json.dumps(prepare(lake, asked, args["run"], lake.manifest(args["manifest"]))))


if __name__ == "__main__":
    main()
