"""Labels, slices, instances and the transform."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from common import instances, schema
from common.instances import check, checked_columns, to_columns, to_frame, to_instances
from common.labels import parse_labels, read_labels
from common.slices import Slices, cut, label_rows
from common.tables import days_of, read_features
from common.transform import Encoding


@pytest.fixture(scope="module")
def rows(lake) -> pd.DataFrame:
    return label_rows(read_features(lake.features), read_labels(lake.labels))


def label(identity: str, data: str) -> str:
    return json.dumps({"groundTruthData": {"data": data}, "eventMetadata": {"eventId": identity}})


def test_a_label_delivered_again_replaces_the_earlier_one() -> None:
    found = parse_labels([label("a", "0,3"), label("b", "1,40"), "", label("a", "1,16")])
    assert found.to_dict("list") == {
        "flight_key": ["b", "a"],
        "late": [1, 1],
        "arrival_delay_minutes": [40, 16],
    }


@pytest.mark.parametrize("line", ["{", "{}", label("a", "1"), label("a", "x,1"), '{"groundTruthData": 1}'])
def test_a_line_that_is_no_label_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"ground-truth record|a label holds"):
        parse_labels([line])


def test_slices_are_whole_days_newest_last_and_cover_everything(rows: pd.DataFrame) -> None:
    slices = cut(rows, "2013-01-22", 7, 7)
    assert slices == Slices(
        ("2013-01-01", "2013-01-08"), ("2013-01-08", "2013-01-15"), ("2013-01-15", "2013-01-22")
    )
    assert Slices.from_json(json.loads(json.dumps(slices.to_json()))) == slices


def test_days_whose_labels_have_not_come_are_not_gated_on(rows: pd.DataFrame) -> None:
    halved = (days_of(rows) >= np.datetime64("2013-01-20")) & (rows.index % 2 == 0)
    late = rows.assign(late=rows["late"].where(~halved))
    assert cut(late, "2013-01-22", 7, 7).end == "2013-01-20"


def test_a_hole_in_the_labels_of_the_gate_is_refused(rows: pd.DataFrame) -> None:
    hole = rows.assign(late=rows["late"].where(days_of(rows) != np.datetime64("2013-01-17")))
    with pytest.raises(ValueError, match="2013-01-17"):
        cut(hole, "2013-01-22", 7, 7)


def test_a_period_too_short_to_fit_on_is_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="nothing to fit on"):
        cut(rows, "2013-01-15", 7, 7)


def test_rows_survive_the_request(rows: pd.DataFrame) -> None:
    curated = rows[[column.name for column in schema.curated_columns()]]
    instances = json.loads(json.dumps(to_instances(curated)))
    for place, instance in enumerate(instances):
        check(place, instance)
    again = to_frame(instances)
    pd.testing.assert_frame_equal(again, curated, check_dtype=False)
    assert isinstance(instances[0]["sched_hour"], int)


def test_categories_are_codes_and_what_fit_never_saw_is_missing(rows: pd.DataFrame) -> None:
    encoding = Encoding.fit(rows[rows["carrier"] != "HA"])
    matrix = Encoding.from_json(json.loads(json.dumps(encoding.to_json()))).matrix(rows)
    names = [column.name for column in schema.features()]
    assert matrix.dtype == np.float32
    assert matrix.shape == (len(rows), len(names))
    codes = matrix[:, names.index("carrier")]
    assert np.isnan(codes[rows["carrier"] == "HA"]).all()
    known = rows["carrier"] != "HA"
    back = np.array(encoding.categories["carrier"])[codes[known].astype(int)]
    assert (back == rows["carrier"][known]).all()
    assert (np.isnan(matrix[:, names.index("seats")]) == rows["seats"].isna()).all()


def test_text_in_a_numeric_column_is_named() -> None:
    columns: dict[str, list[object]] = {column.name: [None] for column in schema.features()}
    columns["seats"] = ["many"]
    encoding = Encoding({c.name: () for c in schema.features() if c.kind == "categorical"}, 0.0)
    with pytest.raises(ValueError, match="seats"):
        encoding.matrix(columns)


def test_the_jobs_read_the_schema_that_everybody_reads() -> None:
    root = Path(__file__).parents[3]
    assert schema.dataset() == json.loads((root / "datasets/default/dataset.json").read_text())
    assert schema.layout() == json.loads((root / "schema/layout.json").read_text())


# What JSON can put in a column, most of it wrong there; the times differ from TIME_FORMAT or nearly do.
ODD: list[Any] = [None, True, 0, -1, 2.5, 1e300, "", "x", [], {}, [1]]
ODD += ["2013-01-01T05:00:00Z", "2013-1-1T5:0:0Z", "2013-02-30T05:00:00Z", "2013-01-01T05:00:60Z"]
ODD += [
    "2013-01-01T05:00:00",
    "2013-01-01 05:00:00Z",
    "2013-01-01T05Z",
    "2013-W01-2T05:00:00Z",
    "2013-01-01T0٥:00:00Z",
]


def test_columns_are_checked_as_each_row_is(rows: pd.DataFrame) -> None:
    """A look at whole columns lets nothing pass that a look at every value stops, and says the same of it."""
    first, second = to_instances(rows.iloc[:2])
    names = [column.name for column in schema.curated_columns()]
    changed: list[Any] = [{**second, name: value} for name in names for value in ODD]
    absent = [{other: second[other] for other in names if other != name} for name in names]
    passed = 0
    for odd in [*changed, *absent, *ODD]:
        try:
            check(1, odd)
        except ValueError as problem:
            with pytest.raises(ValueError, match=f"^{re.escape(str(problem))}$"):
                checked_columns([first, odd])
        else:
            passed += 1
            found = {name: list(values) for name, values in checked_columns([first, odd]).items()}
            assert found == {name: [first[name], odd[name]] for name in names}
    assert 0 < passed < len(changed)


def test_columns_of_sound_rows_take_no_look_at_each(
    rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = to_instances(rows)
    monkeypatch.setattr(instances, "check", lambda place, instance: pytest.fail(f"looked at row {place}"))
    assert checked_columns(sound) == {name: tuple(values) for name, values in to_columns(sound).items()}
    assert checked_columns([]) == to_columns([])
