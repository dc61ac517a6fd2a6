"""
Quality of a window whose labels have arrived. A model's AUC follows the season; its gain over the one-feature
rule on the same rows does so less. A violation is a fall of that gain since the gate which the variation
between days does not explain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from captured import PREDICTED, Window, scores_of
from common import schema
from common.arrays import Floats, Values
from common.bootstrap import DayPairs, interval
from common.metrics import Confusion, UndefinedError, multiclass_figures, regression_figures
from common.tables import days_of
from common.tasks import paired_from_json, task
from drift import Violation

MODEL, RULE = "model", "rule"
# Fixed seeds make the result reproducible; they differ so that window and gate are drawn independently.
WINDOW_SEED, GATE_SEED = 20130601, 20130602


@dataclass(frozen=True)
class Quality:
    """
    Gains are the advantage of the model over the rule by `measure`, and `interval` is the interval of the
    gain. `drop` is the window's gain minus the gate's, and `dropInterval` its 95 % interval. `guard` is the
    second measure.
    """

    measure: str
    score: float
    scoreInterval: tuple[float, float]  # noqa: N815 - named as in outcome.json
    ruleScore: float  # noqa: N815
    ruleScoreInterval: tuple[float, float]  # noqa: N815
    guard: float
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
    labels, scores, kind = rows[schema.label_column()].to_numpy(), scores_of(rows), task()
    if kind.name == "binary" and (labels == labels[0]).all():
        raise UndefinedError(
            f"all {len(labels):,} labelled records have {schema.label_column()} = {labels[0]:g}: "
            "ranking them needs both outcomes"
        )
    here = kind.paired(days_of(rows), labels, {MODEL: scores, RULE: rule})
    there = paired_from_json(gate["days"])
    gain = float(here.gain(MODEL, RULE)[0])
    weights = here.draw(draws, WINDOW_SEED)
    gains = here.gain(MODEL, RULE, weights)
    gate_gains = there.gain(gate["model"], gate["rule"], there.draw(draws, GATE_SEED))
    return Quality(
        measure=kind.measure,
        score=float(here.measure(MODEL)[0]),
        scoreInterval=interval(here.measure(MODEL, weights)),
        ruleScore=float(here.measure(RULE)[0]),
        ruleScoreInterval=interval(here.measure(RULE, weights)),
        guard=kind.guarded(labels, scores),
        gain=gain,
        interval=interval(gains),
        drop=gain - gate["value"],
        dropInterval=interval(gains - gate_gains),
    )


def statistics(rows: pd.DataFrame, quality: Quality, window: Window, draws: int) -> dict[str, Any]:
    """
    model_quality_statistics.json of the managed monitor. The managed monitor computes standard deviations
    from samples of rows, this function from samples of days.
    """
    times = {"start_time": f"{window.start}T00:00:00Z", "end_time": f"{window.end}T00:00:00Z"}
    # The managed monitor's name of each task.
    name, figures = {
        "binary": ("binary_classification", _binary),
        "multiclass": ("multiclass_classification", _multiclass),
        "regression": ("regression", _regression),
    }[task().name]
    return {
        "version": 0.0,
        "dataset": {"item_count": len(rows), **times},
        f"{name}_metrics": figures(rows, quality, draws),
    }


def _regression(rows: pd.DataFrame, quality: Quality, draws: int) -> dict[str, Any]:
    labels, answers = rows[schema.label_column()].to_numpy(), scores_of(rows)
    figures = regression_figures(labels, answers)
    return {name: {"value": figures[name]} for name in ("mae", "mse", "rmse", "r2")}


def _multiclass(rows: pd.DataFrame, quality: Quality, draws: int) -> dict[str, Any]:
    """
    Classes are numbered as in dataset.json. The managed monitor weights its means by rows; here all classes
    count alike.
    """
    figures = multiclass_figures(rows[schema.label_column()].to_numpy(), scores_of(rows))
    matrix = {
        str(truth): {str(said): count for said, count in enumerate(row)}
        for truth, row in enumerate(figures["confusion"])
    }
    measured = {
        name: {"value": figures[name]} for name in ("accuracy", "macroPrecision", "macroRecall", "macroF1")
    }
    return {"confusion_matrix": matrix, **measured}


def _binary(rows: pd.DataFrame, quality: Quality, draws: int) -> dict[str, Any]:
    labels, predicted = rows[schema.label_column()].to_numpy(), rows[PREDICTED].to_numpy(dtype=bool)
    pairs = DayPairs.of(days_of(rows), labels, {MODEL: scores_of(rows)})
    weights = pairs.draw(draws, WINDOW_SEED)
    drawn = weights @ _confusion_by_day(rows, labels, predicted)
    whole = Confusion.of(labels, predicted)
    figures = {
        name: {"value": getattr(whole, name), "standard_deviation": float(np.std(values))}
        for name, values in _ratios(drawn).items()
    }
    spread = float(np.nanstd(pairs.measure(MODEL, weights)))
    figures["auc"] = {"value": quality.score, "standard_deviation": spread}
    matrix = {"0": {"0": whole.tn, "1": whole.fp}, "1": {"0": whole.fn, "1": whole.tp}}
    return {"confusion_matrix": matrix, **figures}


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
