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
from common.metrics import Confusion
from common.transform import counted

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
Facets = dict[str, list[dict[str, Any]]]


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
    a, d = (Confusion.of(labels[side], predicted[side]) for side in (~facet, facet))

    def difference(measure: Callable[[Confusion], float | None]) -> float | None:
        left, right = measure(a), measure(d)
        return None if left is None or right is None else left - right

    def minus(value: float | None) -> float | None:
        return None if value is None else -value

    return {
        "DPPL": difference(lambda s: _over(s.tp + s.fp, s.rows)),
        "DI": _over(_over(d.tp + d.fp, d.rows), _over(a.tp + a.fp, a.rows)),
        "DCA": difference(lambda s: _over(s.tp + s.fn, s.tp + s.fp)),
        "DCR": minus(difference(lambda s: _over(s.tn + s.fp, s.tn + s.fn))),
        "SD": minus(difference(lambda s: _over(s.tn, s.tn + s.fp))),
        "RD": difference(lambda s: _over(s.tp, s.tp + s.fn)),
        "DAR": difference(lambda s: _over(s.tp, s.tp + s.fp)),
        "DRR": minus(difference(lambda s: _over(s.tn, s.tn + s.fn))),
        "AD": difference(lambda s: _over(s.tp + s.tn, s.rows)),
        "TE": minus(difference(lambda s: _over(s.fn, s.fp))),
    }


def _over(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else float(part / whole)


def facets(rows: pd.DataFrame, labels: Bools, predicted: Bools, min_rows: int) -> tuple[Facets, Facets]:
    """Pre- and post-training metrics of labelled rows."""
    pre = per_facet(rows, min_rows, lambda facet: pre_training(labels, facet), PRE_TRAINING)
    post = per_facet(rows, min_rows, lambda facet: post_training(labels, predicted, facet), POST_TRAINING)
    return pre, post


def per_facet(
    rows: pd.DataFrame, min_rows: int, measure: Callable[[Bools], Metrics], names: Mapping[str, str]
) -> Facets:
    """
    A family of metrics for every value of every facet column with at least `min_rows` rows on both sides, in
    the shape of Clarify's `facets`.
    """
    facets: Facets = {}
    for column in (c.name for c in schema.features() if c.facet):
        values = rows[column].to_numpy()
        facets[column] = []
        for value, count in counted(rows[column]).items():
            if min(count, len(rows) - count) < min_rows:
                continue
            metrics = [
                {"name": name, "description": names[name], "value": figure}
                for name, figure in measure(values == value).items()
            ]
            facets[column].append({"value_or_threshold": value, "metrics": metrics})
    return facets
