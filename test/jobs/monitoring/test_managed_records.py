"""The script that SageMaker Model Monitor calls once a captured record."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Lake

import managed_records
from common import schema
from common.instances import to_instances
from common.tables import read_features


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(managed_records, "FEATURES", [column.name for column in schema.features()])
    monkeypatch.setattr(managed_records, "LABEL", schema.label_column())


def record(
    instances: list[dict[str, Any]], predictions: list[dict[str, Any]], truth: str | None = None
) -> SimpleNamespace:
    captured = SimpleNamespace(
        endpoint_input=SimpleNamespace(data=json.dumps({"instances": instances})),
        endpoint_output=SimpleNamespace(data=json.dumps({"predictions": predictions})),
    )
    if truth is not None:
        captured.ground_truth = SimpleNamespace(data=truth)
    return captured


def test_data_quality_gets_exactly_the_columns_of_the_statistics(lake: Lake) -> None:
    instances = to_instances(read_features(lake.features).head(3))
    rows = managed_records.preprocess_handler(record(instances, []))
    assert [list(row) for row in rows] == [[column.name for column in schema.features()]] * 3
    assert rows[1]["courier"] == instances[1]["courier"]


def test_model_quality_gets_one_prediction_beside_its_label() -> None:
    prediction = {"parcel": "ant-1-north-20130101T1000", "score": 0.31, "late": True}
    assert managed_records.preprocess_handler(record([{}], [prediction], "1,27.0")) == {
        "endpointOutput_score": 0.31,
        "endpointOutput_late": 1,
        "groundTruthData_0": 1,
    }


def test_the_label_is_taken_from_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(managed_records, "TARGET", 1)
    flat = managed_records.preprocess_handler(record([{}], [{"score": 0.31, "late": False}], "27.0,1"))
    assert flat["groundTruthData_0"] == 1


def test_what_cannot_be_read_is_left_out_and_said(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    prediction = {"score": 0.31, "late": False}
    (instance,) = to_instances(read_features(lake.features).head(1))
    infinite = {**instance, "delay_before": float("inf")}
    for odd, told in [
        (record([{}, {}], [prediction, prediction], "1,27.0"), "too many values"),
        (record([{}], [prediction], "late"), "invalid literal"),
        (record([{}], []), "KeyError"),
        (record([infinite], []), "Infinity is no number"),
        (SimpleNamespace(endpoint_input=SimpleNamespace(data="{")), "JSONDecodeError"),
    ]:
        assert managed_records.preprocess_handler(odd) == []
        assert told in capsys.readouterr().out
