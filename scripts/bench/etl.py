"""
Measures the Glue job on this machine's Spark, over local files; prints the figures as one JSON line.
usage: etl.py months | growth
"""

import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from clock import median, seconds
from spark import spark_session

import months  # isort: skip
import etl  # isort: skip

YEAR = [f"2013-{number:02}" for number in range(1, 13)]


def prepare(spark: Any, lake: Path, partitions: list[str]) -> None:
    """One run of the job."""
    done = etl.prepare(etl.Lake(spark, f"file:{lake}/raw/", f"file:{lake}/curated/"), partitions, "bench")
    if any("refused" in entry for entry in done["partitions"]):
        raise RuntimeError(f"the job refused what it was to be timed with: {done}")


def by_months(spark: Any, root: Path) -> dict[str, float]:
    for month in YEAR:
        months.write_month(root / "raw", month)

    def took(partitions: list[str]) -> float:
        return seconds(lambda: prepare(spark, root, partitions))

    # The first run of a session compiles; the "warm" figures come from later ones.
    first = took(YEAR[:1])
    warm = median(3, lambda: took(YEAR[:1]))
    return {"etl-first": first, "etl-month": warm, "etl-quarter": took(YEAR[:3]), "etl-year": took(YEAR)}


def by_rows(spark: Any, root: Path) -> dict[str, float]:
    rows = months.month_rows(months.EVENTS, YEAR[0])
    for scale in (1, 10, 30):
        months.write_month(root / f"x{scale}/raw", YEAR[0])
        months.write_table(root / f"x{scale}/raw", months.EVENTS, YEAR[0], months.multiplied(rows, scale))

    def took(scale: int) -> float:
        return seconds(lambda: prepare(spark, root / f"x{scale}", YEAR[:1]))

    took(1)
    # The smallest partition has the shortest and least certain time.
    times = {1: median(3, lambda: took(1)), 10: took(10), 30: took(30)}
    exponents = {f"etl-growth-{scale}": math.log(times[scale] / times[1], scale) for scale in (10, 30)}
    return {**{f"etl-x{scale}": time for scale, time in times.items()}, **exponents}


if __name__ == "__main__":
    measure = {"months": by_months, "growth": by_rows}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder, spark_session() as session:
        print(json.dumps(measure(session, Path(folder))))
