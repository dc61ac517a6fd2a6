"""
Plays a random search on disk, with the training's own code on the first weeks of the year:
`09-tune.py --trials 12 --scale Linear --draw 1`.
"""

import argparse
from functools import cache

import numpy as np
from notebook import labelled, rows, trained

import train
from common import schema
from common.metrics import auc

LABEL, THROUGH = schema.label_column(), "2013-02-15"
LOW, HIGH = 0.003, 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description="Plays a random search on disk.")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--scale", choices=("Linear", "Logarithmic"), default="Logarithmic", help="of eta")
    parser.add_argument("--draw", type=int, default=0, help="seed of the search")
    asked = parser.parse_args()
    # All trials have the same rows.
    train.read_features, train.read_labels = cache(train.read_features), cache(train.read_labels)
    known, draws = rows(), np.random.default_rng(asked.draw)
    default = trial(known)
    print(shown("defaults", default))
    tried = []
    for _ in range(asked.trials):
        part, depth = draws.random(), draws.integers(3, 11)
        eta = LOW + part * (HIGH - LOW) if asked.scale == "Linear" else LOW * (HIGH / LOW) ** part
        found = trial(known, f"--eta={eta}", f"--max_depth={depth}")
        tried.append((found, f"eta {eta:.4f}, depth {depth}", eta))
    tried.sort(key=lambda each: -each[0][0])
    for found, name, _ in tried:
        print(shown(name, found))
    below = sum(eta < (LOW * HIGH) ** 0.5 for _, _, eta in tried)
    select, gate = (best - usual for best, usual in zip(tried[0][0], default, strict=True))
    print(f"{below} of {asked.trials} trials below 0.03")
    print(f"the best gains {select:+.4f} on the slice that chose it, {gate:+.4f} on the days after it")


def trial(known, *options: str) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """AUC on the select slice, by which a tuning job chooses, and on the gate's days."""
    model = trained(THROUGH, *options)
    gate = labelled(known, model.slices.gate)
    return model.meta["selectScore"], auc(gate[LABEL].to_numpy(), model.score(gate))


def shown(name: str, found: tuple[float, float]) -> str:
    return f"{name:<21}select {found[0]:.4f}, gate {found[1]:.4f}"


if __name__ == "__main__":
    main()
