"""The curated rows as pandas, with their event days."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from common import schema
from common.arrays import Days, Values

if TYPE_CHECKING:
    import pandas as pd


def read_features(folder: Path) -> "pd.DataFrame":
    """
    Every Parquet part below `folder`, ordered by time and id, so that the order of files does not matter.

    :raises FileNotFoundError: when there is no part
    :raises ValueError: when a part has other columns than dataset.json declares, or two rows have one key
    """
    # Imported here because the monitor reads no Parquet, and the endpoint starts without pandas.
    import pandas as pd

    parts = sorted(folder.rglob("*.parquet"))
    if not parts:
        raise FileNotFoundError(f"no .parquet file below {folder}: prepare a partition first")
    frames = {part: _read(part) for part in parts}
    places = np.repeat(
        [str(part.parent.relative_to(folder)) for part in frames], [len(frame) for frame in frames.values()]
    )
    filled = [frame for frame in frames.values() if len(frame)] or [frames[parts[0]]]
    together = pd.concat(filled, ignore_index=True)
    refuse_repeated(together, places)
    return together.sort_values([schema.time_column(), schema.id_column()], ignore_index=True)


def _read(part: Path) -> "pd.DataFrame":
    """
    The declared columns of one part. A column that was declared after its partition was prepared reads as
    missing if it may be missing; a column whose type changed is refused.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import types

    # The single file is opened, because pyarrow would add a partition column for the folder above.
    try:
        file = pq.ParquetFile(part)
    except pa.ArrowException as problem:
        raise ValueError(f"{part} is no Parquet ({problem}): prepare {part.parent.name} again") from problem
    found = {field.name: field.type for field in file.schema_arrow}

    def fits(declared: str, kind: pa.DataType) -> bool:
        if declared in ("int", "double"):
            return types.is_integer(kind) or types.is_floating(kind)
        if declared == "string":
            return types.is_string(kind) or types.is_large_string(kind)
        # Times without a zone are ambiguous.
        return types.is_timestamp(kind) and kind.tz is not None

    for column in schema.curated_columns():
        kind = found.get(column.name)
        absent = kind is None or types.is_null(kind)
        if not (column.nullable if absent else fits(column.type, kind)):
            has = "does not have the column" if kind is None else f"has {kind} in the column"
            raise ValueError(
                f"{part} {has} {column.name}, which dataset.json declares as {column.type}: "
                f"prepare the partition {part.parent.name} again"
            )
    frame = file.read(columns=[c.name for c in schema.curated_columns() if c.name in found]).to_pandas()
    return frame.assign(
        **{
            column.name: np.nan if column.type in ("int", "double") else None
            for column in schema.curated_columns()
            if column.name not in found
        }
    )[[column.name for column in schema.curated_columns()]]


def refuse_repeated(frame: "pd.DataFrame", places: Values) -> None:
    """
    :param places: origin of each row
    :raises ValueError: naming the first repeated keys and their places
    """
    key = frame[schema.id_column()]
    repeated = key.duplicated(keep=False)
    if repeated.any():
        found = [
            f"{name} in {', '.join(sorted(set(places[key == name])))}" for name in key[repeated].unique()[:3]
        ]
        raise ValueError(
            f"{key[repeated].nunique()} keys stand in more than one row: {'; '.join(found)}. "
            "Prepare these partitions again, each from its own rows"
        )


def days_of(frame: "pd.DataFrame") -> Days:
    """UTC day of each row's event time, as datetime64[D]."""
    times = frame[schema.time_column()].dt.tz_convert("UTC").dt.tz_localize(None)
    return times.to_numpy().astype("datetime64[D]")


def between(frame: "pd.DataFrame", start: str, end: str) -> "pd.DataFrame":
    """Rows whose event day lies in `[start, end)`."""
    days = days_of(frame)
    return frame[(days >= np.datetime64(start)) & (days < np.datetime64(end))].reset_index(drop=True)
