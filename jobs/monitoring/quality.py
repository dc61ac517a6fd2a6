"""
Quality of a window whose labels have come. A model's AUC follows the season; its gain over the one-feature
rule on the same rows does so less. A violation is a fall of that gain since the gate that days do not
explain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from captured import PREDICTED, SCORE, Window
from common import schema
from common.arrays import Floats, Values
from common.bootstrap import DayPairs, interval
from common.metrics import Confusion, UndefinedError, brier
from common.tables import days_of
from drift import Violation

MODEL, RULE = "model", "rule"

# Fixed, so that a window looked at again says the same; two, so that window and gate are drawn independently.
WINDOW_SEED, GATE_SEED = 20130601, 20130602


@dataclass(frozen=True)
class Quality:
    """
    Gains are AUC of the model minus AUC of the rule; `interval` is of the gain; `dropInterval` is the 95 %
    interval of the window's gain minus the gate's, `drop` its value.
    """

    auc: float
    aucInterval: tuple[float, float]  # noqa: N815 - as written to outcome.json
    ruleAuc: float  # noqa: N815
    ruleAucInterval: tuple[float, float]  # noqa: N815
    brier: float
    gain: float
    interval: tuple[float, float]
    drop: float
    dropInterval: tuple[float, float]  # noqa: N815

    def violations(self) -> list[Violation]:
        if self.dropInterval[1] >= 0:
            return []
        return [
            Violation(
                "gain_over_rule", schema.words()["checks"]["modelQuality"], self.drop, 0.0, retrain=True
            )
        ]


def measure(rows: pd.DataFrame, rule: Values, gate: Mapping[str, Any], draws: int) -> Quality:
    """
    :param rows: labelled rows of the window, with `score`
    :param gate: `gain_over_rule` of model_quality_constraints.json
    :raises UndefinedError: when the window holds one class only
    """
    labels, scores = rows[schema.label_column()].to_numpy(), rows[SCORE].to_numpy()
    if (labels == labels[0]).all():
        raise UndefinedError(
            f"all {len(labels):,} labelled records have {schema.label_column()} = {labels[0]:g}: "
            "ranking them needs both outcomes"
        )
    here = DayPairs.of(days_of(rows), labels, {MODEL: scores, RULE: rule})
    there = DayPairs.from_json(gate["days"])
    gain = float(here.gain(MODEL, RULE)[0])
    weights = here.draw(draws, WINDOW_SEED)
    aucs, rule_aucs = here.auc(MODEL, weights), here.auc(RULE, weights)
    gains = aucs - rule_aucs
    gate_gains = there.gain(gate["model"], gate["rule"], there.draw(draws, GATE_SEED))
    return Quality(
        auc=float(here.auc(MODEL)[0]),
        aucInterval=interval(aucs),
        ruleAuc=float(here.auc(RULE)[0]),
        ruleAucInterval=interval(rule_aucs),
        brier=brier(labels, scores),
        gain=gain,
        interval=interval(gains),
        drop=gain - gate["value"],
        dropInterval=interval(gains - gate_gains),
    )


def statistics(rows: pd.DataFrame, quality: Quality, window: Window, draws: int) -> dict[str, Any]:
    """
    model_quality_statistics.json of the managed monitor; its standard deviations come from samples of rows,
    these from samples of days.
    """
    labels, predicted = rows[schema.label_column()].to_numpy(), rows[PREDICTED].to_numpy(dtype=bool)
    pairs = DayPairs.of(days_of(rows), labels, {MODEL: rows[SCORE].to_numpy()})
    weights = pairs.draw(draws, WINDOW_SEED)
    per_day = _confusion_by_day(rows, labels, predicted)
    drawn = weights @ per_day
    whole = Confusion.of(labels, predicted)
    figures = {
        name: {"value": getattr(whole, name), "standard_deviation": float(np.std(_ratios(drawn)[name]))}
        for name in ("precision", "recall", "accuracy", "f1")
    }
    figures["auc"] = {"value": quality.auc, "standard_deviation": float(np.nanstd(pairs.auc(MODEL, weights)))}
    matrix = {"0": {"0": whole.tn, "1": whole.fp}, "1": {"0": whole.fn, "1": whole.tp}}
    times = {"start_time": f"{window.start}T00:00:00Z", "end_time": f"{window.end}T00:00:00Z"}
    return {
        "version": 0.0,
        "dataset": {"item_count": len(rows), **times},
        "binary_classification_metrics": {"confusion_matrix": matrix, **figures},
    }


def _confusion_by_day(rows: pd.DataFrame, labels: Values, predicted: Values) -> Floats:
    """tp, fp, tn, fn of each day."""
    days = days_of(rows)
    counts = [Confusion.of(labels[days == day], predicted[days == day]) for day in np.unique(days)]
    return np.array([[c.tp, c.fp, c.tn, c.fn] for c in counts], dtype=np.float64)


def _ratios(counts: Floats) -> dict[str, Floats]:
    tp, fp, tn, fn = counts.T
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = {
            "precision": tp / (tp + fp),
            "recall": tp / (tp + fn),
            "accuracy": (tp + tn) / (tp + fp + tn + fn),
            "f1": 2 * tp / (2 * tp + fp + fn),
        }
    return {name: np.nan_to_num(values) for name, values in ratios.items()}
