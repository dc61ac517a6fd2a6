import base64
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import traffic
from conftest import Trained

from captured import PREDICTED, SCORE, Window, parse, read_window
from common.instances import to_instances
from common.model import Model
from common.tables import between, read_features

WINDOW = Window(date(2013, 1, 15), date(2013, 1, 17))


@pytest.fixture(scope="module")
def model(trained: Trained) -> Model:
    return Model.load(trained.model)


@pytest.fixture(scope="module")
def instances(trained: Trained) -> list[dict[str, Any]]:
    """Five parcels of the window's first day."""
    return to_instances(between(read_features(trained.lake.features), "2013-01-15", "2013-01-16").iloc[:5])


def line(
    model: Model, rows: list[dict[str, Any]], event: str, time: str = "2013-01-15T01:00:00Z", shift: float = 0
) -> str:
    reply = traffic.answer(model, rows)
    for prediction in reply["predictions"]:
        prediction["score"] += shift
    return traffic.capture_line(rows, reply, event, time)


def test_a_window_is_read_whole_with_the_days_beside_it(
    model: Model, trained: Trained, tmp_path: Path
) -> None:
    rows = between(read_features(trained.lake.features), "2013-01-13", "2013-01-19")
    traffic.replay(tmp_path, rows, model)
    found = read_window(str(tmp_path), WINDOW, model.identity)
    expected = between(rows, "2013-01-15", "2013-01-17")
    assert sorted(found.rows["parcel"]) == sorted(expected["parcel"])
    assert (found.duplicates, found.refused.count, found.refused.kept) == (0, 0, len(expected))


def test_a_replay_that_the_endpoint_captured_lies_under_the_day_of_the_requests(
    model: Model, trained: Trained, tmp_path: Path
) -> None:
    rows = between(read_features(trained.lake.features), "2013-01-14", "2013-01-18")
    traffic.file_lines(tmp_path, date(2026, 11, 23), [line(model, to_instances(rows), "replayed"), "broken"])
    today = Window(date(2026, 11, 23), date(2026, 11, 24))
    found = read_window(str(tmp_path), WINDOW, model.identity, today)
    expected = between(rows, "2013-01-15", "2013-01-17")
    assert sorted(found.rows["parcel"]) == sorted(expected["parcel"])
    assert found.refused.count == 1
    assert len(read_window(str(tmp_path), WINDOW, model.identity).rows) == 0


def test_a_request_filed_a_day_early_or_late_is_found_and_rows_outside_are_not(
    model: Model, trained: Trained, tmp_path: Path
) -> None:
    """A request around midnight is filed under its first instance's day."""
    frame = read_features(trained.lake.features)
    before, after = between(frame, "2013-01-14", "2013-01-15"), between(frame, "2013-01-16", "2013-01-17")
    mixed = to_instances(before.tail(2)) + to_instances(between(frame, "2013-01-15", "2013-01-16").head(2))
    traffic.file_lines(tmp_path, date(2013, 1, 14), [line(model, mixed, "early")])
    mixed_late = to_instances(after.tail(2)) + to_instances(
        between(frame, "2013-01-17", "2013-01-18").head(2)
    )
    traffic.file_lines(tmp_path, date(2013, 1, 17), [line(model, mixed_late, "late")])
    found = read_window(str(tmp_path), WINDOW, model.identity).rows["parcel"]
    assert set(found) == {row["parcel"] for row in mixed[2:] + mixed_late[:2]}


def test_a_line_delivered_twice_counts_once(
    model: Model, instances: list[dict[str, Any]], tmp_path: Path
) -> None:
    twice = line(model, instances, "same")
    traffic.file_lines(tmp_path, date(2013, 1, 15), [twice, twice])
    found = read_window(str(tmp_path), WINDOW, model.identity)
    assert len(found.rows) == 5
    assert found.duplicates == 5


