"""The simple rule that every model has to outperform on the same rows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from common import schema
from common.arrays import Floats, Values
from common.tasks import class_names, task
from common.transform import plain

if TYPE_CHECKING:
    import pandas as pd  # the endpoint starts without pandas


def name_of() -> str:
    """Name of the rule in messages, for models that answer numbers or classes."""
    segment, shares = _segment(), "shares of the classes" if task().name == "multiclass" else "mean"
    return f"the {shares}" if segment is None else f"the {shares} by {segment}"


def fit(rows: "pd.DataFrame", labels: Values) -> dict[str, Any] | None:
    """
    Mean outcome, or class shares, of each segment of the fit slice; `all` applies to a new segment. None when
    the rule is one feature, which needs no fit.
    """
    if task().name == "binary":
        return None
    segment = _segment()
    learned: dict[str, Any] = {"by": segment, "all": _typical(labels), "each": {}}
    if segment is not None:
        values = rows[segment].to_numpy()
        present = plain(rows[segment].dropna().unique())
        learned["each"] = {str(value): _typical(labels[values == value]) for value in sorted(present)}
    return learned


def answers(learned: Mapping[str, Any], rows: "pd.DataFrame") -> Floats:
    """Answers of the rule in the form of a model's answers."""
    if learned["by"] is None:
        return np.array([learned["all"]] * len(rows), dtype=np.float64)
    known, every = learned["each"], learned["all"]
    values = plain(rows[learned["by"]].to_numpy())
    return np.array([known.get(str(value), every) for value in values], dtype=np.float64)


def _segment() -> str | None:
    return next((column.name for column in schema.features() if column.segment), None)


def _typical(labels: Values) -> float | list[float]:
    if task().name == "regression":
        return float(labels.mean())
    codes = np.asarray(labels, dtype=np.int64)
    counts = np.bincount(codes, minlength=len(class_names()))
    shares: list[float] = (counts / counts.sum()).tolist()
    return shares
