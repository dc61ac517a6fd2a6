import json
from typing import Any

import pytest
from conftest import Trained

import inference
from common.instances import to_instances
from common.model import Model
from common.tables import read_features


@pytest.fixture(scope="module")
def model(trained: Trained) -> Model:
    return inference.model_fn(str(trained.model))


@pytest.fixture
def instance(trained: Trained) -> dict[str, Any]:
    return to_instances(read_features(trained.lake.features).iloc[200:201])[0]


def ask(model: Model, instances: list[dict[str, Any]], accept: str = "application/json") -> dict[str, Any]:
    rows = inference.input_fn(json.dumps({"instances": instances}), "application/json")
    body, content_type = inference.output_fn(inference.predict_fn(rows, model), accept)
    assert content_type == "application/json"
    return json.loads(body)


def test_the_answer_has_key_score_and_decision(model: Model, instance: dict[str, Any]) -> None:
    (answer,) = ask(model, [instance])["predictions"]
    assert answer["parcel"] == instance["parcel"]
    assert 0 < answer["score"] < 1
    assert answer["late"] is (answer["score"] >= model.threshold)


def test_order_is_kept_and_rows_do_not_touch_each_other(model: Model, trained: Trained) -> None:
    instances = to_instances(read_features(trained.lake.features).iloc[:40])
    together = ask(model, instances)["predictions"]
    assert together == [ask(model, [one])["predictions"][0] for one in instances]


def test_missing_values_and_new_categories_are_scored(model: Model, instance: dict[str, Any]) -> None:
    changed = {**instance, "temperature": None, "delay_before": None, "courier": "ZZ"}
    (answer,) = ask(model, [changed])["predictions"]
    assert 0 < answer["score"] < 1


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json; charset=utf-8", "text/html, application/*;q=0.8"]
)
def test_json_is_what_everybody_accepts(model: Model, instance: dict[str, Any], accept: str) -> None:
    assert ask(model, [instance], accept)["predictions"]


def test_an_accept_without_json_is_refused() -> None:
    with pytest.raises(ValueError, match="text/csv"):
        inference.output_fn([], "text/csv")


@pytest.mark.parametrize("content_type", ["text/csv", "application/x-npy"])
def test_another_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(ValueError, match=content_type):
        inference.input_fn("1,2,3", content_type)


@pytest.mark.parametrize(
    "body", ["{", "[]", "{}", '{"instances": []}', '{"instances": {}}', '{"instances": [3]}']
)
def test_a_body_of_another_shape_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="instances"):
        inference.input_fn(body, "application/json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"courier": None}, r"instances\[1\].courier must be text, got None"),
        ({"distance_km": "far"}, r"instances\[1\].distance_km must be a number, got 'far'"),
        ({"hour": True}, r"instances\[1\].hour must be a number, got True"),
        ({"due": "yesterday"}, "must be a time like .*, got 'yesterday'"),
        (
            {"due": "9999-12-31T00:00:00Z"},
            r"a time like 2012-01-01T00:00:00Z until .*, got '9999",
        ),
        ({"due": "0001-01-01T00:00:00Z"}, "must be a time like"),
        (
            {"delay_before": float("inf")},
            r"instances\[1\].delay_before must be a finite number .*, got inf",
        ),
        ({"distance_km": float("nan")}, r"distance_km must be a finite number .*, got nan"),
        ({"lockers": 10**400}, r"lockers must be a finite number .*, got 1000"),
        ({"temperature": -1e300}, r"temperature must be a finite number .*, got -1e\+300"),
        ({"parcel": ""}, "parcel must be a text that is not empty"),
        ({"courier": "\ud800"}, "courier must be text that UTF-8 can hold"),
    ],
)
def test_a_wrong_value_is_named(instance: dict[str, Any], change: dict[str, Any], told: str) -> None:
    body = json.dumps({"instances": [instance, {**instance, **change}]})
    with pytest.raises(ValueError, match=told):
        inference.input_fn(body, "application/json")


def test_an_absent_column_is_named(instance: dict[str, Any]) -> None:
    del instance["lockers"]
    with pytest.raises(ValueError, match=r"instances\[0\].lockers is missing"):
        inference.input_fn(json.dumps({"instances": [instance]}), "application/json")
