"""
The predictors of released models, one class per model family. They turn matrices of `Encoding` into answers.
An archive holds XGBoost's own file or plain arrays, so that loading it executes no code and an endpoint
starts without scikit-learn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from common import schema
from common.arrays import Bools, Floats, Ints, Singles, Values
from common.design import Design
from common.transform import feature_types
from common.xgb import Booster, DMatrix

BOOSTER, ARRAYS, MEMBERS = "booster.json", "arrays.npz", "members"
QUANTILES = "quantiles"
# A fixed seed, so that an explanation can be reproduced.
SEED = 20130301
# Rows per block, so that the walk through all trees stays in a processor's cache.
ROWS_AT_ONCE = 1000
CERTAIN = 1e-6


class Predictor(Protocol):
    def score(self, matrix: Singles) -> Values:
        """One answer per row: a probability, a number, or probabilities of shape (rows, classes)."""

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        """Mean weight of each feature over these rows, and the expected answer without any feature."""

    def save(self, folder: Path) -> None: ...


class Shuffled(Predictor, Protocol):
    """A predictor that is explained from outside."""

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        """
        Mean change of the answer when the values of one feature are shuffled among the rows. It needs no
        labels, so a window can be compared with the gate before its labels arrive.
        """
        scores = self.score(matrix)
        dealt = np.random.default_rng(SEED).permutation(len(matrix))
        changes = np.empty(matrix.shape[1])
        for feature in range(matrix.shape[1]):
            other = matrix.copy()
            other[:, feature] = matrix[dealt, feature]
            changes[feature] = np.abs(self.score(other) - scores).mean()
        return changes, float(np.mean(scores))


@dataclass(frozen=True)
class Boosted:
    """:ivar booster: has the attribute `quantiles` when it answers lower bound, median and upper bound"""

    booster: Booster

    @staticmethod
    def load(folder: Path) -> "Boosted":
        booster = Booster()
        booster.load_model(folder / BOOSTER)
        return Boosted(booster)

    def save(self, folder: Path) -> None:
        self.booster.save_model(folder / BOOSTER)

    def score(self, matrix: Singles) -> Singles:
        # Prediction from the array: building a DMatrix doubles the cost for a request of a few rows.
        return median(self.booster, self.all_answers(matrix))

    def all_answers(self, matrix: Singles) -> Singles:
        return self.booster.inplace_predict(matrix, validate_features=False)

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        """Mean |SHAP| by exact TreeSHAP, in log-odds or in the unit of the number, over all classes."""
        values = self.booster.predict(dmatrix(matrix), pred_contribs=True)
        values = values.reshape(len(matrix), -1, matrix.shape[1] + 1)
        return np.abs(values[..., :-1]).mean(axis=(0, 1)), float(values[0, :, -1].mean())


def median(booster: Booster, answers: Singles) -> Singles:
    return answers if booster.attr(QUANTILES) is None else answers[:, 1]


def bounds(predictor: Predictor, matrix: Singles) -> Floats:
    """Bounds from which an interval is built, shape (rows, 2): two quantiles, or the answer itself twice."""
    if isinstance(predictor, Boosted) and predictor.booster.attr(QUANTILES) is not None:
        return predictor.all_answers(matrix)[:, [0, 2]].astype(np.float64)
    return np.repeat(np.asarray(predictor.score(matrix), dtype=np.float64)[:, None], 2, axis=1)


def dmatrix(matrix: Singles, labels: Values | None = None, weights: Values | None = None) -> DMatrix:
    names, types = [column.name for column in schema.features()], feature_types()
    return DMatrix(
        matrix, labels, weight=weights, feature_names=names, feature_types=types, enable_categorical=True
    )


@dataclass(frozen=True)
class Linear:
    """
    :ivar weights: shape (design columns,), or (design columns, classes) for several classes
    :ivar offset: intercept
    :ivar link: key of LINKS, from the sum to the answer
    """

    design: Design
    weights: Floats
    offset: Floats
    link: str

    @staticmethod
    def load(folder: Path) -> "Linear":
        design, rest = _read(folder)
        return Linear(design, rest["weights"], rest["offset"], str(rest["link"]))

    def save(self, folder: Path) -> None:
        parts = {name: value for name, value in vars(self).items() if name != "design"}
        np.savez(folder / ARRAYS, **vars(self.design), **parts)

    def score(self, matrix: Singles) -> Floats:
        return LINKS[self.link](self.design.columns(matrix) @ self.weights + self.offset)

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        """
        Mean |coefficient × value| in log-odds or in the unit of the number, over all classes. Values are
        measured from their mean over these rows: a category that all rows share explains no difference.
        """
        columns = self.design.columns(matrix)
        means = columns.mean(axis=0)
        of_feature = self.design.owners[:, None] == np.arange(matrix.shape[1])
        each = [
            np.abs((columns - means) * weights @ of_feature).mean(axis=0)
            for weights in self.weights.reshape(len(means), -1).T
        ]
        return np.mean(each, axis=0), float(np.mean(means @ self.weights + self.offset))


@dataclass(frozen=True)
class Network(Shuffled):
    """
    :ivar layers: weights and offsets, with a ReLU between layers
    :ivar link: key of LINKS, from the last layer to the answer
    """

    design: Design
    layers: tuple[tuple[Floats, Floats], ...]
    link: str

    @staticmethod
    def load(folder: Path) -> "Network":
        design, rest = _read(folder)
        link = str(rest.pop("link"))
        count = len(rest) // 2
        return Network(design, tuple((rest[f"weights{n}"], rest[f"offsets{n}"]) for n in range(count)), link)

    def save(self, folder: Path) -> None:
        named = {f"weights{n}": weights for n, (weights, _) in enumerate(self.layers)}
        named |= {f"offsets{n}": offsets for n, (_, offsets) in enumerate(self.layers)}
        np.savez(folder / ARRAYS, **vars(self.design), **named, link=self.link)

    def score(self, matrix: Singles) -> Floats:
        values = self.design.columns(matrix)
        for weights, offsets in self.layers[:-1]:
            values = np.maximum(values @ weights + offsets, 0)
        weights, offsets = self.layers[-1]
        last = values @ weights + offsets
        return LINKS[self.link](last[:, 0] if last.shape[1] == 1 else last)


@dataclass(frozen=True)
class Trees(Shuffled):
    """
    All nodes of all trees in one array; a leaf points to itself.

    :ivar roots: index of each tree's root
    :ivar values: answer of each node, shape (nodes,) or (nodes, classes)
    :ivar depth: steps from the roots to the deepest leaf
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


