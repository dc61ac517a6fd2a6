"""
What a model answers: a probability, a class or a number. One measure ranks models in early stopping, gate and
monitor alike; a gain is positive where the first model is better, whatever the measure.
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
    :ivar measure: as people say it
    :ivar metric: as XGBoost prints it for the select slice, which SageMaker's own definitions find
    :ivar score: measure of labels and answers; higher is better where `rising`
    :ivar paired: the measure by days, for intervals of differences
    :ivar guard: second measure, which a gain may not cost; lower is better
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
        """Positive where `score` is better."""
        difference = score - over if self.rising else over - score
        return difference / over if self.relative else difference


def mean_absolute_error(labels: Values, answers: Values) -> float:
    return float(np.abs(labels - answers).mean())


def root_mean_square_error(labels: Values, answers: Values) -> float:
    return float(np.sqrt(((labels - answers) ** 2).mean()))


def log_loss(labels: Values, answers: Values) -> float:
    return float(log_losses(labels, answers).mean())


TASKS = {
    task.name: task
    for task in (
        Task("binary", "AUC", "auc", True, auc, DayPairs.of, "Brier score", brier, False),
        Task(
            name="multiclass",
            measure="log loss",
            metric="mlogloss",
            rising=False,
            score=log_loss,
            paired=lambda days, labels, answers: DayLosses.of(days, labels, answers, log_losses),
            guard="Brier score",
            guarded=multiclass_brier,
            relative=True,
        ),
        Task(
            name="regression",
            measure="MAE",
            metric="mae",
            rising=False,
            score=mean_absolute_error,
            paired=lambda days, labels, answers: DayLosses.of(
                days, labels, answers, lambda truth, said: np.abs(truth - said)
            ),
            guard="RMSE",
            guarded=root_mean_square_error,
            relative=True,
        ),
    )
}


def task() -> Task:
    """The task of the chosen dataset."""
    return TASKS[schema.problem().get("task", "binary")]


def class_names() -> list[str]:
    """In the order of their codes."""
    return [one["name"] for one in schema.problem()["classes"]]


def positive(values: Values) -> Bools:
    """
    Which outcomes count as the positive one where groups are compared.

    :param values: labels, or what a model decided, in their form
    """
    problem = schema.problem()
    if "classes" in problem:
        return np.isin(values, [class_names().index(name) for name in problem["positive"]])
    return np.asarray(values) >= problem.get("positiveFrom", 1)


def positive_text() -> str:
    """What `positive` means, as analysis.json has it."""
    problem = schema.problem()
    return ", ".join(problem["positive"]) if "classes" in problem else f"{problem.get('positiveFrom', 1):g}"


def paired_from_json(content: Mapping[str, Any]) -> Paired:
    return DayLosses.from_json(content) if "losses" in content else DayPairs.from_json(content)
