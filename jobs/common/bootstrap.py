"""
Paired bootstrap over whole days: events of one day share its circumstances, so days are drawn, not rows.

A mean loss needs the sum of each day. The AUC of a sample of days needs only, for every pair of days, how
often a positive of one day outranks a negative of the other. A draw from that table costs a small quadratic
form instead of a sort. Either table can be stored beside a model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from common.arrays import Days, Floats, Ints, Values
from common.metrics import UndefinedError


class Paired(Protocol):
    """Several answers to the same rows, grouped by day."""

    def measure(self, name: str, weights: Floats | None = None) -> Floats:
        """One figure per row of `weights` (draws, days), or for all days once without weights."""

    def gain(self, name: str, over: str, weights: Floats | None = None) -> Floats:
        """How much better `name` is than `over`."""

    def draw(self, draws: int, seed: int) -> Floats:
        """How often each day occurs in each of `draws` samples, each with as many days as there are."""

    def to_json(self) -> dict[str, Any]: ...


def _draw(days: int, draws: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    return generator.multinomial(days, np.full(days, 1 / days), size=draws).astype(np.float64)


@dataclass(frozen=True)
class DayLosses:
    """
    :ivar rows: number of rows per day
    :ivar losses: for each answer, its summed loss per day
    """

    rows: Floats
    losses: Mapping[str, Floats]

    @staticmethod
    def of(
        days: Days, labels: Values, answers: Mapping[str, Values], loss: Callable[[Values, Values], Values]
    ) -> "DayLosses":
        present, place = np.unique(days, return_inverse=True)
        count = len(present)
        sums = {
            name: np.bincount(place, weights=loss(labels, said), minlength=count).astype(np.float64)
            for name, said in answers.items()
        }
        return DayLosses(np.bincount(place, minlength=count).astype(np.float64), sums)

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> "DayLosses":
        losses = {name: np.array(sums, dtype=np.float64) for name, sums in content["losses"].items()}
        return DayLosses(np.array(content["rows"], dtype=np.float64), losses)

    def to_json(self) -> dict[str, Any]:
        losses = {name: sums.tolist() for name, sums in self.losses.items()}
        return {"rows": self.rows.tolist(), "losses": losses}

    def measure(self, name: str, weights: Floats | None = None) -> Floats:
        w = np.ones((1, len(self.rows))) if weights is None else weights
        return (w @ self.losses[name]) / (w @ self.rows)

    def gain(self, name: str, over: str, weights: Floats | None = None) -> Floats:
        return self.measure(over, weights) - self.measure(name, weights)

    def draw(self, draws: int, seed: int) -> Floats:
        return _draw(len(self.rows), draws, seed)


@dataclass(frozen=True)
class DayPairs:
    """
    :ivar positives: number of positives per day
    :ivar negatives: number of negatives per day
    :ivar wins: for each score, `wins[i, j]` = correctly ordered pairs (positive of day i, negative of day j);
        a tie counts half
    """

    positives: Floats
    negatives: Floats
    wins: Mapping[str, Floats]

    @staticmethod
    def of(days: Days, labels: Values, scores: Mapping[str, Values]) -> "DayPairs":
        present, place = np.unique(days, return_inverse=True)
        truth = np.asarray(labels) == 1
        count = len(present)
        return DayPairs(
            positives=np.bincount(place[truth], minlength=count).astype(np.float64),
            negatives=np.bincount(place[~truth], minlength=count).astype(np.float64),
            wins={name: _wins(place, truth, np.asarray(values), count) for name, values in scores.items()},
        )

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> "DayPairs":
        return DayPairs(
            positives=np.array(content["positives"], dtype=np.float64),
            negatives=np.array(content["negatives"], dtype=np.float64),
            wins={name: np.array(table, dtype=np.float64) for name, table in content["wins"].items()},
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "positives": self.positives.tolist(),
            "negatives": self.negatives.tolist(),
            "wins": {name: table.tolist() for name, table in self.wins.items()},
        }

    def measure(self, name: str, weights: Floats | None = None) -> Floats:
        w = np.ones((1, len(self.positives))) if weights is None else weights
        pairs = (w @ self.positives) * (w @ self.negatives)
        with np.errstate(invalid="ignore", divide="ignore"):
            return ((w @ self.wins[name]) * w).sum(axis=1) / pairs

    def gain(self, name: str, over: str, weights: Floats | None = None) -> Floats:
        return self.measure(name, weights) - self.measure(over, weights)

    def draw(self, draws: int, seed: int) -> Floats:
        return _draw(len(self.positives), draws, seed)


def _wins(place: Ints, truth: Values, scores: Values, days: int) -> Floats:
    positive_scores, positive_days = scores[truth], place[truth]
    table = np.zeros((days, days))
    for day in range(days):
        negatives = np.sort(scores[~truth & (place == day)])
        below = np.searchsorted(negatives, positive_scores, side="left")
        not_above = np.searchsorted(negatives, positive_scores, side="right")
        table[:, day] = np.bincount(positive_days, weights=(below + not_above) / 2, minlength=days)
    return table


def interval(values: Floats, level: float = 0.95) -> tuple[float, float]:
    """
    The central `level` of the draws. A draw whose days hold one class only has no AUC and is left out.

    :raises UndefinedError: when no draw is left
    """
    usable = values[np.isfinite(values)]
    if usable.size == 0:
        raise UndefinedError("no bootstrap draw holds both outcomes: give more days or more rows")
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
