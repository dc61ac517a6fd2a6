"""
The tasks of a model: a probability, a class or a number. One measure ranks models in early stopping, gate and
monitor. A gain is positive when the first model is better, whatever the measure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from common import schema
from common.arrays import Bools, Days, Values
from common.bootstrap import DayLosses, DayPairs, Paired
from common.metrics import auc, brier, log_losses, multiclass_brier


@dataclass(frozen=True)
class Task:
    """
    :ivar measure: name of the measure in texts
    :ivar metric: name in XGBoost's output for the select slice, matched by SageMaker's own definitions
    :ivar score: measure of labels and answers; higher is better when `rising`
    :ivar paired: the measure by days, for intervals of differences
    :ivar guard: second measure, which must not get worse; lower is better
    :ivar relative: whether guard and segments are compared as shares of the champion's figure
    """

    name: str
    measure: str
    metric: str
    rising: bool
    score: Callable[[Values, Values], float]
    paired: Callable[[Days, Values, Mapping[str, Values]], Paired]
    guard: str
    guarded: Callable[[Values, Values], float]
    relative: bool

    def better(self, score: float, than: float) -> bool:
        return score > than if self.rising else score < than

    def gain(self, score: float, over: float) -> float:
        """Positive when `score` is better."""
        difference = score - over if self.rising else over - score
        return difference / over if self.relative else difference


def absolute_errors(labels: Values, answers: Values) -> Values:
    return np.abs(labels - answers)


def root_mean_square_error(labels: Values, answers: Values) -> float:
    return float(np.sqrt(((labels - answers) ** 2).mean()))


def _mean_loss(
    name: str,
    measure: str,
    metric: str,
    losses: Callable[[Values, Values], Values],
    guard: str,
    guarded: Callable[[Values, Values], float],
) -> Task:
    """:param losses: of each row; their mean is the measure"""
    return Task(
        name,
        measure,
        metric,
        rising=False,
        score=lambda labels, answers: float(losses(labels, answers).mean()),
        paired=lambda days, labels, answers: DayLosses.of(days, labels, answers, losses),
        guard=guard,
        guarded=guarded,
        relative=True,
    )


TASKS = {
    task.name: task
    for task in (
        Task("binary", "AUC", "auc", True, auc, DayPairs.of, "Brier score", brier, False),
        _mean_loss("multiclass", "log loss", "mlogloss", log_losses, "Brier score", multiclass_brier),
        _mean_loss("regression", "MAE", "mae", absolute_errors, "RMSE", root_mean_square_error),
    )
}


def task() -> Task:
    """The task of the configured dataset."""
    return TASKS[schema.problem().get("task", "binary")]


def class_names() -> list[str]:
    """The classes in the order of their codes."""
    return [one["name"] for one in schema.problem()["classes"]]


def prices() -> tuple[float, float]:
    """Cost of a false alarm and of a miss."""
    costs = schema.problem()["costs"]
    return costs["falseAlarm"], costs["miss"]


def positive(values: Values) -> Bools:
    """
    Whether each outcome is the positive one in comparisons of groups.

    :param values: labels, or decisions of a model in the same form
    """
    problem = schema.problem()
    if "classes" in problem:
        return np.isin(values, [class_names().index(name) for name in problem["positive"]])
    return np.asarray(values) >= problem.get("positiveFrom", 1)


def positive_text() -> str:
    """The meaning of `positive`, as written to analysis.json."""
    problem = schema.problem()
    return ", ".join(problem["positive"]) if "classes" in problem else f"{problem.get('positiveFrom', 1):g}"


def paired_from_json(content: Mapping[str, Any]) -> Paired:
    return DayLosses.from_json(content) if "losses" in content else DayPairs.from_json(content)
