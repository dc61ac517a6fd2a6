"""Special treatment of SageMaker's own XGBoost image, which counts as a built-in algorithm in script mode
too.

Sources: the Developer Guide's pages on XGBoost (versions, tuning); for the refusals docs/fidelity.md."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.host import InvalidError

# A text that contains an image's name is not an image: a tag has neither quotes nor spaces.
_IMAGE = re.compile(r"\.dkr\.ecr\.[\w.-]+/sagemaker-xgboost(?::(?P<tag>[^\s\"]*))?$")
_TAGS = frozenset(
    {"1.0-1", "1.2-1", "1.2-2", "1.3-1", "1.5-1", "1.7-1", "3.0-5", "3.2-0"}
)  # fmt: skip
_TUNABLE = (
    "alpha", "colsample_bylevel", "colsample_bynode", "colsample_bytree", "eta", "gamma", "lambda",
    "max_delta_step", "max_depth", "min_child_weight", "num_round", "subsample",
)  # fmt: skip
_METRICS = (
    "accuracy", "auc", "error", "f1", "logloss", "mae", "map", "merror", "mlogloss", "mse", "ndcg", "rmse",
)  # fmt: skip


def is_first_party(image: str) -> bool:
    return _IMAGE.search(image) is not None


def has_tag(tag: str | None, undocumented: str) -> bool:
    """Whether the registry has it. `undocumented` is the answer to `undocumented-image-tag`: whether the
    names of AWS's build file exist there too."""
    known = (tag or "").removesuffix("-cpu-py3") if undocumented == "accept" else tag
    return known in _TAGS


def refuse_unknown_tags(params: Any, undocumented: str) -> None:
    """Raise ValidationException when a request, at any depth, names a tag that the registry lacks."""
    for text in _texts(params):
        image = _IMAGE.search(text)
        if image and not has_tag(image["tag"], undocumented):
            raise InvalidError(f"Requested image {text} not found.")


def refuse_metric_definitions(algorithm: Mapping[str, Any]) -> None:
    if "MetricDefinitions" in algorithm and is_first_party(algorithm["TrainingImage"]):
        raise InvalidError(
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the "
            "request without specifying metric definitions."
        )


def refuse_untunable(image: str, names: Sequence[str]) -> None:
    untunable = [name for name in names if name not in _TUNABLE]
    if untunable and is_first_party(image):
        raise InvalidError(
            "The hyperparameter tuning job you requested contains the following untunable hyperparameters: "
            f"[{', '.join(untunable)}]. For the algorithm, {image}, you can tune only "
            f"[{', '.join(_TUNABLE)}]. Delete untunable hyperparameters."
        )


def metric_definitions(algorithm: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    """The definitions of a request, or SageMaker's defaults for its own image."""
    if "MetricDefinitions" in algorithm or not is_first_party(algorithm["TrainingImage"]):
        return list(algorithm.get("MetricDefinitions", []))
    return [
        {"Name": f"{part}:{name}", "Regex": rf".*\[[0-9]+\].*#011{part}-{name}:(\S+)"}
        for part in ("train", "validation")
        for name in _METRICS
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
