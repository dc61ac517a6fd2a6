"""
Glue 5.0 job: partitions (months) of raw CSV into features, set-aside and quarantine, with a quality report.

One plan reads all partitions, so that a year costs little more than a month. A partition that cannot be
prepared is refused: what was curated of it before stays, and the others are prepared. A prepared partition's
prefixes are overwritten, so a second run leaves the same result as one.
"""

import json
import re
import sys
from typing import Any

from pyspark.sql import SparkSession

import checks
import report
import transforms as t
from common import schema
from lake import Lake, side_by_side
from rules import CORRUPT, emptied, field_rules, text

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # A month is 3 MB: Glue's default of 200 shuffle partitions would cost 200 tiny tasks a join.
    "spark.sql.shuffle.partitions": "4",
    # It plans again between stages, for skew and size that a month does not have.
    "spark.sql.adaptive.enabled": "false",
    # INT96, Spark's default, has no time zone and readers outside Spark guess one.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Plans are turned into text for a page that nobody opens.
    "spark.sql.debug.maxToStringFields": "1",
}


def prepare(lake: Lake, partitions: list[str], run: str) -> dict[str, Any]:
    """Writes every partition that can be prepared, then the run file, and returns the run file's content."""
    for name, value in SETTINGS.items():
        lake.spark.conf.set(name, value)
    try:
        reports, refused = _prepare(lake, partitions, run)
    finally:
        lake.forget()
    entries: list[dict[str, Any]] = [
        {"partition": p, "refused": refused[p]}
        if p in refused
        else {"partition": p, "rows": reports[p]["rows"]}
        for p in partitions
    ]
    content = {"run": run, "partitions": entries}
    lake.write_json(content, "runs", run=run)
    return content


def _prepare(lake: Lake, partitions: list[str], run: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The reports of what was written, and why each of the other partitions is refused."""
    lake.connect()
    faults = checks.files(lake, partitions)
    refused = checks.first_faults(faults, partitions)
    accepted = [p for p in partitions if p not in refused]
    if not accepted:
        return {}, refused

    for table in t.TABLES:
        lake.keep(f"seen_{table}", _seen(lake, table, accepted, faults))
    lake.keep("flights", t.flights())
    lake.view("scheduled", t.scheduled())
    lake.keep("departed", t.departed())
    classes, findings = side_by_side(lake.rows, [t.classes(), t.findings()])
    refused |= checks.references(lake, findings)
    accepted = [p for p in accepted if p not in refused]

    lake.keep("features", t.features(accepted, checks.ambiguous_before(findings)))
    figures = lake.rows(report.figures())
    reports = {p: report.compose(p, classes, findings, figures) for p in accepted}
    refused |= checks.sums(reports)
    reports = {p: report for p, report in reports.items() if p not in refused}
    _write(lake, reports, run)
    return reports, refused


def _seen(lake: Lake, table: str, partitions: list[str], faults: checks.FileFaults) -> str:
    """
    The rows of a table that each partition sees: all of its own file, marked `own`, and of some tables the
    last days of the month before, where that can be read. Values that break a field rule are empty.
    """
    reach = [f"({text(p)}, {text(p)}, true, NULL)" for p in partitions]
    landed = set(partitions)
    if table in t.LOOKED_BACK:
        for p in partitions:
            before = t.month_before(p)
            # A month that is absent or cannot be read leaves the first hours without a past.
            if faults[table, before] is None:
                landed.add(before)
                # The month begins in UTC; the spare hours of the last day cover every local time.
                since = f"timestamp'{p}-01 00:00:00' - INTERVAL {t.days_looked_back()} DAYS"
                reach.append(f"({text(before)}, {text(p)}, false, {since})")
    lake.read(table, sorted(landed)).createOrReplaceTempView(f"raw_{table}")
    columns = emptied(schema.raw_columns(table), field_rules(table))
    recent = " OR time_hour >= since" if table in t.LOOKED_BACK else ""
    return f"""
        SELECT partition, own, {", ".join(columns)}, {CORRUPT}
        FROM raw_{table}
        JOIN (VALUES {", ".join(reach)}) AS reach(landed, partition, own, since) USING (landed)
        WHERE own{recent}"""


def _write(lake: Lake, reports: dict[str, dict[str, Any]], run: str) -> None:
    counts = {"features": "curated", "setAside": "setAside", "quarantine": "quarantined"}

    def write(job: tuple[str, str]) -> None:
        place, partition = job
        rows = lake.spark.sql(f"{t.PLACES[place]} AND partition = {text(partition)}")
        lake.write(rows, place, partition, reports[partition]["rows"][counts[place]], run)

    side_by_side(write, [(place, partition) for place in counts for partition in reports])
    side_by_side(lambda p: lake.write_json(reports[p], "quality", month=p), list(reports))


def asked(argument: str) -> list[str]:
    """:raises ValueError: for a partition that is not written as a month"""
    partitions = list(dict.fromkeys(argument.split(",")))
    for partition in partitions:
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", partition):
            raise ValueError(
                f"--partitions {argument}: '{partition}' is not a month. Write them as 2013-01,2013-02"
            )
    return partitions


def _folder(uri: str) -> str:
    return uri.rstrip("/") + "/"


def main() -> None:
    from awsglue.utils import getResolvedOptions  # only Glue has it

    args = getResolvedOptions(sys.argv, ["JOB_NAME", "partitions", "run", "raw", "curated"])
    # A run compiles some 120 classes; Spark keeps 100, and would compile them all again for what follows.
    builder = SparkSession.builder.config("spark.sql.codegen.cache.maxEntries", "1000")
    spark = builder.appName(args["JOB_NAME"]).getOrCreate()
    lake = Lake(spark, _folder(args["raw"]), _folder(args["curated"]))
    print(json.dumps(prepare(lake, asked(args["partitions"]), args["run"])))


if __name__ == "__main__":
    main()
