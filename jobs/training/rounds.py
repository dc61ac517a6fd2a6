"""
Training round by round, with early stopping, resumable after a spot interruption. Each family defines a
round: a tree, ten trees, a weaker penalty, an epoch, one more level.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pandas as pd

from common import schema
from common.arrays import Floats, Ints, Singles, Values
from common.predictors import Predictor
from common.tasks import task
from common.transform import Encoding

Settings = Mapping[str, float]


def print_metric(number: int, score: float) -> None:
    """Prints the score as SageMaker's built-in XGBoost does; its metric definitions match it."""
    print(f"[{number}]\tvalidation-{task().metric}:{score:.6f}", flush=True)


@dataclass(frozen=True)
class Slice:
    """
    :ivar categories: number of categories of each feature, whose codes `matrix` holds; 0 for a number
    :ivar weights: weight of each row; None when all weigh the same
    """

    matrix: Singles
    labels: Values
    categories: Ints
    weights: Floats | None = None

    @staticmethod
    def of(rows: pd.DataFrame, encoding: Encoding) -> "Slice":
        return Slice(encoding.matrix(rows), rows[schema.label_column()].to_numpy(), encoding.counts())


@dataclass(frozen=True)
class Progress:
    """The best round so far with its score on the select slice, and the number of rounds `grown`."""

    grown: int = 0
    best: int = 0
    best_score: float | None = None


class Growing(Protocol):
    """
    A model of one family during its training.

    :ivar every: rounds between two checkpoints: some seconds on a small instance
    :ivar suffix: file name extension of a checkpoint
    """

    every: int
    suffix: str

    def grow(self, number: int) -> None:
        """Adds round `number`, counted from 0."""

    def scores(self) -> Values:
        """Scores of the select slice from all rounds grown so far."""

    def keep(self) -> None:
        """Saves the current model as the best so far."""

    def cut(self, best: int) -> Predictor:
        """The model at its best round."""

    def save(self, file: Path, progress: Progress) -> None: ...

    def resume(self, file: Path) -> Progress: ...


@dataclass(frozen=True)
class Plan:
    """
    :ivar settings: hyperparameters; `num_round` and `early_stopping_rounds` are read here
    :ivar data: hash of the rows; a checkpoint of other rows or settings is not resumed
    :ivar treatment: how the fit slice was balanced and weighted
    """

    algorithm: str
    settings: Settings
    data: str
    treatment: Mapping[str, str | None] = field(default_factory=dict)

    def fingerprint(self) -> str:
        identity = [self.algorithm, dict(self.settings), self.data, dict(self.treatment)]
        return sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Grown:
    predictor: Predictor
    rounds: int
    select_score: float


def run(plan: Plan, growing: Growing, labels: Values, checkpoints: Path) -> Grown:
    """
    Trains the rounds; deterministic for a seed, interrupted or not.

    :param labels: labels of the select slice
    """
    # Trials of a tuning job share one checkpoint location, so each has its own file.
    file = checkpoints / f"{plan.fingerprint()}{growing.suffix}"
    progress = Progress()
    if file.exists():
        progress = growing.resume(file)
        print(f"resuming after round {progress.grown - 1} from {file}", flush=True)
    for number in range(progress.grown, int(plan.settings["num_round"])):
        if number - progress.best > plan.settings["early_stopping_rounds"]:
            break
        growing.grow(number)
        score = task().score(labels, growing.scores())
        # Printed for every round, because a tuning job uses the figures for early stopping of trials.
        print_metric(number, score)
        improved = progress.best_score is None or task().better(score, progress.best_score)
        best = (number, score) if improved else (progress.best, progress.best_score)
        progress = Progress(number + 1, *best)
        if improved:
            growing.keep()
        if (number + 1) % growing.every == 0:
            _checkpoint(growing, file, progress)
    assert progress.best_score is not None  # `num_round` is at least 1
    return Grown(growing.cut(progress.best), progress.best + 1, progress.best_score)


def _checkpoint(growing: Growing, file: Path, progress: Progress) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # SageMaker copies the folder at any moment, so a half-written file must not have a checkpoint's name.
    unfinished = file.with_suffix(f".unfinished{file.suffix}")
    growing.save(unfinished, progress)
    unfinished.replace(file)
