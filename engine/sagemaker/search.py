"""Search strategies of a tuning job with early stopping of trials: Optuna's samplers and pruners."""

import itertools
import statistics
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.pruners import BasePruner, HyperbandPruner, NopPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

Candidate = dict[str, str]

# The authors of Hyperband let a third of the trials pass each rung.
_REDUCTION = 3

optuna.logging.set_verbosity(optuna.logging.WARNING)


@dataclass(frozen=True)
class _Axis:
    """A tuned hyperparameter. SageMaker's reverse logarithmic scale is the logarithmic one of `1 - x`."""

    space: BaseDistribution
    reversed: bool = False

    def text(self, value: Any) -> str:
        return str(1 - value if self.reversed else value)

    def value(self, text: str) -> Any:
        if isinstance(self.space, CategoricalDistribution):
            return text
        number = 1 - float(text) if self.reversed else float(text)
        return round(number) if isinstance(self.space, IntDistribution) else number


class Search:
    """
    The trials of a HyperParameterTuningJobConfig, one after the other.

    :param earlier: trials of other tuning jobs with their objectives; those outside the ranges are ignored
    """

    def __init__(
        self, config: Mapping[str, Any], earlier: Sequence[tuple[Mapping[str, str], float]] = ()
    ) -> None:
        self.lock = threading.Lock()
        self.axes = dict(_axes(config["ParameterRanges"]))
        self._spaces = {name: axis.space for name, axis in self.axes.items()}
        limits = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
        self.most_epochs: int | None = limits.get("MaxResource")
        # Hyperband derives the bracket of a trial from the study's name.
        self.study = optuna.create_study(
            study_name="tuning",
            direction=config["HyperParameterTuningJobObjective"]["Type"].lower(),
            sampler=_sampler(config["Strategy"], config.get("RandomSeed")),
            pruner=_pruner(config, limits),
        )
        grid = list(self._grid()) if config["Strategy"] == "Grid" else []
        for combination in grid:
            self.study.enqueue_trial(combination)
        self.trials: int = len(grid) or config["ResourceLimits"]["MaxNumberOfTrainingJobs"]
        for candidate, value in earlier:
            self._learn(candidate, value)

    def draw(self) -> "Trial":
        with self.lock, warnings.catch_warnings(action="ignore"):
            return Trial(self, self.study.ask(self._spaces))

    def _grid(self) -> Sequence[dict[str, Any]]:
        choices = [
            axis.space.choices
            for axis in self.axes.values()
            if isinstance(axis.space, CategoricalDistribution)
        ]
        return [dict(zip(self.axes, values, strict=True)) for values in itertools.product(*choices)]

    def _learn(self, candidate: Mapping[str, str], value: float) -> None:
        params = {name: axis.value(candidate[name]) for name, axis in self.axes.items()}
        try:
            self.study.add_trial(create_trial(params=params, distributions=self._spaces, value=value))
        except ValueError:
            return


class Trial:
    """One combination of hyperparameters with its objective per epoch."""

    def __init__(self, search: Search, trial: optuna.Trial) -> None:
        self._search, self._trial = search, trial
        self.candidate: Candidate = {
            name: search.axes[name].text(value) for name, value in trial.params.items()
        }
        self.epochs = 0

    def stops_after(self, objective: float) -> bool:
        """Whether the trial is stopped after an epoch with this objective."""
        self.epochs += 1
        with self._search.lock:
            self._trial.report(objective, self.epochs)
            return self.epochs == self._search.most_epochs or self._trial.should_prune()

    def end(self, objective: float | None) -> None:
        """The last objective counts, also that of a stopped trial; None when there is none."""
        with self._search.lock:
            self._search.study.tell(
                self._trial, objective, state=TrialState.FAIL if objective is None else TrialState.COMPLETE
            )


def _axes(ranges: Mapping[str, Any]) -> Sequence[tuple[str, _Axis]]:
    def continuous(item: Mapping[str, str]) -> _Axis:
        low, high, scale = float(item["MinValue"]), float(item["MaxValue"]), item.get("ScalingType")
        if scale == "ReverseLogarithmic":
            return _Axis(FloatDistribution(1 - high, 1 - low, log=True), reversed=True)
        return _Axis(FloatDistribution(low, high, log=scale == "Logarithmic"))

    def integer(item: Mapping[str, str]) -> _Axis:
        low, high = int(item["MinValue"]), int(item["MaxValue"])
        return _Axis(IntDistribution(low, high, log=item.get("ScalingType") == "Logarithmic"))

    return [
        *((it["Name"], integer(it)) for it in ranges.get("IntegerParameterRanges", [])),
        *((it["Name"], continuous(it)) for it in ranges.get("ContinuousParameterRanges", [])),
        *(
            (it["Name"], _Axis(CategoricalDistribution(it["Values"])))
            for it in ranges.get("CategoricalParameterRanges", [])
        ),
    ]


def _sampler(strategy: str, seed: int | None) -> BaseSampler:
    if strategy == "Bayesian":
        # SageMaker's search uses its first trials; Optuna's would draw ten at random first. Its tenth of good
        # trials is one or two of a small tuning job, too few to learn from; docs/models/tuning.md shows a
        # quarter on Branin's function. Optuna 5 accepts `gamma`, with a warning about version 6.
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            return TPESampler(seed=seed, n_startup_trials=5, gamma=lambda ended: -(-ended // 4))
    return RandomSampler(seed=seed)


def _pruner(config: Mapping[str, Any], limits: Mapping[str, int]) -> BasePruner:
    if config["Strategy"] == "Hyperband":
        return HyperbandPruner(limits.get("MinResource", 1), limits["MaxResource"], _REDUCTION)
    if config.get("TrainingJobEarlyStoppingType") == "Auto":
        return MedianOfAverages()
    return NopPruner()


class MedianOfAverages(BasePruner):
    """The Developer Guide's rule: stop below the median of the running averages of earlier trials."""

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        epoch = trial.last_step
        if epoch is None:
            return False
        averages = [
            statistics.fmean(value for step, value in other.intermediate_values.items() if step <= epoch)
            for other in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
            if epoch in other.intermediate_values
        ]
        if not averages:
            return False
        lead = trial.intermediate_values[epoch] - statistics.median(averages)
        return lead < 0 if study.direction is optuna.study.StudyDirection.MAXIMIZE else lead > 0
