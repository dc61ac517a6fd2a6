"""
Boosted trees. The rounds are an own loop because XGBoost's early-stopping callback loses its count of rounds
since the best one when a job resumes.
"""

import json
from pathlib import Path
from typing import Any

from common import schema
from common.arrays import Values
from common.predictors import QUANTILES, Boosted, dmatrix, median
from common.tasks import class_names, task
from common.xgb import Booster
from rounds import Progress, Settings, Slice

# A checkpoint of 300 rounds is about 1 MB; ten rounds take some seconds on a small instance.
CHECKPOINT_ROUNDS = 10
STATE = "progress"
# Leaves of fewer rows follow single events; more than twenty rows are not needed at any volume.
ROWS_OF_A_LEAF, LARGEST_LEAF = 2500, 20
# Settings of the loop of rounds; XGBoost warns about names that it does not use.
NOT_OF_THE_BOOSTER = ("num_round", "early_stopping_rounds")


def min_child_weight(fit_rows: int) -> float:
    """Default for the smallest leaf: one row per 2,500 of the fit slice, 1 to 20."""
    return max(1.0, min(float(LARGEST_LEAF), fit_rows / ROWS_OF_A_LEAF))


def objective() -> dict[str, Any]:
    """XGBoost's names for the task of the dataset."""
    problem = schema.problem()
    if task().name == "multiclass":
        return {"objective": "multi:softprob", "num_class": len(class_names())}
    if task().name == "binary":
        return {"objective": "binary:logistic"}
    if problem["loss"] == "quantile":
        outside = 1 - problem["intervalLevel"]
        return {"objective": "reg:quantileerror", "quantile_alpha": [outside / 2, 0.5, 1 - outside / 2]}
    return {"objective": {"squared": "reg:squarederror", "absolute": "reg:absoluteerror"}[problem["loss"]]}


class Boosting:
    every = CHECKPOINT_ROUNDS
    suffix = ".json"

    def __init__(self, settings: Settings, fit: Slice, select: Slice) -> None:
        self._fit = dmatrix(fit.matrix, fit.labels, fit.weights)
        self._select = dmatrix(select.matrix, select.labels)
        given = {name: value for name, value in settings.items() if name not in NOT_OF_THE_BOOSTER}
        fixed = {**objective(), "tree_method": "hist", "seed_per_iteration": True}
        self._parameters = {"min_child_weight": min_child_weight(len(fit.labels)), **given, **fixed}
        self._booster = self._from(None)

    def grow(self, number: int) -> None:
        self._booster.update(self._fit, number)

    def scores(self) -> Values:
        return median(self._booster, self._booster.predict(self._select))

    def keep(self) -> None:
        """Only the number of the best round is needed, because trees are only ever added."""

    def cut(self, best: int) -> Boosted:
        self._booster.set_attr(**{STATE: None})
        return Boosted(self._booster[: best + 1])

    def save(self, file: Path, progress: Progress) -> None:
        self._booster.set_attr(**{STATE: json.dumps(vars(progress))})
        self._booster.save_model(file)
        # The random state of the column sampler is not part of a model file. An uninterrupted run reloads the
        # file as well, so that it grows the same trees as a resumed one.
        self._booster = self._from(file)

    def resume(self, file: Path) -> Progress:
        self._booster = self._from(file)
        return Progress(**json.loads(self._booster.attr(STATE)))

    def _from(self, file: Path | None) -> Booster:
        booster = Booster(self._parameters, cache=[self._fit, self._select], model_file=file)
        if "quantile_alpha" in self._parameters:
            booster.set_attr(**{QUANTILES: json.dumps(self._parameters["quantile_alpha"])})
        return booster
