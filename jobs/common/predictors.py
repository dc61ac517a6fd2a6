"""
What a released model answers with, one class for each way of computing. Matrices of `Encoding` in, answers
out; an archive holds XGBoost's own file or plain arrays, so that nothing in it runs when it is opened, and an
endpoint starts without scikit-learn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from common import schema
from common.arrays import Bools, Floats, Ints, Singles, Values
from common.transform import feature_types
from common.xgb import Booster, DMatrix

BOOSTER, ARRAYS, MEMBERS = "booster.json", "arrays.npz", "members"
# The shuffles of an explanation must be the same when it is looked at again.
SEED = 20130301
# Rows whose way through all trees fits into a processor's cache.
ROWS_AT_ONCE = 1000
CERTAIN = 1e-6


class Predictor(Protocol):
    def score(self, matrix: Singles) -> Values:
        """Probability of the label, one a row."""

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        """Mean weight of each feature over these rows, and what is expected without any of them."""

    def save(self, folder: Path) -> None: ...


@dataclass(frozen=True)
class Boosted:
    booster: Booster

    @staticmethod
    def load(folder: Path) -> "Boosted":
        booster = Booster()
        booster.load_model(folder / BOOSTER)
        return Boosted(booster)

    def save(self, folder: Path) -> None:
        self.booster.save_model(folder / BOOSTER)

    def score(self, matrix: Singles) -> Singles:
        # Straight from the array: building a DMatrix costs twice as long for a request of a few rows.
        return self.booster.inplace_predict(matrix, validate_features=False)

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        """Mean |SHAP| by exact TreeSHAP, in log-odds."""
        values = self.booster.predict(dmatrix(matrix), pred_contribs=True)
        return np.abs(values[:, :-1]).mean(axis=0), float(values[0, -1])


def dmatrix(matrix: Singles, labels: Values | None = None, weights: Values | None = None) -> DMatrix:
    names, types = [column.name for column in schema.features()], feature_types()
    return DMatrix(
        matrix, labels, weight=weights, feature_names=names, feature_types=types, enable_categorical=True
    )


@dataclass(frozen=True)
class Design:
    """
    The columns of a weighted sum: one for each category, numbers standardised. A missing number counts as the
    mean, and where the fit slice had such, a column of its own says so.

    :ivar categories: how many each feature has; 0 for a number
    :ivar means: of each number in the fit slice, and `scales` its standard deviation
    :ivar gaps: whether the fit slice lacked values of the number
    """

    categories: Ints
    means: Floats
    scales: Floats
    gaps: Bools

    @staticmethod
    def fit(matrix: Singles, categories: Ints) -> "Design":
        """A number without any value, or with one only, says nothing: its column is all zeros."""
        missing = np.isnan(matrix)
        numbers = np.where(missing, 0, matrix).astype(np.float64)
        present = np.maximum((~missing).sum(axis=0), 1)
        means = numbers.sum(axis=0) / present
        deviations = np.sqrt((np.where(missing, 0, numbers - means) ** 2).sum(axis=0) / present)
        scales = np.where(deviations > 0, deviations, 1.0)
        return Design(categories, means, scales, missing.any(axis=0) & (categories == 0))

    def columns(self, matrix: Singles) -> Floats:
        """Float64 of shape (rows, columns), in the order of `owners`."""
        parts: list[Values] = []
        for feature, count in enumerate(self.categories):
            values = matrix[:, [feature]].astype(np.float64)
            if count:
                parts.append(values == np.arange(count))
                continue
            parts.append(np.nan_to_num((values - self.means[feature]) / self.scales[feature]))
            if self.gaps[feature]:
                parts.append(np.isnan(values))
        return np.concatenate(parts, axis=1, dtype=np.float64)

    @property
    def owners(self) -> Ints:
        """The feature of each column."""
        widths = np.where(self.categories > 0, self.categories, 1 + self.gaps)
        return np.repeat(np.arange(len(widths)), widths)


@dataclass(frozen=True)
class Linear:
    """:ivar weights: one a column of the design; `offset` stands alone. Their sum is in log-odds."""

    design: Design
    weights: Floats
    offset: float

    @staticmethod
    def load(folder: Path) -> "Linear":
        design, rest = _read(folder)
        return Linear(design, rest["weights"], float(rest["offset"]))

    def save(self, folder: Path) -> None:
        np.savez(folder / ARRAYS, **vars(self.design), weights=self.weights, offset=self.offset)

    def score(self, matrix: Singles) -> Floats:
        return logistic(self.design.columns(matrix) @ self.weights + self.offset)

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        """
        Mean |coefficient × value| in log-odds, values counted from their mean over these rows: a category
        that all of them share explains no difference between them.
        """
        columns = self.design.columns(matrix)
        means = columns.mean(axis=0)
        parts = (columns - means) * self.weights
        of_feature = self.design.owners[:, None] == np.arange(matrix.shape[1])
        return np.abs(parts @ of_feature).mean(axis=0), float(means @ self.weights + self.offset)


@dataclass(frozen=True)
class Network:
    """:ivar layers: weights and offsets from the design's columns to one log-odds, a ReLU between them"""

    design: Design
    layers: tuple[tuple[Floats, Floats], ...]

    @staticmethod
    def load(folder: Path) -> "Network":
        design, rest = _read(folder)
        count = len(rest) // 2
        return Network(design, tuple((rest[f"weights{n}"], rest[f"offsets{n}"]) for n in range(count)))

    def save(self, folder: Path) -> None:
        named = {f"weights{n}": weights for n, (weights, _) in enumerate(self.layers)}
        named |= {f"offsets{n}": offsets for n, (_, offsets) in enumerate(self.layers)}
        np.savez(folder / ARRAYS, **vars(self.design), **named)

    def score(self, matrix: Singles) -> Floats:
        values = self.design.columns(matrix)
        for weights, offsets in self.layers[:-1]:
            values = np.maximum(values @ weights + offsets, 0)
        weights, offsets = self.layers[-1]
        return logistic((values @ weights + offsets)[:, 0])

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        return permutation(self, matrix)


