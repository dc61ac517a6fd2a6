"""
Bias mitigation: reweighing the rows of the fit slice so that all groups have the outcome equally often, and
one threshold per group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from common import schema
from common.arrays import Floats, Values

# Fewest labelled rows, and fewest with the outcome, for a group's threshold.
LEAST_ROWS, LEAST_POSITIVES = 50, 5


def facet(name: str) -> str:
    """:raises ValueError: when the column is not a facet of the dataset"""
    facets = [column.name for column in schema.features() if column.facet]
    if name not in facets:
        known = f"which has {', '.join(facets)}" if facets else "which declares none"
        raise ValueError(f"{name!r} is no facet of dataset.json, {known}: mitigate what bias is measured of")
    return name


def reweighed(labels: Values, groups: Values, weights: Floats | None) -> Floats:
    """
    Reweighing by Kamiran and Calders: a row's weight is the expected share of its group and outcome under
    independence, divided by the observed share. The sum of weights stays.

    :param groups: the code of each row's group
    :param weights: existing weights of the rows
    """
    before = np.ones(len(labels)) if weights is None else weights
    _, group = np.unique(groups, return_inverse=True)
    outcome = labels.astype(int)
    together = np.zeros((group.max() + 1, 2))
    np.add.at(together, (group, outcome), before)
    expected = np.outer(together.sum(axis=1), together.sum(axis=0)) / together.sum()
    return before * (expected / np.where(together > 0, together, 1))[group, outcome]


@dataclass(frozen=True)
class Constraint:
    """
    :ivar kind: a key of `constraints` in schema/words.json
    :ivar tolerance: largest permitted difference between two groups' rates
    """

    kind: str
    tolerance: float

    def __post_init__(self) -> None:
        if self.kind not in schema.words()["constraints"]:
            known = ", ".join(schema.words()["constraints"])
            raise ValueError(f"constraint {self.kind!r} is not one of {known}")
        if not 0 <= self.tolerance <= 1:
            raise ValueError(f"tolerance must be a number from 0 to 1, got {self.tolerance:g}")


@dataclass(frozen=True)
class _Group:
    """The possible thresholds of one group: thresholds falling, rates rising."""

    value: Any
    thresholds: Floats
    rates: Floats
    costs: Floats

    def cheapest(self, low: float, high: float) -> tuple[float, float] | None:
        """Cost and threshold of the cheapest cut with a rate in the range; None when there is none."""
        first, last = np.searchsorted(self.rates, low, "left"), np.searchsorted(self.rates, high, "right")
        if first == last:
            return None
        place = first + int(self.costs[first:last].argmin())
        return float(self.costs[place]), float(self.thresholds[place])


def group_thresholds(
    labels: Values, scores: Values, groups: Sequence[Any], constraint: Constraint, prices: tuple[float, float]
) -> list[dict[str, Any]]:
    """
    A threshold per group that together cost least on these rows, while no two rates differ by more than the
    tolerance. A group with too few rows gets none.

    :param groups: each row's value of the facet; None when it is missing
    :param prices: cost of a false alarm and of a miss
    :raises ValueError: when fewer than two groups are large enough
    """
    of = np.array(groups, dtype=object)
    values = sorted(set(groups), key=lambda value: (value is None, str(value)))
    cut = [_cut(value, labels[of == value], scores[of == value], constraint.kind, prices) for value in values]
    found = [group for group in cut if group is not None]
    if len(found) < 2:
        raise ValueError(
            f"thresholds by group need two groups of {LEAST_ROWS} labelled rows and {LEAST_POSITIVES} with "
            f"the outcome in the select slice, which holds {len(found)}: give it more days (select_days)"
        )
    # The optimum has a lowest rate, and it is a possible rate of some group.
    lows = np.unique(np.concatenate([group.rates for group in found]))
    best: tuple[float, list[float]] = (np.inf, [])
    for low in lows:
        # The margin of 1e-12 covers rounding errors of the computed interval.
        chosen = [group.cheapest(low, low + constraint.tolerance + 1e-12) for group in found]
        feasible = [each for each in chosen if each is not None]
        cost = sum(each[0] for each in feasible)
        if len(feasible) == len(found) and cost < best[0]:
            best = cost, [threshold for _, threshold in feasible]
    return [{"value": g.value, "threshold": t} for g, t in zip(found, best[1], strict=True)]


def _cut(value: Any, labels: Values, scores: Values, kind: str, prices: tuple[float, float]) -> _Group | None:
    order = np.argsort(-scores, kind="stable")
    positive, ordered = labels[order] == 1, scores[order].astype(np.float64)
    if len(ordered) < LEAST_ROWS or positive.sum() < LEAST_POSITIVES:
        return None
    false_alarm, miss = prices
    costs = np.append(0.0, np.cumsum(np.where(positive, -miss, false_alarm)))
    counted = positive if kind == "equal-opportunity" else np.ones(len(ordered), dtype=bool)
    rates = np.append(0.0, np.cumsum(counted)) / counted.sum()
    thresholds = np.append(np.nextafter(scores[order][0], np.inf), ordered)
    # The list can only be cut after the last of several equal scores.
    cuttable = np.concatenate([[True], np.diff(ordered) != 0, [True]])
    return _Group(value, thresholds[cuttable], rates[cuttable], costs[cuttable])
