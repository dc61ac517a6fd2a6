"""
Measures the SageMaker programs on real rows of January; prints the figures as one JSON line. Jobs are
measured in CPU time, which other load on this machine changes least; requests in wall time, which callers
experience.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from clock import cpu_seconds, median, seconds

import months  # isort: skip
import oracle  # isort: skip
import evaluate  # isort: skip
import inference  # isort: skip
import train  # isort: skip
from conftest import Lake, Trained, evaluation_arguments, pack, training_arguments  # isort: skip
from windows import Site  # isort: skip
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
    """Trains and evaluates on January, then monitors its last week, with the arguments of the tests."""
    lake = Lake(root / "input")
    training = training_arguments(lake, root, data_through=END, num_round=None)
    yield "train", cpu_seconds(lambda: train.main(training))

    report = {"run": "bench", "rows": {"curated": 0}, "files": []}
    write_json(root / f"input/quality/month={MONTH}/report.json", report)
    judged, watched = root / "judged", root / "watched"
    evaluation = evaluation_arguments(lake, root / "model", judged, **{"data-through": END})
    yield "evaluate", cpu_seconds(lambda: evaluate.main(evaluation))

    pack(root / "model", watched / "input/model")
    (judged / "output/evaluation").rename(watched / "input/baseline")
    site = Site(watched, Trained(lake, root))
    site.traffic(*WEEK)
    yield "monitor", cpu_seconds(lambda: site.look(*WEEK, **{"trained-through": END}))


def options(values: dict[str, Any]) -> list[str]:
    return [part for name, value in values.items() for part in (f"--{name}", str(value))]


def requests(root: Path) -> dict[str, float]:
    """A request through the container's functions, beside its unavoidable parts."""
    model = Model.load(root / "model")
    rows = between(read_features(root / "input/features"), *WEEK).iloc[:ROWS_OF_A_REQUEST]
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
    return 1000 * median(300, lambda: seconds(call))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(main(Path(folder))))