@dataclass(frozen=True)
class Trees:
    """
    The nodes of all trees in one row; a leaf leads to itself.

    :ivar roots: place of each tree's root
    :ivar values: probability at each node
    :ivar depth: steps from the roots to the farthest leaf
    """

    roots: Ints
    features: Ints
    thresholds: Floats
    left: Ints
    right: Ints
    missing_left: Bools
    values: Floats
    depth: int

    @staticmethod
    def load(folder: Path) -> "Trees":
        with np.load(folder / ARRAYS) as arrays:
            return Trees(**{field.name: arrays[field.name] for field in fields(Trees)})

    def save(self, folder: Path) -> None:
        np.savez(folder / ARRAYS, **vars(self))

    def score(self, matrix: Singles) -> Floats:
        starts = range(0, len(matrix), ROWS_AT_ONCE)
        return np.concatenate([self._mean(matrix[start : start + ROWS_AT_ONCE]) for start in starts])

    def _mean(self, matrix: Singles) -> Floats:
        at = np.tile(self.roots, (len(matrix), 1))
        rows = np.arange(len(matrix))[:, None]
        for _ in range(int(self.depth)):
            values = matrix[rows, self.features[at]]
            goes_left = np.where(np.isnan(values), self.missing_left[at], values <= self.thresholds[at])
            at = np.where(goes_left, self.left[at], self.right[at])
        return self.values[at].mean(axis=1)

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        return permutation(self, matrix)


@dataclass(frozen=True)
class Stack:
    """Log-odds of several models, weighted by a logistic regression that also calibrates their sum."""

    members: Mapping[str, Predictor]
    weights: Floats
    offset: float

    @staticmethod
    def load(folder: Path) -> "Stack":
        members = {each.name: load(each.name, each) for each in sorted((folder / MEMBERS).iterdir())}
        with np.load(folder / ARRAYS) as arrays:
            return Stack(members, arrays["weights"], float(arrays["offset"]))

    def save(self, folder: Path) -> None:
        for name, member in self.members.items():
            (folder / MEMBERS / name).mkdir(parents=True, exist_ok=True)
            member.save(folder / MEMBERS / name)
        np.savez(folder / ARRAYS, weights=self.weights, offset=self.offset)

    def score(self, matrix: Singles) -> Floats:
        return logistic(opinions(self.members, matrix) @ self.weights + self.offset)

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        return permutation(self, matrix)


def load(algorithm: str, folder: Path) -> Predictor:
    """:param algorithm: a family of schema/families.json"""
    kinds: dict[str, Any] = {
        "boosted-trees": Boosted,
        "linear": Linear,
        "neural-network": Network,
        "ensemble": Stack,
    }
    return kinds.get(algorithm, Trees).load(folder)


def _read(folder: Path) -> tuple[Design, dict[str, Values]]:
    with np.load(folder / ARRAYS) as arrays:
        design = Design(**{field.name: arrays[field.name] for field in fields(Design)})
        return design, {name: arrays[name] for name in arrays.files if name not in vars(design)}


def logistic(log_odds: Floats) -> Floats:
    # Through tanh, which overflows for no number.
    return 0.5 * (1 + np.tanh(0.5 * log_odds))


def log_odds(scores: Values) -> Floats:
    """A certain answer counts as one in a million."""
    within = np.clip(np.asarray(scores, dtype=np.float64), CERTAIN, 1 - CERTAIN)
    return np.log(within / (1 - within))


def opinions(members: Mapping[str, Predictor], matrix: Singles) -> Floats:
    """Log-odds, one column a member in the order of their names."""
    return np.column_stack([log_odds(members[name].score(matrix)) for name in sorted(members)])


def permutation(predictor: Predictor, matrix: Singles) -> tuple[Floats, float]:
    """
    Mean change of the probability when the values of one feature are dealt anew among the rows. It needs no
    labels, so that a window can be compared with the gate before its labels come.
    """
    scores = predictor.score(matrix)
    dealt = np.random.default_rng(SEED).permutation(len(matrix))
    changes = np.empty(matrix.shape[1])
    for feature in range(matrix.shape[1]):
        other = matrix.copy()
        other[:, feature] = matrix[dealt, feature]
        changes[feature] = np.abs(predictor.score(other) - scores).mean()
    return changes, float(np.mean(scores))
