"""Distance of a window's features from the served model's baseline, against the baseline's variation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from common import schema
from common.metrics import ks_distance, linf_distance
from common.monitorfiles import counts_of, sample_of

CHECKS = schema.words()["checks"]


@dataclass(frozen=True)
class Violation:
    """
    :ivar retrain: whether it may start a retraining, or is only reported to people
    :ivar fault: whether the data is invalid: it raises an alarm, and figures from it are meaningless
    """

    feature: str
    check: str
    value: float
    threshold: float
    retrain: bool
    fault: bool = False

    def describe(self) -> str:
        return f"{self.feature}: {self.check} gives {self.value:.4f}, the constraint is {self.threshold:.4f}"


@dataclass(frozen=True)
class Drift:
    """:ivar distance: None when the window or the baseline holds no value to compare"""

    feature: str
    distance: float | None
    threshold: float


def measure(
    rows: pd.DataFrame, statistics: Mapping[str, Any], constraints: Mapping[str, Any]
) -> tuple[list[Drift], list[Violation]]:
    """Every feature's distance with its threshold, and the failed checks."""
    baselines = {feature["name"]: feature for feature in statistics["features"]}
    limits = {feature["name"]: feature for feature in constraints["features"]}
    drifts: list[Drift] = []
    violations: list[Violation] = []
    for column in schema.features():
        baseline, limit, values = baselines[column.name], limits[column.name], rows[column.name]
        drift = _distance(column, values, baseline, limit)
        drifts.append(drift)
        contents = list(_contents(column, values, limit))
        if drift.distance is not None and drift.distance > drift.threshold:
            # A few remaining values of a column are not a sample of it.
            retrain = column.monitor == "retrain" and not any(found.fault for found in contents)
            check = CHECKS["baselineDrift"]
            violations.append(Violation(column.name, check, drift.distance, drift.threshold, retrain))
        violations += contents
    return drifts, violations


def _distance(
    column: schema.Column, values: "pd.Series[Any]", baseline: Mapping[str, Any], limit: Mapping[str, Any]
) -> Drift:
    distribution = limit["monitoringConfigOverrides"]["distribution_constraints"]
    if column.kind == "numeric":
        numbers = values.to_numpy(dtype=np.float64)
        threshold = distribution["comparison_threshold"]
        return Drift(column.name, ks_distance(numbers, sample_of(baseline)), threshold)
    distance = linf_distance(values.value_counts().to_dict(), counts_of(baseline))
    return Drift(column.name, distance, distribution["categorical_comparison_threshold"])


def _contents(
    column: schema.Column, values: "pd.Series[Any]", limit: Mapping[str, Any]
) -> Iterator[Violation]:
    """Violations by unseen values, and by too many missing ones."""
    present = values.dropna()
    completeness = len(present) / len(values)
    watched, gone = column.monitor == "retrain", not len(present)
    # A column that was absent for a window of the training period would be allowed to be absent for ever.
    if completeness < limit["completeness"] or (watched and gone):
        # Data feeds have gaps of days, which are only reported. A column that can start a retraining, or is
        # absent altogether, raises an alarm: without values it has no distance, and would look like no drift.
        fault = watched or gone
        check = CHECKS["completeness"]
        yield Violation(column.name, check, completeness, limit["completeness"], retrain=False, fault=fault)
    if column.kind == "categorical" and len(present):
        unseen = float((~present.isin(limit["string_constraints"]["domains"])).mean())
        allowed = limit["monitoringConfigOverrides"]["domain_content_threshold"]
        if unseen > allowed:
            retrain = column.monitor == "retrain"
            yield Violation(column.name, CHECKS["categoricalValues"], unseen, allowed, retrain)
