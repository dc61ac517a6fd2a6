"""
Plays the gate on disk: trains a champion until 18 March and a challenger until 1 April, and lets the kit
compare them on the two weeks between: `10-gate.py --seed 11 --seeds 5`, `10-gate.py --permute`.
"""

import argparse
import sys

import numpy as np
from notebook import rows, trained

import train
from common import schema
from common.bootstrap import interval
from common.metrics import auc
from common.tables import between
from comparison import CHALLENGER, CHAMPION, SEED, Scored, evidence
from gate import Margins, decide

LABEL, GATE_START = schema.label_column(), "2013-03-18"
# As in the deployed kit; both deltas and the draws are knobs of `training.gate`.
DRAWS, BRIER_DELTA, SEGMENT_DELTA, SEGMENT_ROWS = 1000, 0.005, 0.02, 1000


def main() -> int:
    parser = argparse.ArgumentParser(description="Plays the gate on disk.")
    parser.add_argument("--seed", type=int, default=2013, help="of the challenger")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of the challenger")
    parser.add_argument(
        "--permute", action="store_true", help="deals out anew what the challenger learns from"
    )
    asked = parser.parse_args()
    known, champion = rows(), trained(GATE_START)
    if asked.permute:
        learned = (known[schema.time_column()] < GATE_START) & known[LABEL].notna()
        known.loc[learned, LABEL] = np.random.default_rng(SEED).permutation(known.loc[learned, LABEL])
        train.read_labels = lambda *_: known[[schema.id_column(), LABEL]]
    challenger = trained("2013-04-01", f"--seed={asked.seed}", f"--seeds={asked.seeds}")
    select, gate = (
        Scored.of(between(known, *part).dropna(subset=[LABEL]).reset_index(drop=True), challenger, champion)
        for part in (challenger.slices.select, challenger.slices.gate)
    )
    found = evidence(gate, select, challenger, champion, DRAWS, SEGMENT_ROWS)
    print(f"challenger  AUC {found.challenger:.4f}, champion AUC {found.comparison.champion:.4f}")
    print(f"gain        {found.comparison.gain:+.4f}")
    print("by rows     [{:+.4f}, {:+.4f}]".format(*by_rows(gate)))
    print("by days     [{:+.4f}, {:+.4f}]".format(*found.comparison.interval))
    each = sorted((gain(gate, gate.days == day), str(day)) for day in np.unique(gate.days))
    for name, (gained, day) in (("best day", each[-1]), ("worst day", each[0])):
        print(f"{name:<12}{gained:+.4f}, {day}")
    floor = schema.problem()["floor"]
    promoted, reason = decide(found, Margins(BRIER_DELTA, SEGMENT_DELTA, (floor["auc"], floor["meaning"])))
    print(f"{'Promote' if promoted else 'Hold'}: {reason}")
    return 0 if promoted else 1


def gain(gate: Scored, drawn: np.ndarray) -> float:
    ours, theirs = (auc(gate.labels[drawn], gate.scores[name][drawn]) for name in (CHALLENGER, CHAMPION))
    return ours - theirs


def by_rows(gate: Scored) -> tuple[float, float]:
    """The interval that comes of drawing single rows, as if they were independent of each other."""
    generator, count = np.random.default_rng(SEED), len(gate.labels)
    return interval(np.array([gain(gate, generator.integers(0, count, count)) for _ in range(200)]))


if __name__ == "__main__":
    sys.exit(main())