def test_the_latest_of_two_predictions_for_a_parcel_wins_whatever_the_order_of_files(
    model: Model, instances: list[dict[str, Any]], tmp_path: Path
) -> None:
    late = line(model, instances[:2], "second", "2013-01-15T03:00:00.500Z", shift=0.2)
    early = line(model, instances[:2], "first", "2013-01-15T03:00:00Z")
    traffic.file_lines(tmp_path, date(2013, 1, 15), [late], "a.jsonl")
    traffic.file_lines(tmp_path, date(2013, 1, 15), [early], "b.jsonl")
    found = read_window(str(tmp_path), WINDOW, model.identity)
    again = traffic.answer(model, instances[:2])["predictions"]
    assert found.duplicates == 2
    assert found.rows[SCORE].tolist() == pytest.approx([p["score"] + 0.2 for p in again])


def test_a_window_with_a_release_in_its_middle_holds_the_asked_for_model_s_rows_only(
    model: Model, instances: list[dict[str, Any]], tmp_path: Path
) -> None:
    older = replace(model, identity="0123456789abcdef")
    unnamed = replace(model, identity=None)
    traffic.file_lines(
        tmp_path,
        date(2013, 1, 15),
        [
            line(older, instances[:2], "before the release", "2013-01-15T01:00:00Z"),
            line(model, instances[1:3], "after it", "2013-01-15T02:00:00Z"),
            # A client that asks the older model again, later, takes nothing from the champion's answer.
            line(older, instances[2:3], "put back for a minute", "2013-01-15T03:00:00Z"),
            line(unnamed, instances[3:4], "captured before answers named their model"),
        ],
    )
    found = read_window(str(tmp_path), WINDOW, model.identity)
    assert list(found.rows["parcel"]) == [row["parcel"] for row in instances[1:3]]
    assert (found.others, found.unattributed) == ({"0123456789abcdef": 3}, 1)
    assert len(read_window(str(tmp_path), WINDOW, None).rows) == 0


def test_corrupt_lines_of_the_window_are_counted_and_the_rest_is_read(
    model: Model, instances: list[dict[str, Any]], tmp_path: Path
) -> None:
    good = line(model, instances, "good")
    short = json.loads(good)
    short["captureData"]["endpointOutput"]["data"] = '{"predictions": []}'
    wrong_type = line(model, instances, "odd").replace('\\"hour\\": ', '\\"hour\\": \\"x\\", \\"y\\": ')
    broken = [good[: len(good) // 2], "[]", "{}", "[" * 100_000, wrong_type, "\ufffd"]
    traffic.file_lines(tmp_path, date(2013, 1, 15), [broken[0], good, *broken[1:], json.dumps(short)])
    traffic.file_lines(tmp_path, date(2013, 1, 17), broken)
    found = read_window(str(tmp_path), WINDOW, model.identity)
    # Two requests were read, with an hour of text and without answers: each instance is refused by itself.
    assert found.refused.count == len(broken) - 1 + 2 * 5
    assert [each["line"] for each in found.refused.first] == [1, 3, 4, 5, 6, 6, 6, 6, 6, 7]
    assert len(found.rows) == 5


def test_native_captures_base64_is_read(model: Model, instances: list[dict[str, Any]]) -> None:
    record = json.loads(line(model, instances, "native"))
    for side in record["captureData"].values():
        side.update(data=base64.b64encode(side["data"].encode()).decode(), encoding="BASE64")
    assert len(parse(record, pytest.fail)) == 5


def test_no_partition_is_an_empty_window(tmp_path: Path) -> None:
    found = read_window(str(tmp_path / "nothing"), WINDOW, None)
    assert len(found.rows) == 0
    assert {SCORE, PREDICTED} <= set(found.rows.columns)


def test_types_are_those_of_the_curated_rows(
    model: Model, instances: list[dict[str, Any]], tmp_path: Path
) -> None:
    traffic.file_lines(tmp_path, date(2013, 1, 15), [line(model, instances, "one")])
    rows = read_window(str(tmp_path), WINDOW, model.identity).rows
    assert rows["lockers"].dtype == np.float64
    assert str(rows["due"].dtype) == "datetime64[ns, UTC]"
