"""
Processing job of a bake-off: scores one model of each family on the same rows, selects the winner, and writes
one table as JSON and as HTML. The winner has the best measure of the task (AUC for a yes or no) on the select
slice. The gate's rows are not used for the choice, so the gate's figures of the winner are not inflated by
picking the best of many.

The choice uses the measure and not the expected cost: early stopping and the gate use the same measure, while
every threshold was optimised for cost on the select slice, so the cost there is too low.
"""

import argparse
import json
import statistics
import sys
import tarfile
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import bakeoff_page
import inference
from common import schema
from common.bootstrap import interval
from common.instances import to_instances
from common.labels import LONGEST_DELAY_DAYS, labelled_until, read_labels
from common.metrics import pr_auc
from common.model import Model
from common.runtime import OUTPUT, tell, write_all
from common.slices import data_hash, label_rows, labelled
from common.tables import between, read_features
from common.tasks import task
from comparison import NOBODY, RULE, SEED, Scored, costs, performance, rule_name

FILES = schema.layout()["files"]["bakeoff"]
EFFORT = schema.layout()["files"]["training"]["effort"]
# Size of the timed requests, and number of repetitions; the median of so many varies by about a tenth.
REQUESTS = {1: 50, 500: 10}
# Enough rows to rank the most important features; the evaluation explains the winner with all rows.
FOREMOST, EXPLAINED_ROWS = 3, 300


@dataclass(frozen=True)
class Contender:
    """:ivar archive: model.tar.gz, with the description by the training job beside it"""

    model: Model
    archive: Path

    @property
    def cpu_seconds(self) -> float:
        with (
            tarfile.open(self.archive.with_name("output.tar.gz")) as tar,
            tempfile.TemporaryDirectory() as to,
        ):
            tar.extractall(to, filter="data")
            return float(json.loads((Path(to) / EFFORT).read_text("utf-8"))["cpuSeconds"])


def options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", required=True, nargs="+", help="each an input with its model")
    parser.add_argument("--failed", default=[], nargs="*", help="families without a model: why")
    parser.add_argument("--data-through", required=True, help="first UTC day left out, YYYY-MM-DD")
    parser.add_argument("--label-delay-days", type=int, default=LONGEST_DELAY_DAYS)
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output"))
    parser.add_argument("--message", type=Path, default=OUTPUT, help="folder of the exit message")
    return parser.parse_args(argv)


def bake_off(args: argparse.Namespace) -> dict[str, Any]:
    """:raises ValueError: when a model was trained on other rows than these inputs hold"""
    archives = {name: args.input / name / "model.tar.gz" for name in args.families}
    contenders = {name: Contender(Model.unpack(file), file) for name, file in archives.items()}
    before = labelled_until(args.data_through, args.label_delay_days)
    rows = label_rows(read_features(args.input / "features"), read_labels(args.input / "labels", before))
    return compare(contenders, rows, args.draws, args.failed)


def compare(
    contenders: Mapping[str, Contender], rows: pd.DataFrame, draws: int, failed: list[str]
) -> dict[str, Any]:
    """The content of bakeoff.json."""
    models = {name: contender.model for name, contender in contenders.items()}
    slices = next(iter(models.values())).slices
    period = between(rows, slices.fit[0], slices.end)
    found = data_hash(period)
    for name, model in models.items():
        if model.slices != slices or model.meta["dataHash"] != found:
            raise ValueError(
                f"the model of {name} was trained on other rows of {model.slices} than these inputs hold in "
                f"{slices}: prepare partitions only when no training runs"
            )
    select, gate = (_scored(period, part, models) for part in (slices.select, slices.gate))
    kind = task()
    on_select = {name: kind.score(select.labels, select.scores[name]) for name in models}
    order = sorted(models, key=lambda name: on_select[name], reverse=kind.rising)
    winner = order[0]

    pairs = gate.pairs()
    weights = pairs.draw(draws, SEED)
    binary = kind.name == "binary"
    paid = costs(gate, select, models) if binary else {}

    def ranked(name: str) -> dict[str, Any]:
        """The figures of each contender."""
        return {
            "score": float(pairs.measure(name)[0]),
            "gain": float(pairs.gain(name, winner)[0]),
            "interval": list(interval(pairs.gain(name, winner, weights))),
            **({"prAuc": pr_auc(gate.labels, gate.scores[name])} if binary else {}),
            **_cost(paid, name),
        }

    def described(name: str) -> dict[str, Any]:
        figures = performance(gate, name, models[name])
        return {
            "family": name,
            "selectScore": on_select[name],
            **ranked(name),
            # Bins and matrices are left to the evaluation.
            **{figure: value for figure, value in figures.items() if isinstance(value, float)},
            **_effort(contenders[name], gate.rows),
        }

    return {
        "winner": winner,
        "measure": kind.measure,
        "slices": slices.to_json(),
        "rows": {"select": len(select.rows), "gate": len(gate.rows)},
        "draws": draws,
        "costUnit": schema.problem()["costs"]["unit"] if binary else None,
        "families": [described(name) for name in order],
        "rule": {"name": rule_name(), **ranked(RULE)},
        "nothing": _cost(paid, NOBODY),
        "failed": failed,
    }


def _cost(paid: Mapping[str, float], name: str) -> dict[str, float]:
    """Errors have a price for a yes or no only."""
    return {"costPerThousand": paid[name]} if name in paid else {}


def _scored(rows: pd.DataFrame, part: tuple[str, str], models: Mapping[str, Model]) -> Scored:
    inside = labelled(rows, part)
    anyone = next(iter(models.values()))
    return Scored(inside, {name: m.score(inside) for name, m in models.items()} | {RULE: anyone.rule(inside)})


def _effort(contender: Contender, gate: pd.DataFrame) -> dict[str, Any]:
    model = contender.model
    explained = model.attributions(gate.iloc[:: -(-len(gate) // EXPLAINED_ROWS)])
    weights = sorted(explained.weights.items(), key=lambda each: -each[1])
    return {
        "rounds": model.meta["rounds"],
        "cpuSeconds": contender.cpu_seconds,
        "archiveBytes": contender.archive.stat().st_size,
        "milliseconds": {str(rows): _milliseconds(model, gate, rows) for rows in REQUESTS},
        "explained": explained.method,
        "foremost": dict(weights[:FOREMOST]),
    }


def _milliseconds(model: Model, gate: pd.DataFrame, rows: int) -> float:
    """Median time of the endpoint's functions for a request on this machine, without a network."""
    body = json.dumps({"instances": to_instances(gate.iloc[:rows])})

    def once() -> float:
        started = time.perf_counter()
        columns = inference.input_fn(body, inference.CONTENT_TYPE)
        inference.output_fn(inference.predict_fn(columns, model), inference.CONTENT_TYPE)
        return 1000 * (time.perf_counter() - started)

    return round(statistics.median(once() for _ in range(REQUESTS[rows])), 2)


def main(argv: list[str]) -> None:
    args = options(argv)
    folder = args.output / "bakeoff"
    table = write_all(lambda: {"table": bake_off(args)}, folder, FILES, args.message)["table"]
    (folder / FILES["page"]).write_text(bakeoff_page.page(table), "utf-8")
    best = table["families"][0]
    measured = f"{table['measure']} {best['selectScore']:.4f} on select"
    message = f"{best['family']} of {len(table['families'])} families: {measured}"
    print(message)
    tell("message", message, args.message)


if __name__ == "__main__":
    main(sys.argv[1:])
