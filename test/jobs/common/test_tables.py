"""Curated rows: lakes that another schema wrote, and keys that stand twice."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from common import schema
from common.labels import label_table
from common.slices import label_rows
from common.tables import read_features


def test_a_key_in_two_rows_is_named_with_its_partitions(lake: Any, tmp_path: Path) -> None:
    part = next(lake.features.rglob("*.parquet"))
    again = pd.read_parquet(part).iloc[[5, 9]]
    for month, rows in (("2013-01", pd.read_parquet(part)), ("2013-02", again)):
        (tmp_path / f"month={month}").mkdir()
        rows.to_parquet(tmp_path / f"month={month}/part.parquet")
    key = again[schema.id_column()].iloc[0]
    with pytest.raises(
        ValueError, match=f"2 keys stand in more than one row: .*{key} in month=2013-01, month=2013-02"
    ):
        read_features(tmp_path)
    twice = pd.concat([read_features(lake.features)] * 2).iloc[[0, 1, -1]]
    labels = label_table([])
    label_rows(twice.iloc[:2], labels)
    with pytest.raises(ValueError, match="1 keys stand in more than one row"):
        label_rows(pd.concat([twice, twice.iloc[:1]]), labels)


def reshaped(lake: Any, folder: Path, change: Any) -> Path:
    change(pd.read_parquet(next(lake.features.rglob("*.parquet")))).to_parquet(folder / "part.parquet")
    return folder


def test_a_part_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "part.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match=r"part\.parquet is no Parquet .*: prepare .* again"):
        read_features(tmp_path)


def test_a_column_declared_later_reads_as_missing_where_it_may_be(lake: Any, tmp_path: Path) -> None:
    old = read_features(reshaped(lake, tmp_path, lambda rows: rows.drop(columns="temperature")))
    assert list(old.columns) == [column.name for column in schema.curated_columns()]
    assert old["temperature"].isna().all()
    assert old["temperature"].dtype == np.float64


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows.drop(columns="depot"), "does not have the column depot, which .* as string"),
        (lambda rows: rows.drop(columns="parcels_before"), "does not have the column parcels_before"),
        (
            lambda rows: rows.assign(temperature=rows["temperature"].astype(str)),
            "in the column temperature, which .* as double",
        ),
        (lambda rows: rows.assign(depot=7), "has int64 in the column depot"),
        (lambda rows: rows.assign(depot=None), "has null in the column depot"),
        (lambda rows: rows.assign(hour=rows["depot"]), "in the column hour, which .* as int"),
        (
            lambda rows: rows.assign(due="2013-01-01"),
            "in the column due, which .* as timestamp",
        ),
        (
            lambda rows: rows.assign(due=rows["due"].dt.tz_localize(None)),
            r"has timestamp\[[nu]s\] in the column due",
        ),
    ],
)
def test_a_lake_of_another_schema_is_refused_with_file_column_and_remedy(
    lake: Any, tmp_path: Path, change: Any, told: str
) -> None:
    with pytest.raises(ValueError, match=f"part.parquet .*{told}.*: prepare the partition .* again"):
        read_features(reshaped(lake, tmp_path, change))


def test_a_feature_with_the_name_of_a_label_is_refused(lake: Any) -> None:
    rows = read_features(lake.features).assign(late=0.0)
    labels = label_table([])
    with pytest.raises(ValueError, match="declares late as feature and as label"):
        label_rows(rows[[schema.id_column(), schema.time_column(), "late"]].copy(), labels)
