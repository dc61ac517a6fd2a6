"""
Trains for the number of minutes, and judges number and interval on the gate's days: `07-delay.py --loss
absolute`. Other options are those of the training job: `07-delay.py --loss squared --algorithm linear`.
"""

import argparse

import numpy as np
import pandas as pd
from notebook import PULLED, rows, trained

import train
from common import schema
from common.arrays import Bools, Floats, Values
from common.metrics import regression_figures
from common.model import Model
from common.predictors import bounds
from common.tables import between

# The kit packs this question in place of the first one where its knob `dataset` is nyc-flights/delay.
schema.dataset()["problem"] = schema.dataset()["tasks"]["delay"]
LABEL = schema.label_column()
# Minutes that the flights of two hours before left late, on average.
GROUPS = {"up to 0": -1000, "up to 10": 0, "up to 20": 10, "above 20": 20}


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains for the number of minutes.")
    parser.add_argument("--loss", choices=("squared", "absolute", "quantile"), default="quantile")
    parser.add_argument("--level", type=float, default=0.9, help="what the interval promises to hold")
    parser.add_argument("--by-group", action="store_true", help="moves the ends of each group by themselves")
    asked, options = parser.parse_known_args()
    schema.problem().update(loss=asked.loss, intervalLevel=asked.level)
    # The name of a checkpoint says neither loss nor level.
    folder = PULLED / f"checkpoints-{asked.loss}-{asked.level}"
    model, known = trained("2013-04-01", f"--checkpoints={folder}", *options), rows()
    fit, select, gate = (between(known, *getattr(model.slices, part)) for part in ("fit", "select", "gate"))
    answers: dict[str, Values] = {
        "model": model.score(gate),
        "mean of the airport": model.rule(gate),
        "one median for all": np.full(len(gate), fit[LABEL].median()),
    }
    for name, said in answers.items():
        found = regression_figures(gate[LABEL].to_numpy(), said)
        print(f"{name:<20} MAE {found['mae']:.2f}, RMSE {found['rmse']:.2f}, ", end="")
        print(f"too high by {found['meanError']:+.2f}")
    learned = held(gate, bounds(model.predictor, model.encoding.matrix(gate)))
    print(f"ends of {asked.level:.0%} as learned hold {learned.mean():.1%}; moved:")
    ends, before = (moved(model, select, part, asked.by_group) for part in (gate, select))
    for name in ("all", *GROUPS, "unknown"):
        there, earlier = ((name == "all") | (group(part) == name) for part in (gate, select))
        on_select, on_gate = held(select, before)[earlier].mean(), held(gate, ends)[there].mean()
        shares = f"select {on_select:.1%}, gate {on_gate:.1%}"
        print(f"{name:<9}{there.sum():6} flights, {shares}, {np.diff(ends)[there].mean():.0f} minutes wide")


def group(part: pd.DataFrame) -> Values:
    """The group of each flight: how late its airport was when it was asked about."""
    tiers = pd.cut(part["mean_delay_h2"], [*GROUPS.values(), np.inf], labels=list(GROUPS))
    return tiers.astype(object).fillna("unknown").to_numpy()


def moved(model: Model, select: pd.DataFrame, part: pd.DataFrame, by_group: bool) -> Floats:
    """Ends of the interval, moved as the training job moves them, or by the select rows of each group."""
    ends, known = (bounds(model.predictor, model.encoding.matrix(each)) for each in (part, select))
    where, whence = (group(each) if by_group else np.full(len(each), "all") for each in (part, select))
    for name in np.unique(where):
        inside = whence == name
        shift = train.interval(select[LABEL].to_numpy()[inside], known[inside])
        ends[where == name] += shift["lower"], shift["upper"]
    return ends


def held(part: pd.DataFrame, ends: Floats) -> Bools:
    truth = part[LABEL].to_numpy()
    return (ends[:, 0] <= truth) & (truth <= ends[:, 1])


if __name__ == "__main__":
    main()
