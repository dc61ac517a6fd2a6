"""
Measures how each treatment of a rare outcome changes ranking, calibration and cost, with and without later
calibration, and how sampling before the split inflates the score.
"""

import sys
from collections.abc import Iterator

import numpy as np

import study
from calibrate import calibrated
from common import schema
from common.arrays import Floats
from common.tables import days_of
from common.tasks import prices
from imbalance import NOTHING, balanced
from rounds import Slice
from study import SEED, Judge, Study, Table, change, shown, table

HALF = 0.5
# Share of rows in the holdout of a random split.
HELD_SHARE = 0.25


def main(argv: list[str]) -> None:
    parser = study.options(__doc__)
    parser.add_argument("--outcome", help="label column that gives the rare outcome (default: the target)")
    parser.add_argument("--at-least", type=float, help="its value from which an event has the outcome")
    false_alarm, miss = prices()
    parser.add_argument("--false-alarm", type=float, default=false_alarm)
    parser.add_argument("--miss", type=float, default=miss)
    args = parser.parse_args(argv)
    rows = study.labelled(args)
    if args.outcome is not None:
        known = rows[args.outcome].notna()
        rows[schema.label_column()] = (rows[args.outcome] >= args.at_least).astype(float).where(known)
    found = Study.of(rows, args.until, args.algorithm, (args.false_alarm, args.miss))
    study.tell({"rows": sizes(found), "methods": methods(found), "leak": leak(found)})


def sizes(found: Study) -> Table:
    parts = {name: found.slice(name).labels for name in ("fit", "select", "gate")}
    return table(
        ["slice", "days", "rows", "with the outcome", "share"],
        [
            [name, " to ".join(getattr(found.slices, name)), f"{len(labels):,}", f"{labels.sum():,.0f}",
             f"{labels.mean():.2%}"]
            for name, labels in parts.items()
        ],
    )  # fmt: skip


def methods(found: Study) -> Table:
    judge = Judge(found.slice("gate").labels, days_of(found.part("gate")))
    plain: dict[str, Floats] = {}
    rows: list[list[str]] = []
    for method, calibration, figures in _figures(found, judge):
        plain = plain or figures
        rows.append(
            [
                method,
                calibration,
                shown(figures["auc"]),
                change(figures["auc"], plain["auc"]),
                shown(figures["pr"]),
                change(figures["pr"], plain["pr"]),
                change(figures["brier"], plain["brier"], 5),
                shown(figures["ece"]),
                shown(figures["mean"]),
                shown(figures["half"], 0),
                shown(figures["cheapest"], 0),
                change(figures["cheapest"], plain["cheapest"], 0),
            ]
        )
    columns = ["method", "calibration", "AUC", "change", "PR-AUC", "change", "Brier score, change"]
    columns += ["ECE", "mean score", "cost at 0.5", "cost at the cheapest threshold", "change"]
    return table(columns, rows)


def _figures(found: Study, judge: Judge) -> Iterator[tuple[str, str, dict[str, Floats]]]:
    fit, select, gate = (found.slice(name) for name in ("fit", "select", "gate"))
    for method in schema.words()["imbalance"]:
        grown = found.grown(balanced(method, fit, SEED), select)
        for calibration in schema.words()["calibration"]:
            predictor = calibrated(calibration, grown, select)
            scores = np.asarray(predictor.score(gate.matrix), dtype=np.float64)
            cheapest = scores >= found.cheapest(predictor, select)
            yield (
                method,
                calibration,
                {
                    "auc": judge.auc(scores),
                    "pr": judge.average_precision(scores),
                    "brier": judge.brier(scores),
                    "ece": judge.calibration_error(scores),
                    "mean": judge.mean(scores),
                    "half": judge.cost(scores >= HALF, found.prices),
                    "cheapest": judge.cost(cheapest, found.prices),
                },
            )


def leak(found: Study) -> Table:
    """
    A random split of the rows before the gate, with sampling after or before it: the score on the holdout,
    and the score of the same model on the gate, which was not sampled.
    """
    fit, select, gate = (found.slice(name) for name in ("fit", "select", "gate"))
    pool = Slice(
        np.concatenate([fit.matrix, select.matrix]),
        np.concatenate([fit.labels, select.labels]),
        fit.categories,
    )
    days = days_of(found.part("gate"))
    rows = []
    for method in (NOTHING, "under-sampling", "over-sampling", "smote", "smotenc"):
        for order in ("after the split", "before the split"):
            if method == NOTHING and order == "before the split":
                continue
            known, held = _split(pool if order == "after the split" else balanced(method, pool, SEED))
            if order == "after the split":
                known = balanced(method, known, SEED)
            predictor = found.grown(known, held)
            believed = predictor.score(held.matrix)
            # The holdout is drawn from all days, so rows are resampled instead of days.
            there = Judge(held.labels, np.zeros(len(held.labels), dtype="datetime64[D]"))
            real, scores = Judge(gate.labels, days), predictor.score(gate.matrix)
            rows.append(
                [
                    method,
                    "" if method == NOTHING else order,
                    f"{held.labels.mean():.1%}",
                    shown(there.auc(believed)),
                    shown(real.auc(scores)),
                    shown(there.average_precision(believed)),
                    shown(real.average_precision(scores)),
                ]
            )
    columns = ["method", "sampled", "outcome in the rows held back", "AUC believed", "AUC on the gate"]
    return table([*columns, "PR-AUC believed", "PR-AUC on the gate"], rows)


def _split(rows: Slice) -> tuple[Slice, Slice]:
    held = np.random.default_rng(SEED).random(len(rows.labels)) < HELD_SHARE
    known, back = (Slice(rows.matrix[which], rows.labels[which], rows.categories) for which in (~held, held))
    return known, back


if __name__ == "__main__":
    main(sys.argv[1:])
