"""
How long the programs take on real January flights. Times are wall-clock on this machine, side by side in one
run; compare rows with each other, and with an earlier run on the same machine, not with AWS.
"""

import contextlib
import json
import math
import os
import statistics
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from string import ascii_uppercase, digits
from typing import Any

ROOT = Path(__file__).parents[2]
ROOMS = [ROOT / "jobs", *(ROOT / "jobs" / room for room in ("etl", "training", "serving", "monitoring"))]
sys.path[:0] = [str(path) for path in (*ROOMS, ROOT / "test/jobs")]

import months  # noqa: E402
import oracle  # noqa: E402
import traffic  # noqa: E402

import evaluate  # noqa: E402
import inference  # noqa: E402
import monitor  # noqa: E402
import train  # noqa: E402
from common.instances import to_instances  # noqa: E402
from common.model import Model  # noqa: E402
from common.tables import between, read_features  # noqa: E402

MONTH, END, WEEK = "2013-01", "2013-02-01", ("2013-01-25", "2013-02-01")
SCALE = 10


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        table = [*etl_times(root), *monitor_times(root), *inference_times(root)]
    width = max(len(name) for name, _ in table)
    for name, figure in table:
        print(f"{name:<{width}}  {figure}")


def etl_times(root: Path) -> Iterator[tuple[str, str]]:
    rows = months.month_rows("flights", MONTH)
    sizes = {1: rows, SCALE: multiplied(rows)}
    for scale, flights in sizes.items():
        raw = root / f"x{scale}/raw"
        months.write_month(raw, MONTH)
        months.write_table(raw, "flights", MONTH, flights)
    engines: dict[str, Callable[[Path], None]] = {"DuckDB oracle": run_oracle}
    with spark_session() as prepare:
        # The first run compiles; a Glue job pays that once, too, but it says nothing about rows.
        cold = seconds(lambda: prepare(root / "x1"))
        yield f"ETL, Spark, first run of a session, {len(rows):,} rows", f"{cold:.1f} s"
        engines["Spark"] = prepare
        for engine, run in engines.items():
            times = {scale: seconds(lambda r=run, s=scale: r(root / f"x{s}")) for scale in sizes}
            for scale, took in times.items():
                count = len(sizes[scale])
                yield f"ETL, {engine}, {count:,} rows", f"{took:.2f} s = {count / took:,.0f} rows/s"
            exponent = math.log(times[SCALE] / times[1], SCALE)
            yield f"ETL, {engine}, time grows with rows to the power", f"{exponent:.2f}"


def multiplied(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Every flight again under other carrier codes, so that no two share a key."""
    codes = ("".join(pair) for pair in product(ascii_uppercase, ascii_uppercase + digits))
    carriers = {row["carrier"] for row in rows}
    renamed = [{carrier: next(codes) for carrier in sorted(carriers)} for _ in range(SCALE)]
    return [{**row, "carrier": names[row["carrier"]]} for names in renamed for row in rows]


def run_oracle(lake: Path) -> None:
    connection = oracle.features(lake / "raw", MONTH)
    connection.execute(f"COPY features TO '{lake}/oracle.parquet' (FORMAT parquet)")
    connection.close()


@contextlib.contextmanager
def spark_session() -> Iterator[Callable[[Path], None]]:
    toolchain = json.loads((ROOT / ".toolchain/toolchain.json").read_text())
    os.environ.setdefault("JAVA_HOME", toolchain["javaHome"])
    from pyspark.sql import SparkSession

    import etl

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "2g")
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
    for name, value in quiet.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()

    def prepare(lake: Path) -> None:
        etl.prepare(etl.Lake(spark, f"file:{lake}/raw/", f"file:{lake}/curated/"), MONTH)
        spark.catalog.clearCache()

    try:
        yield prepare
    finally:
        spark.stop()


def monitor_times(root: Path) -> Iterator[tuple[str, str]]:
    """Trains and evaluates on January, then monitors its last week as the processing job does."""
    months.write_labels(root / "input/labels", months.month_rows("flights", MONTH))
    (root / "input/features").symlink_to(root / "x1/curated/features")
    inputs = {"features": root / "input/features", "labels": root / "input/labels"}
    slices = {"gate_days": 7, "select_days": 7, "data_through": END}
    outputs = {name: root / name for name in ("model", "checkpoints", "output")}
    arguments = options({**inputs, **slices, **outputs})
    yield "training, January", f"{cpu_seconds(lambda: train.main(arguments)):.1f} CPU s"

    for name in ("challenger", "model"):
        (root / "input" / name).mkdir()
        with tarfile.open(root / "input" / name / "model.tar.gz", "w:gz") as tar:
            tar.add(root / "model", ".")
    fixed = {"gate-days": 7, "select-days": 7, "window-days": 7, "draws": 1000, "facet-min-rows": 500}
    margins = {"brier-delta": 0.005, "segment-delta": 0.02, "segment-min-rows": 1000}
    places = {"input": root / "input", "output": root / "output", "message": root}
    judge = options({"data-through": END, **fixed, **margins, **places})
    yield "evaluation, 1,000 paired draws", f"{cpu_seconds(lambda: evaluate.main(judge)):.1f} CPU s"

    (root / "input/baseline").symlink_to(root / "output/evaluation")
    rows = between(read_features(root / "input/features"), *WEEK)
    traffic.replay(root / "captured", rows, Model.load(root / "model"))
    window = {"window-start": WEEK[0], "window-end": WEEK[1], "champion": "bench/1", "trained-through": END}
    prefixes = {"captured": root / "captured", "labels": root / "input/labels", "windows": root / "windows"}
    limits = {"label-delay-days": 2, "confirm-k": 2, "confirm-n": 3, "min-records": 1000, "draws": 1000}
    more = {"min-label-coverage": 0.8, "facet-min-rows": 500, "metrics-namespace": "Bench", "kit": "bench"}
    look = options({**window, **prefixes, **limits, **more, **places})
    yield (
        f"monitoring, one week, {len(rows):,} records",
        f"{cpu_seconds(lambda: monitor.main(look)):.1f} CPU s",
    )


def options(values: dict[str, Any]) -> list[str]:
    return [part for name, value in values.items() for part in (f"--{name}", str(value))]


def inference_times(root: Path) -> Iterator[tuple[str, str]]:
    """A request through the container's four functions, against XGBoost alone on the finished matrix."""
    model = Model.load(root / "model")
    rows = between(read_features(root / "input/features"), *WEEK)
    for size in (1, 50, 500):
        instances = to_instances(rows.iloc[:size])
        body = json.dumps({"instances": instances})
        matrix = model.encoding.matrix(rows.iloc[:size])

        def handler(text: str = body) -> None:
            predictions = inference.predict_fn(inference.input_fn(text, "application/json"), model)
            inference.output_fn(predictions, "application/json")

        def bare(vectors: Any = matrix) -> None:
            model.booster.inplace_predict(vectors, validate_features=False)

        for name, call in (("handler", handler), ("bare booster", bare)):
            yield f"inference, {size} rows, {name}", percentiles(call)


def percentiles(call: Callable[[], None]) -> str:
    call()
    cuts = statistics.quantiles([seconds(call) * 1000 for _ in range(300)], n=100)
    return f"p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms"


def seconds(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def cpu_seconds(call: Callable[[], None]) -> float:
    start = time.process_time()
    with contextlib.redirect_stdout(None):
        call()
    return time.process_time() - start


if __name__ == "__main__":
    main()
