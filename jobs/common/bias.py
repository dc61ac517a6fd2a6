"""
Bias metrics in the definitions of SageMaker Clarify, for one facet value (d) against all others (a).

The formulas are those of the exam; `problem.affected` of the dataset states whether the facet values are
people. The positive outcome is defined by `tasks.positive`. A metric whose denominator is empty is None.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from common import schema
from common.arrays import Bools, Values
from common.transform import plain

PRE_TRAINING = {
    "CI": "Class Imbalance",
    "DPL": "Difference in Positive Proportions in Labels",
    "KL": "Kullback-Leibler Divergence",
    "JS": "Jensen-Shannon Divergence",
    "LP": "L-p Norm",
    "TVD": "Total Variation Distance",
    "KS": "Kolmogorov-Smirnov Distance",
}
POST_TRAINING = {
    "DPPL": "Difference in Positive Proportions in Predicted Labels",
    "DI": "Disparate Impact",
    "DCA": "Difference in Conditional Acceptance",
    "DCR": "Difference in Conditional Rejection",
    "SD": "Specificity Difference",
    "RD": "Recall Difference",
    "DAR": "Difference in Acceptance Rates",
    "DRR": "Difference in Rejection Rates",
    "AD": "Accuracy Difference",
    "TE": "Treatment Equality",
}

Metrics = dict[str, float | None]


def pre_training(labels: Bools, facet: Bools) -> Metrics:
    a, d = labels[~facet], labels[facet]
    # The metrics do not depend on the order (1, 0) of the classes, but both sides must use the same one.
    p, q = (np.array([side.mean(), 1 - side.mean()]) for side in (a, d))
    middle = (p + q) / 2
    distance = np.abs(p - q)
    return {
        "CI": float((a.size - d.size) / (a.size + d.size)),
        "DPL": float(p[0] - q[0]),
        "KL": _divergence(p, q),
        "JS": _mean(_divergence(p, middle), _divergence(q, middle)),
        "LP": float(np.sqrt((distance**2).sum())),
        "TVD": float(distance.sum() / 2),
        "KS": float(distance.max()),
    }


def _divergence(p: Values, q: Values) -> float | None:
    if (q == 0).any():
        return None
    present = p > 0
    return float((p[present] * np.log(p[present] / q[present])).sum())


def _mean(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else (left + right) / 2


def post_training(labels: Bools, predicted: Bools, facet: Bools) -> Metrics:
    a, d = (_Side(labels[side], predicted[side]) for side in (~facet, facet))

    def difference(measure: Callable[["_Side"], float | None]) -> float | None:
        left, right = measure(a), measure(d)
        return None if left is None or right is None else left - right

    def minus(value: float | None) -> float | None:
        return None if value is None else -value

    return {
        "DPPL": difference(lambda s: _over(s.predicted, s.rows)),
        "DI": _over(_over(d.predicted, d.rows), _over(a.predicted, a.rows)),
        "DCA": difference(lambda s: _over(s.positive, s.predicted)),
        "DCR": minus(difference(lambda s: _over(s.rows - s.positive, s.rows - s.predicted))),
        "SD": minus(difference(lambda s: _over(s.tn, s.tn + s.fp))),
        "RD": difference(lambda s: _over(s.tp, s.tp + s.fn)),
        "DAR": difference(lambda s: _over(s.tp, s.predicted)),
        "DRR": minus(difference(lambda s: _over(s.tn, s.rows - s.predicted))),
        "AD": difference(lambda s: _over(s.tp + s.tn, s.rows)),
        "TE": minus(difference(lambda s: _over(s.fn, s.fp))),
    }


def _over(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else float(part / whole)


class _Side:
    def __init__(self, truth: Bools, predicted: Bools) -> None:
        self.rows = truth.size
        self.positive = int(truth.sum())
        self.predicted = int(predicted.sum())
        self.tp = int((truth & predicted).sum())
        self.fp, self.fn = self.predicted - self.tp, self.positive - self.tp
        self.tn = self.rows - self.tp - self.fp - self.fn


def per_facet(
    rows: pd.DataFrame, min_rows: int, measure: Callable[[Bools], Metrics], names: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """
    A family of metrics for every value of every facet column with at least `min_rows` rows on both sides, in
    the shape of Clarify's `facets`.
    """
    facets: dict[str, list[dict[str, Any]]] = {}
    for column in (c.name for c in schema.features() if c.facet):
        values = rows[column].to_numpy()
        facets[column] = []
        counts = rows[column].value_counts().sort_index()
        for value, count in zip(plain(counts.index), counts, strict=True):
            if min(count, len(rows) - count) < min_rows:
                continue
            metrics = [
                {"name": name, "description": names[name], "value": figure}
                for name, figure in measure(values == value).items()
            ]
            facets[column].append({"value_or_threshold": value, "metrics": metrics})
    return facets
