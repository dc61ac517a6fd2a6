"""Bias of a window's decisions per facet value, and its change since the gate."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from captured import PREDICTED
from common import schema
from common.bias import POST_TRAINING, PRE_TRAINING, per_facet, post_training, pre_training
from common.tasks import positive

Facets = dict[str, list[dict[str, Any]]]

# For all other metrics 0 means no bias; this one is a ratio.
UNBIASED = {"DI": 1.0}


def facets(rows: pd.DataFrame, min_rows: int) -> tuple[Facets, Facets]:
    """Pre- and post-training metrics of labelled rows."""
    labels, predicted = (positive(rows[column].to_numpy()) for column in (schema.label_column(), PREDICTED))
    pre = per_facet(rows, min_rows, lambda facet: pre_training(labels, facet), PRE_TRAINING)
    post = per_facet(rows, min_rows, lambda facet: post_training(labels, predicted, facet), POST_TRAINING)
    return pre, post


def farther_than(baseline: Mapping[str, Any], live: Facets) -> list[dict[str, Any]]:
    """
    Clarify's bias drift: metrics farther from "no bias" than in the baseline's analysis. It makes no
    allowance for chance, so half of all metrics appear in a quiet week; it is reported and raises no alarm.
    """
    reference = baseline["post_training_bias_metrics"]["facets"]
    before = {(f, value, metric): figure for f, value, metric, figure in _figures(reference)}
    moved = []
    for facet, value, metric, figure in _figures(live):
        then = before.get((facet, value, metric))
        if then is not None and _distance(metric, figure) > _distance(metric, then):
            place = {"facet": facet, "value": value, "metric": metric}
            moved.append({**place, "figure": figure, "baseline": then})
    return moved


def _distance(metric: str, figure: float) -> float:
    return abs(figure - UNBIASED.get(metric, 0.0))


def _figures(all_facets: Facets) -> Iterator[tuple[str, str, str, float]]:
    for facet, values in all_facets.items():
        for value in values:
            for metric in value["metrics"]:
                if metric["value"] is not None:
                    yield facet, value["value_or_threshold"], metric["name"], metric["value"]
