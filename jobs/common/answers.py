"""Predictions as JSON: the endpoint writes them, and the monitor validates them when it reads them back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from common import schema
from common.instances import Columns
from common.model import Model
from common.tasks import class_names, task

Answer = dict[str, Any]
# The score (a probability, one per class, or a number) and the decision (yes or no, a class, the number).
Believed = tuple[float | list[float], bool | int | float]


def answers(model: Model, columns: Columns) -> list[Answer]:
    """
    One answer per row, with its key. Binary: `score` is the probability, and the label's name holds the
    decision. Multi-class: the label's name holds the likeliest class, `scores` the probability of each.
    Regression: `score` is the number, `lower` and `upper` bound the interval.
    """
    key, label = schema.id_column(), schema.label_column()
    scores = model.score(columns)
    if task().name == "multiclass":
        names = class_names()
        return [
            {
                key: identity,
                "score": max(row),
                label: names[int(np.argmax(row))],
                "scores": dict(zip(names, row, strict=True)),
            }
            for identity, row in zip(columns[key], scores.tolist(), strict=True)
        ]
    if task().name == "regression":
        bounds = model.interval(columns).tolist()
        return [
            {key: identity, "score": score, "lower": low, "upper": high}
            for identity, score, (low, high) in zip(columns[key], scores.tolist(), bounds, strict=True)
        ]
    decided = model.decide(columns, scores).tolist()
    return [
        {key: identity, "score": score, label: said}
        for identity, score, said in zip(columns[key], scores.tolist(), decided, strict=True)
    ]


def believed(answer: Mapping[str, Any], key: str) -> Believed:
    """:raises ValueError: naming the fault and the value"""
    label, score = schema.label_column(), answer.get("score")
    if task().name == "regression":
        return _number(score, "score", key, -schema.LARGEST, schema.LARGEST), float(answer["score"])
    if task().name == "multiclass":
        given, names = answer.get("scores"), class_names()
        if not isinstance(given, dict) or list(given) != names:
            raise ValueError(f"scores must hold {', '.join(names)}, got {given!r:.60} for {key!r}")
        shares = [_number(given[name], f"scores.{name}", key, 0, 1) for name in names]
        if answer.get(label) not in names:
            raise ValueError(
                f"{label} must be one of {', '.join(names)}, got {answer.get(label)!r} for {key!r}"
            )
        return shares, names.index(answer[label])
    probability = _number(score, "score", key, 0, 1)
    if not isinstance(answer.get(label), bool):
        raise ValueError(
            f"{label} of a prediction must be true or false, got {answer.get(label)!r} for {key!r}"
        )
    return probability, answer[label]


def _number(value: Any, name: str, key: str, low: float, high: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} must be a number from {low:.16g} to {high:.16g}, got {value!r} for {key!r}")
    return float(value)
