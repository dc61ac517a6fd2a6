"""Refusals of tuning jobs. Sources: docs/fidelity.md and the Developer Guide."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine.host import InvalidError

_TERMINAL = ("Completed", "Stopped", "Failed")
_MOST_EPOCHS = 20_000
_EPOCHS_INFERRED_FROM = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
_MOST_TRIALS = 500
_MOST_CHANGES = 10
_MAY_CHANGE = (
    "algorithmSpecification", "inputDataConfig", "outputDataConfig", "staticHyperParameters", "roleArn",
    "resourceConfig", "stoppingCondition", "vpcConfig", "enableManagedSpotTraining", "checkpointConfig",
)  # fmt: skip


def refuse_invalid(config: Mapping[str, Any]) -> None:
    """Raise ValidationException for pairs of strategy and ranges, and for bounds, that AWS refuses."""
    limits, ranges = config["ResourceLimits"], config.get("ParameterRanges", {})
    numeric = [
        *ranges.get("IntegerParameterRanges", []),
        *ranges.get("ContinuousParameterRanges", []),
    ]
    categorical = ranges.get("CategoricalParameterRanges", [])
    if not numeric and not categorical:
        raise InvalidError("ParameterRanges names no hyperparameter to tune.")
    for item in numeric:
        _refuse_bounds(item)
    if config["Strategy"] == "Grid":
        if numeric:
            raise InvalidError("Grid search only supports categorical parameter ranges.")
        size = math.prod(len(item["Values"]) for item in categorical)
        if limits.get("MaxNumberOfTrainingJobs", size) != size:
            raise InvalidError(
                f"MaxNumberOfTrainingJobs must be {size}, the number of combinations of the grid, or absent."
            )
    elif "MaxNumberOfTrainingJobs" not in limits:
        raise InvalidError(f"MaxNumberOfTrainingJobs is required for strategy {config['Strategy']}.")
    else:
        _refuse_few_combinations(ranges, limits["MaxNumberOfTrainingJobs"])
    if limits["MaxParallelTrainingJobs"] > limits.get(
        "MaxNumberOfTrainingJobs", limits["MaxParallelTrainingJobs"]
    ):
        raise InvalidError("MaxParallelTrainingJobs must not exceed MaxNumberOfTrainingJobs.")
    names = tuned_names(config)
    if len(set(names)) < len(names):
        raise InvalidError(f"A hyperparameter has more than one range: {sorted(names)}.")


def hyperband(config: Mapping[str, Any], static: Mapping[str, str]) -> Mapping[str, Any]:
    """The configuration with its MaxResource, inferred as by SageMaker; else ValidationException."""
    given = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig")
    if config["Strategy"] != "Hyperband":
        if given is not None:
            raise InvalidError("HyperbandStrategyConfig is only supported for the Hyperband strategy.")
        return config
    if config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
        raise InvalidError(
            "TrainingJobEarlyStoppingType must be Off for strategy Hyperband, which stops trials itself."
        )
    inferred = [int(static[name]) for name in _EPOCHS_INFERRED_FROM if name in static]
    limits = {"MinResource": 1, **({"MaxResource": inferred[0]} if inferred else {}), **(given or {})}
    if "MaxResource" not in limits:
        raise InvalidError(
            "MaxResource parameter is not provided and could not be inferred from provided static "
            "hyperparameters of TrainingJobDefinition."
        )
    if not limits["MinResource"] <= limits["MaxResource"] <= _MOST_EPOCHS:
        raise InvalidError(
            f"MinResource {limits['MinResource']} and MaxResource {limits['MaxResource']} must be in this "
            f"order, and at most {_MOST_EPOCHS}."
        )
    return {**config, "StrategyConfig": {"HyperbandStrategyConfig": limits}}


def refuse_warm_start(params: Mapping[str, Any], parents: Sequence[Mapping[str, Any]], launched: int) -> None:
    """
    Raise ValidationException for parents that AWS does not continue.

    :param launched: trials of all parents
    """
    config, definition = params["HyperParameterTuningJobConfig"], params["TrainingJobDefinition"]
    if config["Strategy"] not in ("Bayesian", "Random"):
        raise InvalidError(f"A warm start of strategy {config['Strategy']} is not rehearsed.")
    for parent in parents:
        name, status = parent["HyperParameterTuningJobName"], parent["HyperParameterTuningJobStatus"]
        if status not in _TERMINAL:
            raise InvalidError(f"Parent tuning job {name} is in status {status}; it must have ended.")
        _refuse_other_search(config, definition, parent)
        _refuse_other_training(definition, parent["TrainingJobDefinition"])
        if params["WarmStartConfig"]["WarmStartType"] == "IdenticalDataAndAlgorithm":
            _refuse_other_data(definition, parent["TrainingJobDefinition"], name)
    total = launched + config["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    if total > _MOST_TRIALS:
        raise InvalidError(
            f"{total} training jobs, those of the parents among them, exceed the limit of {_MOST_TRIALS}."
        )


def _refuse_other_search(
    config: Mapping[str, Any], definition: Mapping[str, Any], parent: Mapping[str, Any]
) -> None:
    before = parent["HyperParameterTuningJobConfig"]
    name, objective = parent["HyperParameterTuningJobName"], "HyperParameterTuningJobObjective"
    if config[objective] != before[objective]:
        raise InvalidError(f"The objective metric must be that of parent tuning job {name}.")
    static, static_before = (
        each.get("StaticHyperParameters", {}) for each in (definition, parent["TrainingJobDefinition"])
    )
    tuned, tuned_before = _tuned(config), _tuned(before)
    if {*static, *tuned} != {*static_before, *tuned_before}:
        raise InvalidError(
            "The set of tunable plus static HyperParameter names is not the same across current and parent "
            "tuning jobs. Please ensure this set is constant when warm starting. Note that previously static "
            "HyperParameters can be tuned in warm start jobs and vice versa."
        )
    other = [each for each in tuned if each in tuned_before and tuned[each][0] != tuned_before[each][0]]
    if other:
        raise InvalidError(
            f"The type of hyperparameters {other} differs from that in parent tuning job {name}."
        )
    # A changed value counts twice, like in the Developer Guide, and a range of categories with every one.
    changes = sum(
        len(tuned_before[each][1]) if each in tuned_before else 2
        for each, value in static.items()
        if static_before.get(each) != value
    )
    if changes > _MOST_CHANGES:
        raise InvalidError(
            f"{changes} changes of static hyperparameters since parent tuning job {name}; at most "
            f"{_MOST_CHANGES} are allowed."
        )


def _refuse_other_training(definition: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    differing = {key for key in {*definition, *before} if definition.get(key) != before.get(key)}
    if any(key[0].lower() + key[1:] not in _MAY_CHANGE for key in differing):
        raise InvalidError(
            "Only the following fields in TrainingJobDefinition are allowed to change: "
            f"[{', '.join(_MAY_CHANGE)}]."
        )


def _refuse_other_data(definition: Mapping[str, Any], before: Mapping[str, Any], name: str) -> None:
    image = "TrainingImage"
    if (
        definition["AlgorithmSpecification"][image] != before["AlgorithmSpecification"][image]
        or definition["InputDataConfig"] != before["InputDataConfig"]
    ):
        raise InvalidError(
            "IdenticalDataAndAlgorithm needs the training image and the input data of parent tuning job "
            f"{name}."
        )


def tuned_names(config: Mapping[str, Any]) -> list[str]:
    return [item["Name"] for ranges in config["ParameterRanges"].values() for item in ranges]


def _tuned(config: Mapping[str, Any]) -> dict[str, tuple[str, list[str]]]:
    """Type and categories by name."""
    return {
        item["Name"]: (kind, item.get("Values", [""]))
        for kind, ranges in config["ParameterRanges"].items()
        for item in ranges
    }


def _refuse_few_combinations(ranges: Mapping[str, Any], trials: int) -> None:
    if ranges.get("ContinuousParameterRanges"):
        return
    whole = ranges.get("IntegerParameterRanges", [])
    count = math.prod(int(item["MaxValue"]) - int(item["MinValue"]) + 1 for item in whole) * math.prod(
        len(item["Values"]) for item in ranges.get("CategoricalParameterRanges", [])
    )
    if count < trials:
        raise InvalidError(
            "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter "
            f"combinations for the provided ranges [{count:.1f}] must be equal or greater than the value of "
            f"MaxNumberOfJobs, [{trials}]. Provide additional ranges."
        )


def _refuse_bounds(item: Mapping[str, str]) -> None:
    try:
        low, high = float(item["MinValue"]), float(item["MaxValue"])
    except ValueError:
        raise InvalidError(
            f"Range of {item['Name']}: {item['MinValue']} and {item['MaxValue']} must be numbers."
        ) from None
    if low > high:
        raise InvalidError(f"Range of {item['Name']}: MinValue {low:g} is above MaxValue {high:g}.")
    scale = item.get("ScalingType", "Auto")
    if scale == "Logarithmic" and low <= 0:
        raise InvalidError(
            f"Range of {item['Name']}: logarithmic scaling needs MinValue above 0, not {low:g}."
        )
    if scale == "ReverseLogarithmic" and not 0 <= low <= high < 1:
        raise InvalidError(f"Range of {item['Name']}: reverse logarithmic scaling needs 0 <= values < 1.")
