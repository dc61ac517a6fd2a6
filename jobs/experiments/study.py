"""Shared parts of the experiments: rows cut as in a training, a trained model, and figures with intervals."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

import families
import train
from common import schema
from common.arrays import Bools, Days, Floats, Ints, Values
from common.bootstrap import DayPairs, interval
from common.labels import read_labels
from common.metrics import CALIBRATION_BINS, cheapest_threshold
from common.model import Model
from common.predictors import Predictor
from common.slices import Slices, cut, label_rows
from common.tables import between, read_features
from common.transform import Encoding
from rounds import Plan, Slice

SEED, DRAWS = 2013, 500
# Early stopping on sampled rows would see copies of the training rows and never stop.
MOST_ROUNDS = 100
# Long enough that most days of a resample hold a few events of a rare outcome.
SELECT_DAYS = GATE_DAYS = 28

Table = dict[str, Any]
# The value itself, followed by one value per draw of days.
Drawn = Floats


def options(does: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=does)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--until", required=True, help="first UTC day left out, YYYY-MM-DD")
    parser.add_argument("--algorithm", default="boosted-trees", help="one of schema/families.json")
    return parser


def labelled(args: argparse.Namespace) -> pd.DataFrame:
    return label_rows(read_features(args.features), read_labels(args.labels))


@dataclass(frozen=True)
class Study:
    """
    :ivar rows: labelled rows, whose label column holds the studied outcome
    :ivar prices: cost of a false alarm and of a miss
    """

    rows: pd.DataFrame
    slices: Slices
    encoding: Encoding
    algorithm: str
    prices: tuple[float, float]

    @staticmethod
    def of(rows: pd.DataFrame, until: str, algorithm: str, prices: tuple[float, float]) -> "Study":
        slices = cut(rows, until, GATE_DAYS, SELECT_DAYS)
        known = rows.dropna(subset=[schema.label_column()])
        return Study(known, slices, Encoding.fit(between(known, *slices.fit)), algorithm, prices)

    def part(self, name: str) -> pd.DataFrame:
        return between(self.rows, *getattr(self.slices, name))

    def slice(self, name: str) -> Slice:
        return Slice.of(self.part(name), self.encoding)

    def grown(self, fit: Slice, select: Slice) -> Predictor:
        known = schema.families()[self.algorithm]["hyperparameters"]
        few = {"num_round": min(MOST_ROUNDS, known["num_round"]["default"])} if "num_round" in known else {}
        return grown(self.algorithm, few, fit, select)

    def cheapest(self, predictor: Predictor, select: Slice) -> float:
        return cheapest_threshold(select.labels, predictor.score(select.matrix), *self.prices)


def grown(algorithm: str, given: Mapping[str, float], fit: Slice, select: Slice) -> Predictor:
    settings = families.settings_of(algorithm, {"seed": SEED, **given})
    with TemporaryDirectory() as checkpoints:
        return families.fit(Plan(algorithm, settings, "study"), fit, select, Path(checkpoints)).predictor


def trained(**options: object) -> Model:
    """:param options: of train.py"""
    with TemporaryDirectory() as checkpoints:
        given = {"checkpoints": checkpoints, **options}
        return train.train(
            train.options([part for name, value in given.items() for part in (f"--{name}", str(value))])
        )


def without(part: Slice, features: Sequence[int]) -> Slice:
    """The slice without these features: every family ignores a column whose values are removed."""
    matrix = part.matrix.copy()
    matrix[:, list(features)] = np.nan
    return replace(part, matrix=matrix)


@dataclass(frozen=True)
class Judge:
    """Computes figures of all compared models on the same rows and the same draws of days."""

    labels: Values
    days: Days

    @cached_property
    def _place(self) -> Ints:
        return np.unique(self.days, return_inverse=True)[1]

    @cached_property
    def _weights(self) -> Floats:
        """The weight of each day: 1 in the first row, its count in the draw in the others."""
        drawn = DayPairs.of(self.days, self.labels, {}).draw(DRAWS, SEED)
        return np.vstack([np.ones(drawn.shape[1]), drawn])

    def summed(self, values: Values) -> Drawn:
        return self._weights @ np.bincount(self._place, weights=values, minlength=self._weights.shape[1])

    def mean(self, values: Values, among: Bools | None = None) -> Drawn:
        inside = np.ones(len(values), dtype=bool) if among is None else among
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.summed(np.where(inside, values, 0)) / self.summed(inside)

    def auc(self, scores: Values) -> Drawn:
        return DayPairs.of(self.days, self.labels, {"": scores}).measure("", self._weights)

    def average_precision(self, scores: Values) -> Drawn:
        """PR-AUC as scikit-learn computes it, with ties taken together."""
        order = np.argsort(-scores, kind="stable")
        last = np.append(np.diff(scores[order]) != 0, True)
        place, truth = self._place[order], self.labels[order] == 1
        figures = []
        for weights in self._weights:
            rows = weights[place]
            found, looked = np.cumsum(rows * truth)[last], np.cumsum(rows)[last]
            precision = found / np.where(looked > 0, looked, 1)
            figures.append(float((np.diff(found, prepend=0) * precision).sum() / found[-1]))
        return np.array(figures)

    def brier(self, scores: Values) -> Drawn:
        return self.mean((scores.astype(np.float64) - self.labels) ** 2)

    def calibration_error(self, scores: Values) -> Drawn:
        place = np.minimum((scores * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
        distances = [np.abs(self.summed((scores - self.labels) * (place == b))) for b in np.unique(place)]
        return sum(distances) / self.summed(np.ones(len(scores)))

    def cost(self, called: Bools, prices: tuple[float, float]) -> Drawn:
        """Cost per 1,000 rows."""
        truth, (false_alarm, miss) = self.labels == 1, prices
        return 1000 * self.mean(false_alarm * (called & ~truth) + miss * (~called & truth))


def shown(values: Drawn, digits: int = 4) -> str:
    return f"{values[0]:.{digits}f}"


def change(values: Drawn, over: Drawn, digits: int = 4) -> str:
    """The difference over the same draws with its 95 % interval, marked when that excludes 0."""
    low, high = interval((values - over)[1:])
    told = f"{values[0] - over[0]:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}]"
    return f"**{told}**" if low > 0 or high < 0 else told


def ranged(values: Drawn) -> str:
    low, high = interval(values[1:])
    return f"{values[0]:+.3f} [{low:+.3f}, {high:+.3f}]"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def tell(tables: Mapping[str, Table]) -> None:
    """Prints the tables as the last line, which `npm run prove` reads."""
    print(json.dumps(tables))
