"""Compares the rows of a window with the baseline of the model that scored them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import drift
import fairness
import quality
from captured import PREDICTED, Window
from common import schema
from common.bias import Facets, facets
from common.metrics import UndefinedError, ndcg
from common.model import Model
from common.monitorfiles import analysis, statistics, violation
from common.tasks import positive, task
from drift import Drift, Violation
from quality import Quality

# Clarify's threshold: below it the order of the features has changed too much.
LEAST_NDCG = 0.9


@dataclass(frozen=True)
class Baseline:
    """The champion and the outputs of its evaluation."""

    model: Model
    files: Mapping[str, dict[str, Any]]

    @staticmethod
    def read(folder: Path) -> "Baseline":
        """:param folder: with `model/model.tar.gz` and the evaluation folder as `baseline/`"""
        names = schema.layout()["files"]["evaluation"]
        wanted = ("statistics", "constraints", "qualityConstraints", "analysis")
        files = {name: json.loads((folder / "baseline" / names[name]).read_text("utf-8")) for name in wanted}
        return Baseline(Model.unpack(folder / "model" / "model.tar.gz"), files)

    @property
    def attributions(self) -> dict[str, float]:
        return self.files["analysis"]["explanations"]["kernel_shap"]["label0"]["global_shap_values"]


@dataclass(frozen=True)
class Findings:
    """
    :ivar violations: violations of every kind; the caller selects those that may start a retraining
    :ivar quality_reason: why there is no quality; None when there is one
    :ivar bias: metrics of facet values that are farther from no bias than at the gate
    :ivar attribution: nDCG of the order of features
    :ivar files: contents by name in `layout.json`
    """

    violations: list[Violation] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    quality: Quality | None = None
    quality_reason: str | None = None
    bias: list[dict[str, Any]] = field(default_factory=list)
    attribution: float | None = None
    files: dict[str, Any] = field(default_factory=dict)


def examine(
    rows: pd.DataFrame,
    window: Window,
    labels_complete: bool,
    baseline: Baseline,
    draws: int,
    facet_min_rows: int,
) -> Findings:
    """:param rows: with labels where they have arrived; quality and bias need `labels_complete`"""
    drifts, violations = drift.measure(rows, baseline.files["statistics"], baseline.files["constraints"])
    attributions = baseline.model.attributions(rows)
    agreement = ndcg(baseline.attributions, attributions.weights)
    if agreement < LEAST_NDCG:
        check = schema.words()["checks"]["attributionDrift"]
        violations.append(Violation("all features", check, agreement, LEAST_NDCG, retrain=False))
    files = {"statistics": statistics(rows)}
    measured: Quality | None = None
    reason: str | None = "too few labels"
    pre, post, bias = None, Facets(), list[dict[str, Any]]()
    if labels_complete:
        labelled = rows.dropna(subset=[schema.label_column()]).reset_index(drop=True)
        gate = baseline.files["qualityConstraints"]["gain_over_rule"]
        measured, reason = _quality(labelled, baseline.model, gate, draws, violations)
        if measured is not None:
            violations += measured.violations()
            files["quality"] = quality.statistics(labelled, measured, window, draws)
        truth, said = (positive(labelled[name].to_numpy()) for name in (schema.label_column(), PREDICTED))
        pre, post = facets(labelled, truth, said, facet_min_rows)
        bias = fairness.farther_than(baseline.files["analysis"], post)
    files["analysis"] = analysis(pre, post, attributions)
    described = [violation(v.feature, v.check, v.describe()) for v in violations]
    files["violations"] = {"violations": described}
    return Findings(violations, drifts, measured, reason, bias, agreement, files)


def _quality(
    labelled: pd.DataFrame, model: Model, gate: Mapping[str, Any], draws: int, found: list[Violation]
) -> tuple[Quality | None, str | None]:
    """The quality, or the reason why there is none; an undefined figure must not prevent the others."""
    lost = _rule_lost(labelled, found)
    if lost is not None:
        return None, lost
    try:
        return quality.measure(labelled, model.rule(labelled), gate, draws), None
    except UndefinedError as problem:
        return None, str(problem)


def _rule_lost(labelled: pd.DataFrame, found: list[Violation]) -> str | None:
    """The gain over a rule would rise as the rule's own column loses its values."""
    rule, missing = schema.rule_of_thumb(), schema.words()["checks"]["completeness"]
    if rule is None or task().name != "binary":
        return None
    lost = f"{rule.name}, which the one-feature rule is made of, is missing in"
    for v in found:
        if (v.feature, v.check) == (rule.name, missing):
            return f"{lost} {1 - v.value:.0%} of the records, and {1 - v.threshold:.0%} may be"
    # The champion's own training period may have lacked the column for a window, which would allow any share.
    return f"{lost} all labelled records" if labelled[rule.name].isna().all() else None
