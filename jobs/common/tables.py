"""The curated rows as pandas, with event days beside them."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from common import schema
from common.arrays import Days

if TYPE_CHECKING:
    import pandas as pd


def read_features(folder: Path) -> "pd.DataFrame":
    """
    Every Parquet part below `folder`, ordered by time and id so that the order of files never matters.

    :raises FileNotFoundError: when there is no part
    """
    # Here, because the monitor reads no Parquet and an endpoint no table.
    import pandas as pd
    import pyarrow.parquet as pq

    parts = sorted(folder.rglob("*.parquet"))
    if not parts:
        raise FileNotFoundError(f"no .parquet file below {folder}: prepare a month first")
    columns = [column.name for column in schema.curated_columns()]
    # One file at a time: the folder above is a partition, and pyarrow would add its column.
    frames = [pq.ParquetFile(part).read(columns=columns).to_pandas() for part in parts]
    return in_order(pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True))


def in_order(frame: "pd.DataFrame") -> "pd.DataFrame":
    return frame.sort_values([schema.time_column(), schema.id_column()], ignore_index=True)


def days_of(frame: "pd.DataFrame") -> Days:
    """UTC day of each row's event time, as datetime64[D]."""
    times = frame[schema.time_column()].dt.tz_convert("UTC").dt.tz_localize(None)
    return times.to_numpy().astype("datetime64[D]")


def between(frame: "pd.DataFrame", start: str, end: str) -> "pd.DataFrame":
    """Rows whose event day lies in `[start, end)`."""
    days = days_of(frame)
    return frame[(days >= np.datetime64(start)) & (days < np.datetime64(end))].reset_index(drop=True)
