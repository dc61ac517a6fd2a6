"""What the monitor compares later windows with: the noise between weeks of the model's own data period."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from common import schema
from common.arrays import Bools
from common.metrics import ks_distance, linf_distance
from common.tables import days_of

# Model Monitor's default for both distances: below it nobody would look.
LEAST_DISTANCE = 0.1
# A category needs this share of a window before it counts as new: single flights to new places are normal.
LEAST_UNSEEN = 0.01

Limits = dict[str, dict[str, float]]


def blocks(rows: pd.DataFrame, window_days: int) -> Iterator[Bools]:
    """Masks of consecutive blocks of whole days from the oldest on; an incomplete newest is left out."""
    days = days_of(rows)
    age = ((days - days.min()) // np.timedelta64(1, "D")).astype(int)
    for number in range((age.max() + 1) // window_days):
        yield age // window_days == number


def limits(rows: pd.DataFrame, window_days: int) -> Limits:
    """
    Per feature: the largest distance of a block to the rest of the period (at least `LEAST_DISTANCE`), the
    same for the fraction of values unseen elsewhere, and the lowest completeness of a block. A window that
    differs no more than the period's own weeks do from each other is no drift.

    :raises ValueError: when the period is shorter than two blocks
    """
    masks = list(blocks(rows, window_days))
    if len(masks) < 2:
        raise ValueError(
            f"the data period holds {len(masks)} block of {window_days} days; drift thresholds need two: "
            "train on a longer period, or monitor shorter windows"
        )
    return {column.name: _limit(column, rows[column.name], masks) for column in schema.features()}


def _limit(column: schema.Column, values: "pd.Series[Any]", masks: list[Bools]) -> dict[str, float]:
    everything = np.ones(len(values), dtype=bool)
    limit = {
        "distance": _threshold(column, values, masks, everything),
        "completeness": min(float(values[block].notna().mean()) for block in masks),
    }
    if column.kind == "categorical":
        limit["unseen"] = max(LEAST_UNSEEN, *(_unseen(values[block], values[~block]) for block in masks))
    return limit


def _threshold(column: schema.Column, values: "pd.Series[Any]", masks: list[Bools], period: Bools) -> float:
    return max(
        LEAST_DISTANCE, *(_distance(column, values[block], values[period & ~block]) for block in masks)
    )


def _distance(column: schema.Column, left: "pd.Series[Any]", right: "pd.Series[Any]") -> float:
    if column.kind == "numeric":
        return ks_distance(left.to_numpy(dtype=np.float64), right.to_numpy(dtype=np.float64))
    return linf_distance(left.value_counts().to_dict(), right.value_counts().to_dict())


def _unseen(block: "pd.Series[Any]", rest: "pd.Series[Any]") -> float:
    present = block.dropna()
    return float((~present.isin(rest.unique())).mean())


def false_alarms(rows: pd.DataFrame, window_days: int) -> dict[str, int]:
    """
    Each block in turn is held out, and looked at with the thresholds that the others give: in how many of the
    `windows` would a feature that may start a retraining have violated, though nothing had changed?
    """
    masks = list(blocks(rows, window_days))
    watched = [column for column in schema.features() if column.monitor == "retrain"]
    alarms = 0
    for held in masks:
        others = [block for block in masks if block is not held]
        alarms += any(
            _distance(column, rows.loc[held, column.name], rows.loc[~held, column.name])
            > _threshold(column, rows[column.name], others, ~held)
            for column in watched
        )
    return {"windows": len(masks), "alarms": alarms}
