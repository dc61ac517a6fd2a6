"""Baseline for the monitor: the variation between weeks of the model's own training period."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from common import schema
from common.arrays import Bools, Floats
from common.tables import days_of

# Model Monitor's default for both distances; smaller ones are not reported.
LEAST_DISTANCE = 0.1
# Share of a window from which an unseen category counts: single events of a new kind are normal.
LEAST_UNSEEN = 0.01
# Tolerance below the completeness of the worst block: gaps of some hours occur in any period.
LEAST_MISSING = 0.05

Limits = dict[str, dict[str, float]]


def blocks(rows: pd.DataFrame, window_days: int) -> Iterator[Bools]:
    """
    Masks of consecutive blocks of whole days, oldest first. An incomplete newest block and blocks without
    events are left out.
    """
    days = days_of(rows)
    age = ((days - days.min()) // np.timedelta64(1, "D")).astype(int)
    for number in range((age.max() + 1) // window_days):
        mask = age // window_days == number
        if mask.any():
            yield mask


def limits(rows: pd.DataFrame, window_days: int) -> Limits:
    """
    Thresholds per feature: the largest distance between a block and the rest of the period (at least
    `LEAST_DISTANCE`), the largest fraction of values unseen in the rest, and the lowest completeness of a
    block less `LEAST_MISSING`. A window that differs no more than the period's own weeks do is not drift.

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
    limit = {
        "distance": Shares.of(column, values, masks).threshold(),
        "completeness": max(0.0, min(float(values[block].notna().mean()) for block in masks) - LEAST_MISSING),
    }
    if column.kind == "categorical":
        limit["unseen"] = max(LEAST_UNSEEN, *(_unseen(values[block], values[~block]) for block in masks))
    return limit


@dataclass(frozen=True)
class Shares:
    """
    How often each value of a feature occurs, counted once: a year has 52 blocks, and sorting its rows for
    every pair of them takes minutes. Numbers are counted cumulatively, so that the largest difference of two
    shares is the Kolmogorov-Smirnov distance; for categories it is L-infinity.

    :ivar blocks: counts, one row per block
    :ivar period: counts over all rows, including those in no block
    :ivar sizes: number of rows with a value, per block and then for the period
    """

    blocks: Floats
    period: Floats
    sizes: Floats

    @staticmethod
    def of(column: schema.Column, values: "pd.Series[Any]", masks: list[Bools]) -> "Shares":
        codes, points = pd.factorize(values, sort=True)
        present = codes >= 0
        sets = [*masks, np.ones(len(values), dtype=bool)]
        counts = np.stack(
            [np.bincount(codes[rows & present], minlength=len(points)) for rows in sets]
        ).astype(float)
        sizes = counts.sum(axis=1)
        counts = counts.cumsum(axis=1) if column.kind == "numeric" else counts
        return Shares(counts[:-1], counts[-1], sizes)

    def distances(self, without: int | None = None) -> Floats:
        """Distance of each block to the rest of the period; the block `without` is ignored."""
        period, size = self.period, self.sizes[-1]
        if without is not None:
            period, size = period - self.blocks[without], size - self.sizes[without]
        sizes = self.sizes[:-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            block = self.blocks / sizes[:, None]
            rest = (period - self.blocks) / (size - sizes)[:, None]
        # A distance to an empty side is undefined.
        return np.nan_to_num(np.abs(block - rest), nan=0.0, posinf=0.0).max(axis=1, initial=0.0)

    def threshold(self, without: int | None = None) -> float:
        distances = self.distances(without)
        return max(LEAST_DISTANCE, *(float(d) for block, d in enumerate(distances) if block != without))


def _unseen(block: "pd.Series[Any]", rest: "pd.Series[Any]") -> float:
    present = block.dropna()
    return float((~present.isin(rest.unique())).mean()) if len(present) else 0.0


def false_alarms(rows: pd.DataFrame, window_days: int) -> dict[str, int]:
    """
    Leave-one-block-out false-alarm rate: the number of `windows` in which a feature that may start a
    retraining violates the thresholds from the other blocks, although the period is the same.
    """
    masks = list(blocks(rows, window_days))
    watched = [
        Shares.of(column, rows[column.name], masks)
        for column in schema.features()
        if column.monitor == "retrain"
    ]
    alarms = sum(
        any(shares.distances()[held] > shares.threshold(without=held) for shares in watched)
        for held in range(len(masks))
    )
    return {"windows": len(masks), "alarms": alarms}
