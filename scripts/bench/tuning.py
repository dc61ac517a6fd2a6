"""
Compares search strategies on one budget: on Branin's function with noise, and on the kit's training with real
rows of January; prints the figures as one JSON line. The rehearsal's own search draws the trials.
"""

import contextlib
import functools
import io
import json
import math
import random
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from clock import ROOT

sys.path.insert(0, str(ROOT))

import train  # isort: skip
from common import schema  # isort: skip
from common.metrics import auc  # isort: skip
from common.model import Model  # isort: skip
from common.slices import label_rows  # isort: skip
from common.tables import between  # isort: skip
from engine.sagemaker.search import Search  # isort: skip
from jobs import END, MONTH, curate, options  # isort: skip
from scipy.optimize import differential_evolution  # isort: skip

Ranges = Mapping[str, list[dict[str, Any]]]
# Measures a trial; after each epoch it checks whether the strategy stops it.
Measure = Callable[[Mapping[str, str], Callable[[float], bool]], float]

STRATEGIES = ("Random", "Grid", "Bayesian", "Hyperband", "Evolution")
BRANIN: Ranges = {
    "ContinuousParameterRanges": [
        {"Name": "x", "MinValue": "-5", "MaxValue": "10"},
        {"Name": "y", "MinValue": "0", "MaxValue": "15"},
    ]
}
BRANIN_SEEDS, BRANIN_TRIALS, NOISES = 50, 30, (0.1, 0.5, 1.0)
# Budget of a search in boosting rounds, and the interval at which its best result is recorded.
ROUNDS, EVERY, SEEDS = 1500, 150, 5
# The kit's own tuning request, with its 300 rounds.
HYPERBAND = {"MinResource": 10, "MaxResource": 302}


class SpentError(Exception):
    """The budget is spent."""


class StoppedError(Exception):
    """The strategy stopped the trial."""


def main(ranges: Ranges) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return {**branin(), **training(Path(folder), ranges)}


def search(name: str, ranges: Ranges, seed: int, kind: str, measure: Measure) -> None:
    """Runs trials until `measure` has spent the budget or the grid ends."""
    if name == "Evolution":
        with contextlib.suppress(SpentError):
            evolve(ranges, seed, 1 if kind == "Minimize" else -1, measure)
        return
    trials = Search(
        {
            "Strategy": name,
            "StrategyConfig": {"HyperbandStrategyConfig": HYPERBAND},
            "HyperParameterTuningJobObjective": {"Type": kind},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 1000},
            "ParameterRanges": grid(ranges, seed) if name == "Grid" else ranges,
            "RandomSeed": seed,
        }
    )
    with contextlib.suppress(SpentError):
        for _ in range(trials.trials):
            trial = trials.draw()
            trial.end(measure(trial.candidate, trial.stops_after))


