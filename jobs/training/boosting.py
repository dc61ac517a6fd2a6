"""
Boosting rounds with early stopping that survive a spot interruption.

The loop is our own because XGBoost's callback forgets, when it resumes, how long ago the best round was.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from common.arrays import Values
from common.metrics import auc
from common.xgb import Booster, DMatrix

# A checkpoint of 300 rounds is about 1 MB; ten rounds take some seconds on a small instance.
CHECKPOINT_ROUNDS = 10
STATE = "progress"
# Leaves of fewer rows follow single events; more than twenty are not needed for any volume.
ROWS_OF_A_LEAF, LARGEST_LEAF = 2500, 20


def min_child_weight(fit_rows: int) -> float:
    """The least that a leaf holds where nobody says so: a row for each 2,500 of the fit slice, 1 to 20."""
    return max(1.0, min(float(LARGEST_LEAF), fit_rows / ROWS_OF_A_LEAF))


def print_metric(number: int, score: float) -> None:
    """In the form of SageMaker's built-in XGBoost, which its own metric definitions find."""
    print(f"[{number}]\tvalidation-auc:{score:.6f}", flush=True)


@dataclass(frozen=True)
class Slice:
    matrix: DMatrix
    labels: Values


@dataclass(frozen=True)
class Boosting:
    """
    :ivar parameters: of the booster, by the names in `tunable`
    :ivar patience: rounds without a better AUC before it stops
    :ivar data: hash of the rows; a checkpoint of other rows or settings is not resumed
    """

    tunable: ClassVar = (
        "max_depth",
        "eta",
        "min_child_weight",
        "subsample",
        "colsample_bytree",
        "lambda",
        "alpha",
    )
    parameters: Mapping[str, float]
    rounds: int
    patience: int
    seed: int
    data: str

    def run(self, fit: Slice, select: Slice, checkpoints: Path) -> tuple[Booster, float]:
        """The booster cut after its best round, and that round's AUC on the select slice."""
        # Trials of a tuning job are given one place: each resumes from its own file.
        file = checkpoints / f"{self._fingerprint}.json"
        best, best_auc, start_from = self._resume(file)
        booster = self._booster(fit, select, start_from)
        for number in range(booster.num_boosted_rounds(), self.rounds):
            if number - best > self.patience:
                break
            booster.update(fit.matrix, number)
            score = auc(select.labels, booster.predict(select.matrix))
            # Every round's: a tuning job counts the figures, and stops a trial by them.
            print_metric(number, score)
            if score > best_auc:
                best, best_auc = number, score
            if (number + 1) % CHECKPOINT_ROUNDS == 0:
                self._checkpoint(booster, file, best, best_auc)
                # The column sampler has a random state that no model file holds: an uninterrupted run goes on
                # from the file too, so that it grows the trees a resumed one grows.
                booster = self._booster(fit, select, file)
        booster.set_attr(**{STATE: None})
        return booster[: best + 1], best_auc

    def _booster(self, fit: Slice, select: Slice, start_from: Path | None) -> Booster:
        fixed = {"objective": "binary:logistic", "tree_method": "hist", "seed_per_iteration": True}
        parameters = {**self.parameters, **fixed, "seed": self.seed}
        return Booster(parameters, cache=[fit.matrix, select.matrix], model_file=start_from)

    @property
    def _fingerprint(self) -> str:
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def _checkpoint(self, booster: Booster, file: Path, best: int, best_auc: float) -> None:
        state = {"best": best, "bestAuc": best_auc}
        booster.set_attr(**{STATE: json.dumps(state)})
        file.parent.mkdir(parents=True, exist_ok=True)
        # SageMaker copies the folder at any moment: no half-written file may have the name we resume from.
        unfinished = file.with_suffix(".unfinished.json")
        booster.save_model(unfinished)
        unfinished.replace(file)

    def _resume(self, file: Path) -> tuple[int, float, Path | None]:
        """Best round so far, its AUC, and the file to go on from; None to start anew."""
        if file.exists():
            saved = Booster(model_file=file)
            state = json.loads(saved.attr(STATE))
            print(f"resuming after round {saved.num_boosted_rounds() - 1} from {file}", flush=True)
            return state["best"], state["bestAuc"], file
        return 0, float("-inf"), None
