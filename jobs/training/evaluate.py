"""
Processing job after a training: scores challenger and champion on the gate slice, decides, and writes the
files for registry, release and monitor.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import baseline
import card_page
import lineage
import model_card
from common import schema
from common.answers import answers
from common.bias import facets
from common.instances import to_columns, to_instances
from common.labels import LONGEST_DELAY_DAYS, labelled_until, read_labels
from common.metrics import Confusion, multiclass_figures, regression_figures
from common.model import Model, OtherModelError
from common.monitorfiles import analysis, constraints, statistics
from common.runtime import OUTPUT, tell, write_all
from common.slices import cut, data_hash, label_rows, labelled
from common.tables import between, read_features
from common.tasks import positive, task
from comparison import (
    CHALLENGER,
    CHAMPION,
    RULE,
    SEED,
    Scored,
    costs,
    evidence,
    performance,
    segments,
)
from gate import Evidence, Margins, decide

FILES = schema.layout()["files"]["evaluation"]
# Facts of the training in the lineage, and the options that pass them.
MADE = {"job": "training-job", "image": "image", "instanceType": "instance-type", "model": "model-uri"}
SMOKE_ROWS = 5
# Tolerance for the last digits of a float32 sum over trees, which may differ between processors.
SMOKE_TOLERANCE = 1e-5


def options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-through", required=True, help="first UTC day left out, YYYY-MM-DD")
    parser.add_argument("--gate-days", type=int, required=True)
    parser.add_argument("--select-days", type=int, required=True)
    parser.add_argument("--label-delay-days", type=int, default=LONGEST_DELAY_DAYS)
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--guard-delta", type=float, required=True)
    parser.add_argument("--segment-delta", type=float, required=True)
    parser.add_argument("--segment-min-rows", type=int, required=True)
    parser.add_argument("--window-days", type=int, required=True)
    parser.add_argument("--facet-min-rows", type=int, required=True)
    for name, option in MADE.items():
        parser.add_argument(f"--{option}", dest=name, required=True, help="of the training, for the lineage")
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output"))
    parser.add_argument("--message", type=Path, default=OUTPUT, help="folder of the exit message")
    return parser.parse_args(argv)


def evaluate(args: argparse.Namespace) -> dict[str, Any]:
    """
    The content of every output file, by its name in `layout.json`.

    :raises ValueError: when the challenger was trained on other rows than these inputs hold
    """
    challenger = _model(args.input / CHALLENGER)
    champion, incomparable = _champion(args.input / CHAMPION)
    if challenger is None:
        raise FileNotFoundError(
            f"no model.tar.gz in {args.input / CHALLENGER}: the training job's output goes there"
        )
    before = labelled_until(args.data_through, args.label_delay_days)
    rows = label_rows(read_features(args.input / "features"), read_labels(args.input / "labels", before))
    slices = challenger.slices
    if cut(rows, args.data_through, args.gate_days, args.select_days) != slices:
        raise ValueError(
            f"the challenger was trained on slices {slices}, which these inputs and arguments do not give"
        )
    period = between(rows, slices.fit[0], slices.end)
    if data_hash(period) != challenger.meta["dataHash"]:
        raise ValueError(
            f"rows of [{slices.fit[0]}, {slices.end}) changed between training and evaluation: "
            "train again, and prepare months only when no training runs"
        )
    select, gate = (labelled(period, part) for part in (slices.select, slices.gate))
    scored, selected = (Scored.of(part, challenger, champion) for part in (gate, select))
    found = evidence(scored, selected, challenger, champion, args.draws, args.segment_min_rows)
    found = replace(found, incomparable=incomparable)
    floor = schema.problem()["floor"]
    least = floor["skill" if task().relative else "auc"]
    margins = Margins(args.guard_delta, args.segment_delta, (least, floor["meaning"]))
    promoted, reason = decide(found, margins)
    bias_and_attribution = bias_and_attributions(scored, challenger, args.facet_min_rows)
    profile = statistics(period)
    report = {
        **_comparison(scored, selected, challenger, champion, found, args.segment_min_rows),
        "analysis": bias_and_attribution,
        "falseAlarms": baseline.false_alarms(period, args.window_days),
        "profile": [_without_sketch(feature) for feature in profile["features"]],
    }
    decision = {
        "identity": challenger.identity,
        **_decision(found, promoted, reason, scored, rows, champion),
    }
    made = {name: getattr(args, name) for name in MADE}
    traced = {
        **lineage.record(args.input, period, args.data_through, before, challenger, made),
        "metrics": report["gate"][CHALLENGER],
        "decision": decision,
    }
    card = model_card.card(traced, report, decision)
    return {
        "decision": decision,
        "metrics": report,
        "statistics": profile,
        "constraints": constraints(profile, baseline.limits(period, args.window_days)),
        "qualityConstraints": quality_constraints(scored, found),
        "analysis": bias_and_attribution,
        "smokeTest": _smoke_test(gate, challenger),
        "lineage": traced,
        "modelCard": card,
        "page": card_page.page(card, traced),
    }


def _model(folder: Path) -> Model | None:
    archive = folder / "model.tar.gz"
    return Model.unpack(archive) if archive.exists() else None


def _champion(folder: Path) -> tuple[Model | None, str | None]:
    """
    The champion, or why it cannot score the gate's rows. After a change of columns its features differ; a
    challenger must then outperform the simple rule, like a first model.
    """
    try:
        return _model(folder), None
    except OtherModelError as problem:
        return None, problem.difference


def _decision(
    found: Evidence, promoted: bool, reason: str, scored: Scored, rows: pd.DataFrame, champion: Model | None
) -> dict[str, Any]:
    c = found.comparison
    end = found.gate[1]
    known = rows.dropna(subset=[schema.label_column()])
    new = known if champion is None else between(known, champion.trained_through, end)
    return {
        "promoted": promoted,
        "reason": reason,
        "window": {"start": found.gate[0], "end": end},
        "rows": len(scored.rows),
        "days": len(np.unique(scored.days)),
        "measure": found.measure,
        "championScore": None if c is None else c.champion,
        "challengerScore": found.challenger,
        "ruleScore": found.rule_score,
        "seedScores": [float(scored.pairs().measure(name)[0]) for name in scored.seeds(CHALLENGER)],
        "gain": None if c is None else c.gain,
        "interval": None if c is None else list(c.interval),
        "ruleGain": found.rule_gain,
        "ruleInterval": list(found.rule_interval),
        "guard": found.guard[0],
        "guardDelta": None if c is None else c.guard_delta,
        "segments": [] if c is None else [vars(segment) for segment in c.segments],
        "segmentsLeftOut": [vars(segment) for segment in found.one_class],
        "trainedThrough": end,
        "newLabelledRows": len(between(new, "0001-01-01", end)),
    }


def _comparison(
    scored: Scored,
    select: Scored,
    challenger: Model,
    champion: Model | None,
    found: Evidence,
    segment_min_rows: int,
) -> dict[str, Any]:
    contenders = {CHALLENGER: challenger, CHAMPION: champion}
    present = {name: model for name, model in contenders.items() if model is not None}
    paid = None
    if task().name == "binary":
        unit = schema.problem()["costs"]["unit"]
        paid = {"unit": unit, "perThousandRows": costs(scored, select, present)}
    return {
        "model": dict(challenger.meta),
        "gate": {name: performance(scored, name, model) for name, model in present.items()},
        "costs": paid,
        "rule": {"name": found.rule, "score": found.rule_score},
        "segmentsOverRule": [vars(segment) for segment in segments(scored, RULE, segment_min_rows)],
    }


def _without_sketch(feature: dict[str, Any]) -> dict[str, Any]:
    """The two thousand sample values per feature belong in the baseline, not in a report."""
    numbers = feature.get("numerical_statistics")
    if numbers is None:
        return feature
    buckets = numbers["distribution"]["kll"]["buckets"]
    return {**feature, "numerical_statistics": {**numbers, "distribution": {"kll": {"buckets": buckets}}}}


def bias_and_attributions(scored: Scored, challenger: Model, facet_min_rows: int) -> dict[str, Any]:
    predicted = positive(challenger.decide(scored.rows, scored.scores[CHALLENGER]))
    pre, post = facets(scored.rows, positive(scored.labels), predicted, facet_min_rows)
    return analysis(pre, post, challenger.attributions(scored.rows))


def quality_constraints(scored: Scored, found: Evidence) -> dict[str, Any]:
    """The managed shape, extended by what the open monitor needs for the interval of a later drop."""
    return {
        "version": 0.0,
        **_managed_constraints(scored, found),
        "gain_over_rule": {
            "value": found.rule_gain,
            "window": {"start": found.gate[0], "end": found.gate[1]},
            "seed": SEED,
            "model": CHALLENGER,
            "rule": RULE,
            "days": scored.pairs().to_json(),
        },
    }


def _managed_constraints(scored: Scored, found: Evidence) -> dict[str, Any]:
    labels, said = scored.labels, scored.scores[CHALLENGER]

    def each(figures: Mapping[str, float], operator: str) -> dict[str, Any]:
        return {name: {"threshold": v, "comparison_operator": operator} for name, v in figures.items()}

    if task().name == "regression":
        figures = regression_figures(labels, said)
        worst = {name: figures[name] for name in ("mae", "mse", "rmse")}
        least = each({"r2": figures["r2"]}, "LessThanThreshold")
        return {"regression_constraints": each(worst, "GreaterThanThreshold") | least}
    if task().name == "multiclass":
        accuracy = multiclass_figures(labels, said)["accuracy"]
        return {"multiclass_classification_constraints": each({"accuracy": accuracy}, "LessThanThreshold")}
    confusion = Confusion.of(labels, said >= 0.5)
    least = {"auc": found.challenger, "accuracy": confusion.accuracy}
    return {"binary_classification_constraints": each(least, "LessThanThreshold")}


def _smoke_test(gate: pd.DataFrame, challenger: Model) -> dict[str, Any]:
    """A request of real rows with the expected scores; a release verifies the endpoint with it."""
    instances = to_instances(gate.iloc[:SMOKE_ROWS])
    scores = [answer["score"] for answer in answers(challenger, to_columns(instances))]
    return {
        "request": {"instances": instances},
        "expectedScores": scores,
        "tolerance": SMOKE_TOLERANCE * max(1.0, *map(abs, scores)),
    }


def main(argv: list[str]) -> None:
    args = options(argv)
    contents = write_all(lambda: evaluate(args), args.output / "evaluation", FILES, args.message)
    decision = contents["decision"]
    message = f"{'Promote' if decision['promoted'] else 'Hold'}: {decision['reason']}"
    false_alarms = contents["metrics"]["falseAlarms"]
    print(
        "{alarms} of {windows} held-out windows of the data period would have raised a drift alarm".format(
            **false_alarms
        )
    )
    print(message)
    tell("message", message, args.message)


if __name__ == "__main__":
    main(sys.argv[1:])
