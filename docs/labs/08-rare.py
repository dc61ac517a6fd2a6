"""
Learns flights that are three hours late or more, one in a hundred, and counts what decisions by its scores
cost: `08-rare.py --method smote`, `08-rare.py --threshold 0.05`, `08-rare.py --method smote --before-split`.
"""

import argparse

import numpy as np
from notebook import rows

import rare_outcome
from calibrate import calibrated
from common import schema
from common.metrics import Confusion, auc
from imbalance import balanced
from study import SEED, Study

TRUTH, MINUTES = schema.label_column(), "arrival_delay_minutes"


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns a rare outcome.")
    parser.add_argument("--hours", type=float, default=3, help="from which a flight has the outcome")
    parser.add_argument("--method", default="none", help="of schema/words.json, before the fit")
    parser.add_argument("--calibration", default="none", help="of schema/words.json, after it")
    parser.add_argument(
        "--before-split", action="store_true", help="samples all rows and then holds some back"
    )
    parser.add_argument("--false-alarm", type=float, default=15, help="price in minutes")
    parser.add_argument("--miss", type=float, default=240, help="price in minutes")
    parser.add_argument("--threshold", type=float, help="(default: the cheapest of the select slice)")
    asked = parser.parse_args()
    known = rows()
    known[TRUTH] = (known[MINUTES] >= 60 * asked.hours).astype(float).where(known[MINUTES].notna())
    study = Study.of(known, "2013-04-01", "boosted-trees", (asked.false_alarm, asked.miss))
    fit, select, gate = (study.slice(name) for name in ("fit", "select", "gate"))
    if asked.before_split:
        kept, held = rare_outcome._split(balanced(asked.method, fit, SEED))
        model = study.grown(kept, held)
        print(f"rows held back  AUC {auc(held.labels, model.score(held.matrix)):.4f}")
        print(f"days that come  AUC {auc(gate.labels, model.score(gate.matrix)):.4f}")
        return
    model = calibrated(asked.calibration, study.grown(balanced(asked.method, fit, SEED), select), select)
    scores = np.asarray(model.score(gate.matrix), dtype=np.float64)
    late = int(fit.labels.sum())
    print(
        f"learned from {late} of {len(fit.labels)} flights, judged on {gate.labels.mean():.2%} of later ones"
    )
    print(f"AUC {auc(gate.labels, scores):.4f}, mean score {scores.mean():.2%}")
    threshold = study.cheapest(model, select) if asked.threshold is None else asked.threshold
    chosen = np.asarray(model.score(select.matrix), dtype=np.float64)
    for name, cut in (("nothing", np.inf), ("from 0.5", 0.5), (f"from {threshold:.3f}", threshold)):
        said = Confusion.of(gate.labels, scores >= cut)
        before = Confusion.of(select.labels, chosen >= cut).cost(*study.prices)
        print(
            f"{name:<11} right {said.accuracy:.1%}, found {said.recall or 0:.1%}, calls {said.tp + said.fp}, "
            f"cost {said.cost(*study.prices):.0f} per 1,000 (select slice: {before:.0f})"
        )


if __name__ == "__main__":
    main()
