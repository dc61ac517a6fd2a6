"""Measures of scores and probabilities, and distances between samples; numpy only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from common.arrays import Bools, Values

CALIBRATION_BINS = 10


class UndefinedError(ValueError):
    """A figure that cannot be computed on these rows."""


def auc(labels: Values, scores: Values) -> float:
    """Area under the ROC curve, ties counted half; NaN when one class or a score is missing."""
    positive = labels == 1
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if positives == 0 or negatives == 0 or np.isnan(scores).any():
        return float("nan")
    ordered, ranked = np.sort(scores), scores[positive]
    # Twice the mean rank of equal scores. Whole numbers make the sum independent of its order.
    first, last = (np.searchsorted(ordered, ranked, side=side) for side in ("left", "right"))
    rank_sum = (first + 1 + last).sum() / 2
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def pr_auc(labels: Values, scores: Values) -> float:
    """
    Average precision: the precision at each score, weighted by the recall that it adds. Rows of one score are
    taken together.
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    found = np.cumsum(labels[order] == 1)[ends]
    return float(np.sum(np.diff(found, prepend=0) / found[-1] * found / (ends + 1)))


def brier(labels: Values, scores: Values) -> float:
    return float(np.mean((np.asarray(scores, dtype=np.float64) - labels) ** 2))


# Smallest probability that a loss is computed with. It bounds the loss of a class that was called impossible.
LEAST_PROBABILITY = 1e-6


def log_losses(labels: Values, probabilities: Values) -> Values:
    """
    The negative log-probability of the true class, one per row.

    :param labels: codes of the classes
    :param probabilities: shape (rows, classes)
    """
    given = probabilities[np.arange(len(labels)), np.asarray(labels, dtype=np.int64)]
    return -np.log(np.clip(np.asarray(given, dtype=np.float64), LEAST_PROBABILITY, 1))


def multiclass_brier(labels: Values, probabilities: Values) -> float:
    """Mean over rows of the squared distances of all classes, 0 to 2."""
    truth = np.asarray(labels)[:, None] == np.arange(probabilities.shape[1])
    return float(((np.asarray(probabilities, dtype=np.float64) - truth) ** 2).sum(axis=1).mean())


def regression_figures(labels: Values, answers: Values) -> dict[str, float]:
    """Figures in the unit of the labels; `meanError` is positive when the answers are too high."""
    errors = np.asarray(answers, dtype=np.float64) - labels
    mse = float((errors**2).mean())
    spread = float(((labels - labels.mean()) ** 2).mean())
    return {
        "mae": float(np.abs(errors).mean()),
        "mse": mse,
        "rmse": mse**0.5,
        "r2": 1 - mse / spread if spread else 0.0,
        "meanError": float(errors.mean()),
    }


def multiclass_figures(labels: Values, probabilities: Values) -> dict[str, Any]:
    """
    Figures of the likeliest class. `macro` figures are means over the classes, so that a rare class counts as
    much as a frequent one.
    """
    classes, said = probabilities.shape[1], probabilities.argmax(axis=1)
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (np.asarray(labels, dtype=np.int64), said), 1)
    # `Confusion` takes labels of 0 and 1.
    each = [Confusion.of((labels == one).astype(int), said == one) for one in range(classes)]
    return {
        "brier": multiclass_brier(labels, probabilities),
        "accuracy": float(matrix.trace() / matrix.sum()),
        "macroPrecision": float(np.mean([c.precision for c in each])),
        "macroRecall": float(np.mean([c.recall for c in each])),
        "macroF1": float(np.mean([c.f1 for c in each])),
        "confusion": matrix.tolist(),
    }


@dataclass(frozen=True)
class Bin:
    """Rows of one calibration bin: mean score against the observed share of positives."""

    lower: float
    upper: float
    rows: int
    meanScore: float  # noqa: N815 - named as in the JSON
    observed: float


