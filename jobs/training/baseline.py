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
    completeness = min(float(values[inside].notna().mean()) for inside in masks)
    if column.kind == "numeric":
        numbers = values.to_numpy(dtype=np.float64)
        noise = max(ks_distance(numbers[inside], numbers[~inside]) for inside in masks)
        return {"distance": max(LEAST_DISTANCE, noise), "completeness": completeness}
    counts = [(values[inside].value_counts(), values[~inside].value_counts()) for inside in masks]
    noise = max(linf_distance(block.to_dict(), rest.to_dict()) for block, rest in counts)
    unseen = max(float(block[~block.index.isin(rest.index)].sum() / block.sum()) for block, rest in counts)
    return {
        "distance": max(LEAST_DISTANCE, noise),
        "unseen": max(LEAST_UNSEEN, unseen),
        "completeness": completeness,
    }
