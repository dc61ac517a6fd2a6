"""Real rows of January: what the programs are trained with and asked about."""

import importlib
from pathlib import Path

import months
import oracle
from conftest import Lake, training_arguments
from parity import assert_equal_everywhere

from common.model import Model
from common.tables import read_features


def test_vectors_and_scores_of_real_rows_are_equal_everywhere(tmp_path: Path) -> None:
    keep = months.first_days(21)
    months.write_month(tmp_path / "raw", "2013-01", keep)
    months.write_labels(tmp_path / "labels", months.month_rows("flights", "2013-01", keep))
    part = tmp_path / "features/month=2013-01/part.parquet"
    part.parent.mkdir(parents=True)
    with oracle.features(tmp_path / "raw", "2013-01") as connection:
        connection.execute(f"COPY features TO '{part}' (FORMAT parquet)")
    lake = Lake(tmp_path)
    importlib.import_module("train").main(training_arguments(lake, tmp_path))
    model = Model.load(tmp_path / "model")
    assert_equal_everywhere(model, read_features(lake.features), tmp_path / "captured")
