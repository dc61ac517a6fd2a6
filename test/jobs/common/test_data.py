"""Labels, slices, instances and the transform."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from common import instances, schema
from common.instances import check, checked_columns, to_columns, to_frame, to_instances
from common.labels import read_labels
from common.metrics import auc
from common.model import Model
from common.monitorfiles import counts_of, statistics
from common.runtime import write_json
from common.slices import Slices, cut, label_rows
from common.tables import days_of, read_features
from common.transform import Encoding


@pytest.fixture(scope="module")
def rows(lake) -> pd.DataFrame:
    return label_rows(read_features(lake.features), read_labels(lake.labels))


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


def toy(counts: dict[int, tuple[int, int]]) -> pd.DataFrame:
    """Rows of January by day of the month: how many, and how many of them labelled."""
    return pd.concat(
        pd.DataFrame(
            {
                schema.time_column(): pd.Timestamp(2013, 1, day, tz="UTC"),
                schema.label_column(): [1.0] * labelled + [np.nan] * (events - labelled),
            }
        )
        for day, (events, labelled) in counts.items()
    )


FULL = dict.fromkeys(range(1, 22), (3, 3))


def test_labels_of_other_ids_are_told_from_labels_that_are_missing() -> None:
    unlabelled = toy({1: (2, 0)}).assign(**{schema.id_column(): ["row 1", "row 2"]})
    with pytest.raises(ValueError, match=r"the first is row 1: labels.ts and key\(\) of features.py"):
        cut(unlabelled, "2013-01-22", 7, 7)


def test_days_without_events_are_not_days_without_labels() -> None:
    sundays = {day: count for day, count in FULL.items() if day % 7}
    assert cut(toy(sundays), "2013-01-22", 7, 7).gate == ("2013-01-14", "2013-01-21")
    assert cut(toy(FULL), "2013-01-22", 7, 7).gate == ("2013-01-15", "2013-01-22")


def test_one_label_of_a_day_may_always_be_missing() -> None:
    assert cut(toy({**FULL, 17: (3, 2), 18: (1, 0)}), "2013-01-22", 7, 7).end == "2013-01-22"
    with pytest.raises(ValueError, match="or all but 1, which these lack: 2013-01-17"):
        cut(toy({**FULL, 17: (3, 1)}), "2013-01-22", 7, 7)
    # The newest day waits for its one label; the days before it are whole.
    assert cut(toy({**FULL, 21: (1, 0)}), "2013-01-22", 7, 7).end == "2013-01-21"


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
    assert isinstance(instances[0]["hour"], int)


def test_categories_are_codes_and_what_fit_never_saw_is_missing(rows: pd.DataFrame) -> None:
    encoding = Encoding.fit(rows[rows["courier"] != "yak"])
    matrix = Encoding.from_json(json.loads(json.dumps(encoding.to_json()))).matrix(rows)
    names = [column.name for column in schema.features()]
    assert matrix.dtype == np.float32
    assert matrix.shape == (len(rows), len(names))
    codes = matrix[:, names.index("courier")]
    assert np.isnan(codes[rows["courier"] == "yak"]).all()
    known = rows["courier"] != "yak"
    back = np.array(encoding.categories["courier"])[codes[known].astype(int)]
    assert (back == rows["courier"][known]).all()
    assert (np.isnan(matrix[:, names.index("lockers")]) == rows["lockers"].isna()).all()


def test_categories_of_numbers_can_be_written_as_json(
    rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = schema.curated_columns()
    as_category = [replace(c, kind="categorical") if c.name in ("hour", "lockers") else c for c in declared]
    monkeypatch.setattr(schema, "curated_columns", lambda: tuple(as_category))
    encoding = Encoding.fit(rows)
    content = json.loads(json.dumps(encoding.to_json()))
    assert content["categories"]["hour"] == sorted(rows["hour"].unique().tolist())
    # A column with gaps is floats in pandas and whole numbers in a request.
    assert all(isinstance(lockers, int) for lockers in content["categories"]["lockers"])
    served = to_columns(to_instances(rows))
    np.testing.assert_array_equal(Encoding.from_json(content).matrix(served), encoding.matrix(rows))
    profile = json.loads(json.dumps(statistics(rows)))
    lockers = next(f for f in profile["features"] if f["name"] == "lockers")
    assert counts_of(lockers) == rows["lockers"].value_counts().to_dict()


@pytest.mark.parametrize(
    ("values", "buckets"),
    [([1e17] * 3, 1), ([0.3, 0.1 + 0.2], 1), ([2.0, 2.0], 10), ([0.0, 9.0], 10), ([], 0)],
)
def test_every_value_is_in_a_bucket(rows: pd.DataFrame, values: list[float], buckets: int) -> None:
    frame = rows.iloc[: max(len(values), 1)].assign(temperature=np.array(values or [np.nan]))
    feature = next(f for f in statistics(frame)["features"] if f["name"] == "temperature")[
        "numerical_statistics"
    ]
    found = feature["distribution"]["kll"]["buckets"]
    assert len(found) == buckets
    assert sum(bucket["count"] for bucket in found) == len(values)


def test_a_number_that_is_none_is_named_with_column_and_row(rows: pd.DataFrame) -> None:
    encoding, key = Encoding.fit(rows), rows[schema.id_column()].iloc[7]
    for value in (np.inf, -1e300):
        odd = rows.assign(temperature=rows["temperature"].where(rows.index != 7, value))
        with pytest.raises(ValueError, match=rf"temperature of {key} is {value}".replace("+", r"\+")):
            encoding.matrix(odd)


def test_a_figure_that_does_not_exist_is_named_by_its_place(tmp_path: Path) -> None:
    content = {"gate": [{"auc": 0.5}, {"auc": np.float64("nan")}]}
    with pytest.raises(ValueError, match=re.escape("evaluation.json.gate[1].auc is nan")):
        write_json(tmp_path / "evaluation.json", content)
    assert not list(tmp_path.iterdir())


def with_rule(monkeypatch: pytest.MonkeyPatch, direction: str | None) -> None:
    declared = [replace(c, ruleOfThumb=c.ruleOfThumb and direction) for c in schema.curated_columns()]
    monkeypatch.setattr(schema, "curated_columns", lambda: tuple(declared))


def test_the_rule_has_a_direction_or_is_none(rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = schema.rule_of_thumb()
    assert rule is not None
    predictor: Any = None
    upward = Model(predictor, Encoding.fit(rows), {}).rule(rows)
    assert np.isfinite(upward).all()
    with_rule(monkeypatch, "lower")
    np.testing.assert_array_equal(Model(predictor, Encoding.fit(rows), {}).rule(rows), -upward)
    with_rule(monkeypatch, None)
    encoding = Encoding.fit(rows)
    assert Encoding.from_json(json.loads(json.dumps(encoding.to_json()))) == encoding
    assert encoding.rule_fill is None
    none = Model(predictor, encoding, {}).rule(rows)
    assert auc(rows["late"].to_numpy(), none) == 0.5


def test_a_rule_without_values_is_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="has no value in the fit slice"):
        Encoding.fit(rows.assign(delay_before=np.nan))


def test_text_in_a_numeric_column_is_named() -> None:
    columns: dict[str, list[object]] = {column.name: [None] for column in schema.features()}
    columns["lockers"] = ["many"]
    encoding = Encoding({c.name: () for c in schema.features() if c.kind == "categorical"}, 0.0)
    with pytest.raises(ValueError, match="lockers"):
        encoding.matrix(columns)


def test_the_jobs_read_the_files_that_everybody_reads() -> None:
    root = Path(__file__).parents[3]
    links = {path.name: path.resolve() for path in (root / "jobs/common").iterdir() if path.is_symlink()}
    shared = ("dataset.schema.json", "families.json", "layout.json", "words.json")
    assert links == {
        "dataset.json": (root / "datasets/default/dataset.json").resolve(),
        **{name: root / "schema" / name for name in shared},
    }
    assert schema.dataset()["name"] == "parcels"


# What JSON can put in a column, most of it wrong there; the times differ from TIME_FORMAT or nearly do.
ODD: list[Any] = [None, True, 0, -1, 2.5, 1e300, "", "x", [], {}, [1], math.nan, -math.inf, 10**400, "\udfff"]
ODD += ["9999-12-31T00:00:00Z", "2011-12-31T23:59:59Z"]
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
    assert checked_columns(sound) == to_columns(sound)
    assert checked_columns([]) == to_columns([])