def evolve(ranges: Ranges, seed: int, sign: int, measure: Measure) -> None:
    """Differential evolution, which SageMaker lacks: about ten parents, each against a mix of three."""
    items = [item for kind in ranges.values() for item in kind]

    def fitness(point: Any) -> float:
        values = {item["Name"]: at(ranges, item, share) for item, share in zip(items, point, strict=True)}
        return sign * measure(values, lambda _objective: False)

    differential_evolution(
        fitness,
        [(0, 1)] * len(items),
        popsize=max(1, 10 // len(items)),
        maxiter=1000,
        seed=seed,
        polish=False,
        tol=0,
    )


def grid(ranges: Ranges, seed: int) -> Ranges:
    """Three values of each range, in an order given by the seed, because a budget may end before the grid."""
    draw = random.Random(seed)
    shares = (1 / 6, 1 / 2, 5 / 6)
    return {
        "CategoricalParameterRanges": [
            {"Name": item["Name"], "Values": [at(ranges, item, share) for share in draw.sample(shares, 3)]}
            for kind in ranges.values()
            for item in kind
        ]
    }


def at(ranges: Ranges, item: Mapping[str, str], share: float) -> str:
    """The value at a share of a range, on the range's scale."""
    low, high = float(item["MinValue"]), float(item["MaxValue"])
    logarithmic = item.get("ScalingType") == "Logarithmic"
    value = low * (high / low) ** share if logarithmic else low + (high - low) * share
    return str(round(value) if item in ranges.get("IntegerParameterRanges", []) else value)


def branin() -> dict[str, Any]:
    """Number of seeds in which the best of thirty trials is better than that of random draws, as measured."""
    figures: dict[str, Any] = {}
    for noise in NOISES:
        curves = {
            name: [branin_curve(name, seed, noise) for seed in range(BRANIN_SEEDS)]
            for name in ("Random", "Bayesian", "Evolution")
        }
        for name in ("Bayesian", "Evolution"):
            won = [one[-1] < other[-1] for one, other in zip(curves[name], curves["Random"], strict=True)]
            figures[f"Branin with noise {noise}: {name} beats Random, share of seeds"] = statistics.fmean(won)
        if noise == NOISES[0]:
            figures.update({f"Branin: best so far, {name}": medians(curves[name]) for name in curves})
    return figures


def branin_curve(name: str, seed: int, noise: float) -> list[float]:
    noises, seen = random.Random(seed), list[float]()

    def measure(values: Mapping[str, str], _stops: Callable[[float], bool]) -> float:
        if len(seen) == BRANIN_TRIALS:
            raise SpentError
        x, y = float(values["x"]), float(values["y"])
        valley = (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2
        seen.append(valley + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 + noises.gauss(0, noise))
        return seen[-1]

    search(name, BRANIN, seed, "Minimize", measure)
    return list(accumulate(seen, min))


def training(root: Path, ranges: Ranges) -> dict[str, Any]:
    with contextlib.redirect_stdout(sys.stderr):
        curate(root, MONTH)
    # All trials read the same rows.
    for reader in ("read_features", "read_labels"):
        setattr(train, reader, functools.cache(getattr(train, reader)))
    defaults = fit(root, {}, lambda _round: None)
    figures: dict[str, Any] = {
        "training: AUC of the defaults, select slice": defaults.meta["selectScore"],
        "training: AUC of the defaults, gate slice": gate_auc(root, defaults),
    }
    for name in STRATEGIES:
        runs = [Run(root, name, ranges, seed) for seed in range(SEEDS)]
        figures[f"training: best so far every {EVERY} rounds, {name}"] = medians([run.curve for run in runs])
        figures[f"training: trials, {name}"] = statistics.median(run.trials for run in runs)
        figures[f"training: trials stopped, {name}"] = statistics.median(run.stopped for run in runs)
        best = [gate_auc(root, run.best) for run in runs if run.best is not None]
        figures[f"training: AUC of the best, gate slice, {name}"] = statistics.median(best)
    return figures


class Run:
    """A search of the training with a seed, and its result for the budget."""

    def __init__(self, root: Path, name: str, ranges: Ranges, seed: int) -> None:
        self.trials = self.stopped = self._spent = 0
        self.best: Model | None = None
        self.curve: list[float] = []
        self._root, self._top = root, -math.inf
        search(name, ranges, seed, "Maximize", self._measure)
        self._pass(ROUNDS - self._spent)

    def _measure(self, values: Mapping[str, str], stops: Callable[[float], bool]) -> float:
        self.trials += 1
        last = -math.inf

        def heard(score: float) -> None:
            nonlocal last
            if self._spent == ROUNDS:
                raise SpentError
            self._pass(1)
            last = score
            if stops(score):
                raise StoppedError

        try:
            model = fit(self._root, values, heard)
        except StoppedError:
            self.stopped += 1
            return last
        # The result of a trial counts at its end, because only then is there a model.
        if model.meta["selectScore"] > self._top:
            self.best, self._top = model, model.meta["selectScore"]
        return float(model.meta["selectScore"])

    def _pass(self, rounds: int) -> None:
        for _ in range(rounds):
            self._spent += 1
            if self._spent % EVERY == 0:
                self.curve.append(self._top)


class Listener(io.TextIOBase):
    """Standard output of a training, parsed like a tuning job parses its log."""

    def __init__(self, heard: Callable[[float], None]) -> None:
        self._heard = heard

    def write(self, text: str) -> int:
        found = re.search(r"validation-auc:(\S+)", text)
        if found:
            self._heard(float(found[1]))
        return len(text)


def fit(root: Path, values: Mapping[str, str], heard: Callable[[float], None]) -> Model:
    given = {"features": root / "input/features", "labels": root / "input/labels", "data_through": END}
    slices = {"gate_days": 7, "select_days": 7}
    with tempfile.TemporaryDirectory() as checkpoints, contextlib.redirect_stdout(Listener(heard)):
        return train.train(train.options(options({**given, **slices, **values, "checkpoints": checkpoints})))


def gate_auc(root: Path, model: Model) -> float:
    """AUC on days that no trial used."""
    rows = between(train.read_features(root / "input/features"), *model.slices.gate)
    rows = label_rows(rows, train.read_labels(root / "input/labels", None)).dropna(
        subset=[schema.label_column()]
    )
    return auc(rows[schema.label_column()].to_numpy(), model.score(rows))


def medians(curves: list[list[float]]) -> list[float]:
    return [round(statistics.median(values), 4) for values in zip(*curves, strict=True)]


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
