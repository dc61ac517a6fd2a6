"""
Lands the raw files of a month once more with mistakes in them, waits for Prepare, and prints what became of
the rows: `03-land.py 2013-03 --set flights 2 distance 17 --repeat flights 5 --rename flights tailnum tail`.
"""

import argparse
import csv
import hashlib
import io
import json
import sys
import time
from typing import Any

from account import bucket, client

OPTIONS = {
    "--set": ("TABLE", "LINE", "COLUMN", "VALUE"),
    "--repeat": ("TABLE", "LINE"),
    "--rename": ("TABLE", "COLUMN", "NAME"),
}
TABLES = ("flights", "weather", "planes", "airports", "airlines")


def main() -> int:
    parser = argparse.ArgumentParser(description="Lands a month with mistakes.")
    parser.add_argument("month")
    for option, names in OPTIONS.items():
        parser.add_argument(option, nargs=len(names), action="append", default=[], metavar=names)
    asked = parser.parse_args()
    s3 = client("s3")
    raw, curated = bucket("RawBucketName"), bucket("CuratedBucketName")
    files = []
    for table in TABLES:
        key = f"tables/{table}/month={asked.month}/{table}.csv"
        lines = list(csv.reader(io.StringIO(s3.get_object(Bucket=raw, Key=key)["Body"].read().decode())))
        for _, line, column, value in (each for each in asked.set if each[0] == table):
            lines[int(line) - 1][lines[0].index(column)] = value
        for _, line in (each for each in asked.repeat if each[0] == table):
            lines.append(lines[int(line) - 1])
        for _, column, name in (each for each in asked.rename if each[0] == table):
            lines[0][lines[0].index(column)] = name
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        body = text.getvalue().encode()
        s3.put_object(Bucket=raw, Key=key, Body=body)
        sha256 = hashlib.sha256(body).hexdigest()
        files.append(
            {"partition": asked.month, "table": table, "key": key, "bytes": len(body), "rows": len(lines) - 1}
            | {"sha256": sha256}
        )
    # The manifest comes last, because its arrival starts Prepare.
    manifest = f"manifests/{asked.month}-{int(time.time())}.json"
    s3.put_object(
        Bucket=raw,
        Key=manifest,
        Body=json.dumps({"partitions": [asked.month], "source": "files", "files": files}).encode(),
    )
    [prepared] = outcome(manifest)["partitions"]
    if "refused" in prepared:
        print(f"{asked.month} was refused: {prepared['refused']}")
        return 1
    report = s3.get_object(Bucket=curated, Key=f"quality/month={asked.month}/report.json")
    counts = json.load(report["Body"])
    for name in ("rows", "quarantined", "nulled"):
        print(f"{name:<12}{json.dumps(counts[name], sort_keys=True)}")
    return 0


def outcome(manifest: str) -> dict[str, Any]:
    """The output of the execution of Prepare that this manifest started."""
    states = client("stepfunctions")
    machine = next(
        each["stateMachineArn"]
        for each in states.list_state_machines()["stateMachines"]
        if "Prepare" in each["name"]
    )
    give_up = time.time() + 600
    while time.time() < give_up:
        for execution in states.list_executions(stateMachineArn=machine, maxResults=5)["executions"]:
            found = states.describe_execution(executionArn=execution["executionArn"])
            if manifest not in found.get("input", "") or found["status"] == "RUNNING":
                continue
            if found["status"] != "SUCCEEDED":
                sys.exit(f"Prepare {found['status']}: {found.get('cause')}")
            result: dict[str, Any] = json.loads(found["output"])
            return result
        time.sleep(1)
    sys.exit(f"Prepare did not end within ten minutes after {manifest} landed")


if __name__ == "__main__":
    sys.exit(main())