def calibration(labels: Values, scores: Values) -> list[Bin]:
    """Equal-width bins over 0..1; empty ones are left out."""
    place = np.minimum((np.asarray(scores) * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    bins = []
    for index in np.unique(place):
        inside = place == index
        bins.append(
            Bin(
                lower=float(index / CALIBRATION_BINS),
                upper=float((index + 1) / CALIBRATION_BINS),
                rows=int(inside.sum()),
                meanScore=float(np.mean(scores[inside], dtype=np.float64)),
                observed=float(np.mean(labels[inside])),
            )
        )
    return bins


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error: mean distance of score and outcome, weighted by rows."""
    rows = sum(b.rows for b in bins)
    return sum(b.rows * abs(b.meanScore - b.observed) for b in bins) / rows


@dataclass(frozen=True)
class Confusion:
    tp: int
    fp: int
    tn: int
    fn: int

    @staticmethod
    def of(labels: Values, predicted: Bools) -> "Confusion":
        truth = labels == 1
        counts = [truth & predicted, ~truth & predicted, ~truth & ~predicted, truth & ~predicted]
        return Confusion(*(int(c.sum()) for c in counts))

    @property
    def rows(self) -> int:
        return self.tp + self.fp + self.tn + self.fn

    @property
    def precision(self) -> float:
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def accuracy(self) -> float:
        return _ratio(self.tp + self.tn, self.rows)

    @property
    def f1(self) -> float:
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    def cost(self, false_alarm: float, miss: float) -> float:
        """Per 1,000 rows."""
        return 1000 * _ratio(self.fp * false_alarm + self.fn * miss, self.rows)

    def to_json(self) -> dict[str, int]:
        return asdict(self)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def cheapest_threshold(labels: Values, scores: Values, false_alarm: float, miss: float) -> float:
    """
    The score from which predicting 1 costs least; the highest such score on ties. When no prediction at all
    is cheapest, the threshold lies above every score.
    """
    order = np.argsort(-scores, kind="stable")
    positive = labels[order] == 1
    # The first entry predicts no positive; each row then adds one alarm, false or correct.
    costs = np.append(0.0, np.cumsum(np.where(positive, -miss, false_alarm)))
    # The list can only be cut after the last of several equal scores.
    cuttable = np.concatenate([[True], np.diff(scores[order]) != 0, [True]])
    cut = int(np.argmin(np.where(cuttable, costs, np.inf)))
    return float(scores[order][cut - 1] if cut else np.nextafter(scores[order][0], np.inf))


def ks_distance(left: Values, right: Values) -> float | None:
    """Largest difference of the two distribution functions; NaN is left out, None when a side is empty."""
    a, b = (np.sort(np.asarray(side, dtype=np.float64)) for side in (left, right))
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if a.size == 0 or b.size == 0:
        return None
    points = np.concatenate([a, b])
    below_a, below_b = (np.searchsorted(side, points, side="right") / side.size for side in (a, b))
    return float(np.abs(below_a - below_b).max())


def shares(counts: Mapping[Any, int]) -> dict[Any, float]:
    rows = sum(counts.values())
    return {value: count / rows for value, count in counts.items()} if rows else {}


def linf_distance(left: Mapping[Any, int], right: Mapping[Any, int]) -> float | None:
    """Largest difference of a category's share between two sets of counts; None when a side is empty."""
    a, b = shares(left), shares(right)
    if not a or not b:
        return None
    return max(abs(a.get(value, 0.0) - b.get(value, 0.0)) for value in a.keys() | b.keys())


def ndcg(baseline: Mapping[str, float], live: Mapping[str, float]) -> float:
    """
    Clarify's attribution drift: how well the live order of features keeps the weight that the baseline gave
    them. 1 is the same order; an alarm is due below 0.9.
    """

    def gain(order: list[str]) -> float:
        return sum(baseline[name] / np.log2(place + 2) for place, name in enumerate(order))

    ideal = gain(sorted(baseline, key=lambda name: -baseline[name]))
    return float(gain(sorted(baseline, key=lambda name: -live[name])) / ideal) if ideal else 1.0
