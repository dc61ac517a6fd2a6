"""The change of a window's bias per facet value since the gate."""

from collections.abc import Iterator, Mapping
from typing import Any

from common.bias import Facets

# For all other metrics 0 means no bias; this one is a ratio.
UNBIASED = {"DI": 1.0}


def farther_than(baseline: Mapping[str, Any], live: Facets) -> list[dict[str, Any]]:
    """
    Clarify's bias drift: metrics farther from "no bias" than in the baseline's analysis. It makes no
    allowance for chance, so half of all metrics appear in a quiet week; it is reported and raises no alarm.
    """
    reference = baseline["post_training_bias_metrics"]["facets"]
    before = {(f, value, metric): figure for f, value, metric, figure in figures(reference)}
    moved = []
    for facet, value, metric, figure in figures(live):
        then = before.get((facet, value, metric))
        if then is not None and _distance(metric, figure) > _distance(metric, then):
            place = {"facet": facet, "value": value, "metric": metric}
            moved.append({**place, "figure": figure, "baseline": then})
    return moved


def _distance(metric: str, figure: float) -> float:
    return abs(figure - UNBIASED.get(metric, 0.0))


def figures(all_facets: Facets) -> Iterator[tuple[str, str, str, float]]:
    """Facet, value, metric and figure of every metric that has one."""
    for facet, values in all_facets.items():
        for value in values:
            for metric in value["metrics"]:
                if metric["value"] is not None:
                    yield facet, value["value_or_threshold"], metric["name"], metric["value"]