@dataclass(frozen=True)
class Stack(Shuffled):
    """Answers of several models, weighted by a regression that also calibrates their sum."""

    members: Mapping[str, Predictor]
    weights: Floats
    offset: Floats
    link: str

    @staticmethod
    def load(folder: Path) -> "Stack":
        members = {each.name: load(each.name, each) for each in sorted((folder / MEMBERS).iterdir())}
        with np.load(folder / ARRAYS) as arrays:
            return Stack(members, arrays["weights"], arrays["offset"], str(arrays["link"]))

    def save(self, folder: Path) -> None:
        for name, member in self.members.items():
            (folder / MEMBERS / name).mkdir(parents=True, exist_ok=True)
            member.save(folder / MEMBERS / name)
        np.savez(folder / ARRAYS, weights=self.weights, offset=self.offset, link=self.link)

    def score(self, matrix: Singles) -> Floats:
        return LINKS[self.link](stacked(self.members, matrix, self.link) @ self.weights + self.offset)


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
    # Computed through tanh, which never overflows.
    return 0.5 * (1 + np.tanh(0.5 * log_odds))


def log_odds(scores: Values) -> Floats:
    """Log-odds; probabilities are kept at least one in a million away from 0 and 1."""
    within = np.clip(np.asarray(scores, dtype=np.float64), CERTAIN, 1 - CERTAIN)
    return np.log(within / (1 - within))


def softmax(logarithms: Floats) -> Floats:
    shares = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


LINKS: dict[str, Callable[[Floats], Floats]] = {
    "logistic": logistic,
    "softmax": softmax,
    "identity": lambda number: number,
}


def stacked(members: Mapping[str, Predictor], matrix: Singles, link: str) -> Floats:
    """
    Answers of the members with their link inverted: log-odds, logarithms or numbers, in the order of names.
    """
    answers = np.column_stack([members[name].score(matrix) for name in sorted(members)]).astype(np.float64)
    if link == "identity":
        return answers
    return log_odds(answers) if link == "logistic" else np.log(np.clip(answers, CERTAIN, 1 - CERTAIN))
