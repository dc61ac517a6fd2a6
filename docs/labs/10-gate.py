"""
Plays the gate on disk: trains a champion until 18 March and a challenger until 1 April, and lets the kit
compare them on the two weeks between: `10-gate.py --seed 11 --seeds 5`, `10-gate.py --permute`.
"""

import argparse
import sys

import numpy as np
from notebook import compared, decided, rows, trained

import train
from common import schema
from common.bootstrap import interval
from common.metrics import auc
from comparison import CHALLENGER, CHAMPION, SEED, Scored

LABEL, GATE_START = schema.label_column(), "2013-03-18"


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
    gate, found = compared(known, challenger, champion)
    print(f"challenger  AUC {found.challenger:.4f}, champion AUC {found.comparison.champion:.4f}")
    print(f"gain        {found.comparison.gain:+.4f}")
    print("by rows     [{:+.4f}, {:+.4f}]".format(*by_rows(gate)))
    print("by days     [{:+.4f}, {:+.4f}]".format(*found.comparison.interval))
    each = sorted((gain(gate, gate.days == day), str(day)) for day in np.unique(gate.days))
    for name, (gained, day) in (("best day", each[-1]), ("worst day", each[0])):
        print(f"{name:<12}{gained:+.4f}, {day}")
    promoted, reason = decided(found)
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
