"""
Measures the SageMaker programs on real rows of January; prints the figures as one JSON line. Jobs are
measured in CPU time, which other load on this machine changes least; requests in wall time, which callers
experience.
"""

import json
import statistics
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from clock import cpu_seconds, seconds

import months  # isort: skip
import oracle  # isort: skip
import traffic  # isort: skip
import evaluate  # isort: skip
import inference  # isort: skip
import monitor  # isort: skip
import train  # isort: skip
from common.instances import to_instances  # isort: skip
from common.model import Model  # isort: skip
from common.runtime import write_json  # isort: skip
from common.tables import between, read_features  # isort: skip

MONTH, END, WEEK = "2013-01", "2013-02-01", ("2013-01-25", "2013-02-01")
ROWS_OF_A_REQUEST = 500


def main(root: Path) -> dict[str, float]:
    curate(root, MONTH)
    return {**dict(jobs(root)), **requests(root)}


def curate(root: Path, *wanted: str) -> None:
    """Features of the months without Spark: the tests' oracle needs about a second for each month."""
    for previous, month in zip((None, *wanted), wanted, strict=False):
        months.write_month(root / "raw", month)
        months.write_labels(root / "input/labels", months.month_rows(months.EVENTS, month))
        part = root / f"input/features/month={month}/part.parquet"
        part.parent.mkdir(parents=True)
        with oracle.features(root / "raw", month, previous) as connection:
            connection.execute(f"COPY features TO '{part}' (FORMAT parquet)")


def jobs(root: Path) -> Iterator[tuple[str, float]]:
    """Trains and evaluates on January, then monitors its last week with the processing job's program."""
    inputs = {"features": root / "input/features", "labels": root / "input/labels"}
    slices = {"gate_days": 7, "select_days": 7, "data_through": END}
    outputs = {name: root / name for name in ("model", "checkpoints", "output")}
    yield "train", cpu_seconds(lambda: train.main(options({**inputs, **slices, **outputs})))

    for name in ("challenger", "model"):
        (root / "input" / name).mkdir()
        with tarfile.open(root / "input" / name / "model.tar.gz", "w:gz") as tar:
            tar.add(root / "model", ".")
    fixed = {"gate-days": 7, "select-days": 7, "window-days": 7, "draws": 1000, "facet-min-rows": 500}
    margins = {"brier-delta": 0.005, "segment-delta": 0.02, "segment-min-rows": 1000}
    report = {"run": "bench", "rows": {"curated": 0}, "files": []}
    write_json(root / f"input/quality/month={MONTH}/report.json", report)
    write_json(root / "input/code/jobs.gz", {})
    made = {"training-job": "bench", "image": "bench", "instance-type": "bench", "model-uri": "bench"}
    places = {"input": root / "input", "output": root / "output", "message": root}
    judge = options({"data-through": END, **fixed, **margins, **made, **places})
    yield "evaluate", cpu_seconds(lambda: evaluate.main(judge))

    (root / "input/baseline").symlink_to(root / "output/evaluation")
    traffic.replay(root / "captured", week(root), Model.load(root / "model"))
    window = {"window-start": WEEK[0], "window-end": WEEK[1], "champion": "bench/1", "trained-through": END}
    prefixes = {"captured": root / "captured", "labels": root / "input/labels", "windows": root / "windows"}
    limits = {"label-delay-days": 2, "confirm-k": 2, "confirm-n": 3, "min-records": 1000, "draws": 1000}
    more = {"min-label-coverage": 0.8, "facet-min-rows": 500, "metrics-namespace": "Bench", "kit": "bench"}
    look = options({**window, **prefixes, **limits, **more, **places})
    yield "monitor", cpu_seconds(lambda: monitor.main(look))


def week(root: Path) -> Any:
    return between(read_features(root / "input/features"), *WEEK)


def options(values: dict[str, Any]) -> list[str]:
    return [part for name, value in values.items() for part in (f"--{name}", str(value))]


def requests(root: Path) -> dict[str, float]:
    """A request through the container's functions, beside its unavoidable parts."""
    model = Model.load(root / "model")
    rows = week(root).iloc[:ROWS_OF_A_REQUEST]
    handler, floor = request(model, rows)
    whole = median_milliseconds(handler)
    return {
        "handler": whole,
        "handler-over-floor": whole / median_milliseconds(floor),
        "handler-one": median_milliseconds(request(model, rows.iloc[:1])[0]),
    }


def request(model: Model, rows: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The handler for a request with these rows, and the bare work: parsing, XGBoost, serialising."""
    body = json.dumps({"instances": to_instances(rows)})
    matrix = model.encoding.matrix(rows)
    kind = "application/json"

    def handler() -> str:
        answer = inference.predict_fn(inference.input_fn(body, kind), model)
        return inference.output_fn(answer, kind)[0]

    answered = json.loads(handler())

    def floor() -> None:
        json.loads(body)
        model.predictor.score(matrix)
        json.dumps(answered)

    return handler, floor


def median_milliseconds(call: Callable[[], None]) -> float:
    call()
    return statistics.median(seconds(call) * 1000 for _ in range(300))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(main(Path(folder))))
