"""Which hyperparameters a tuning job tries, and which requests for them the service refuses."""

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.host import InvalidError

Candidate = dict[str, str]

# 1.0 itself is outside the reverse-logarithmic scale, whose variable is 1 - x.
_SCALES: Mapping[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "Auto": (float, float),
    "Linear": (float, float),
    "Logarithmic": (math.log, math.exp),
    "ReverseLogarithmic": (lambda x: -math.log1p(-x), lambda y: -math.expm1(-y)),
}


def candidates(config: Mapping[str, Any]) -> Iterator[Candidate]:
    """The trials of a HyperParameterTuningJobConfig, as many as its limits allow."""
    ranges = config["ParameterRanges"]
    categorical = ranges.get("CategoricalParameterRanges", [])
    if config["Strategy"] == "Grid":
        names = [item["Name"] for item in categorical]
        for values in itertools.product(*(item["Values"] for item in categorical)):
            yield dict(zip(names, values, strict=True))
        return
    draw = random.Random(config.get("RandomSeed"))
    for _ in range(config["ResourceLimits"]["MaxNumberOfTrainingJobs"]):
        yield {
            **{item["Name"]: draw.choice(item["Values"]) for item in categorical},
            **{item["Name"]: str(_integer(item, draw)) for item in ranges.get("IntegerParameterRanges", [])},
            **{
                item["Name"]: repr(_drawn(item, draw)) for item in ranges.get("ContinuousParameterRanges", [])
            },
        }


def _drawn(item: Mapping[str, str], draw: random.Random) -> float:
    scaled, back = _SCALES[item.get("ScalingType", "Auto")]
    low, high = float(item["MinValue"]), float(item["MaxValue"])
    return min(high, max(low, back(draw.uniform(scaled(low), scaled(high)))))


def _integer(item: Mapping[str, str], draw: random.Random) -> int:
    if item.get("ScalingType", "Auto") in ("Auto", "Linear"):
        return draw.randint(int(item["MinValue"]), int(item["MaxValue"]))
    return round(_drawn(item, draw))


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
    if limits["MaxParallelTrainingJobs"] > limits.get(
        "MaxNumberOfTrainingJobs", limits["MaxParallelTrainingJobs"]
    ):
        raise InvalidError("MaxParallelTrainingJobs must not exceed MaxNumberOfTrainingJobs.")
    if config["Strategy"] == "Hyperband" and config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
        raise InvalidError(
            "TrainingJobEarlyStoppingType must be Off for strategy Hyperband, which stops trials itself."
        )
    for item in numeric:
        _refuse_bounds(item)
    names = tuned_names(config)
    if len(set(names)) < len(names):
        raise InvalidError(f"A hyperparameter has more than one range: {sorted(names)}.")


def tuned_names(config: Mapping[str, Any]) -> list[str]:
    return [item["Name"] for ranges in config["ParameterRanges"].values() for item in ranges]


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


def best(trials: Sequence[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """The trial with the best objective, `kind` being Maximize or Minimize; None while none has one."""
    measured = [trial for trial in trials if "FinalHyperParameterTuningJobObjectiveMetric" in trial]
    sign = 1 if kind == "Maximize" else -1
    return max(
        measured,
        key=lambda trial: sign * trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"],
        default=None,
    )
