"""Labels, slices, instances and the transform."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from common import instances, schema
from common.instances import check, checked_columns, to_columns, to_frame, to_instances
from common.labels import label_records, label_table, labelled_until, read_labels
from common.records import Refusals
from common.slices import Slices, cut, label_rows
from common.tables import days_of, read_features
from common.transform import Encoding


@pytest.fixture(scope="module")
def rows(lake) -> pd.DataFrame:
    return label_rows(read_features(lake.features), read_labels(lake.labels))


def label(identity: Any, data: str, **more: str) -> str:
    return json.dumps({"groundTruthData": {"data": data}, "eventMetadata": {"eventId": identity}, **more})


def parsed(lines: list[str], **options: Any) -> tuple[pd.DataFrame, Refusals]:
    refusals = Refusals()
    files = [("labels.jsonl", "\n".join(lines).encode())]
    return label_table(label_records(files, refusals, **options)), refusals


def test_a_label_delivered_again_replaces_the_earlier_one() -> None:
    found, _ = parsed([label("a", "0,3"), label("b", "1,40"), "", label("a", "1,16")])
    assert found.to_dict("list") == {
        "flight_key": ["b", "a"],
        "late": [1, 1],
        "arrival_delay_minutes": [40, 16],
    }


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "a line must be JSON"),
        ("[" * 100_000, "documented form"),
        ("{}", "documented form"),
        ('{"groundTruthData": 1}', "documented form"),
        (label("a", "1"), "a label holds late,arrival_delay_minutes, got '1' for a"),
        (label("a", "x,1"), "late must be a whole number from 0 to 1, got 'x' for a"),
        (label("a", "2,27.0"), "late must be a whole number from 0 to 1, got '2' for a"),
        (label("a", "-1,3.0"), "late must be"),
        (label("a", "0.5,3.0"), "late must be"),
        (label("a", "27.0,1"), "late must be"),
        (label("a", "inf,3.0"), "late must be"),
        (label("a", "1,nan"), "arrival_delay_minutes must be a number from"),
        (label("a", "1,1e400"), "arrival_delay_minutes must be a number from"),
        (label(["a"], "1,3.0"), "eventId must be a text, got ['a']"),
        (label("", "1,3.0"), "eventId must be a text"),
        (label(None, "1,3.0"), "eventId must be a text"),
        (label("a", "1,3.0", availableAt="soon"), "a time must be ISO 8601, got 'soon'"),
    ],
)
def test_what_is_no_label_is_refused_with_line_rule_and_value(line: str, told: str) -> None:
    found, refusals = parsed([label("b", "1,20"), line, label("c", "0,1")])
    assert list(found["flight_key"]) == ["b", "c"]
    assert (refusals.count, refusals.kept) == (1, 2)
    (first,) = refusals.first
    assert (first["object"], first["line"]) == ("labels.jsonl", 2)
    assert told in first["problem"]


def test_a_text_may_hold_what_ends_a_line_elsewhere() -> None:
    odd = "a\u2028b\u0085c\x0b"
    line = json.dumps(
        {"groundTruthData": {"data": "1,20"}, "eventMetadata": {"eventId": odd}}, ensure_ascii=False
    )
    found, refusals = parsed([line.replace("\\u000b", "\u2029")])
    assert len(found) == 1
    assert refusals.count == 0


def test_a_label_counts_from_the_time_when_it_was_there(tmp_path: Path) -> None:
    lines = [
        label("a", "1,20", availableAt="2013-02-02T23:59:59"),
        label("b", "1,20", availableAt="2013-02-03T00:00:00Z"),
        label("c", "1,20", availableAt="2013-02-03T01:00:00+02:00"),
        label("d", "1,20"),
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(lines))
    found = read_labels(tmp_path, labelled_until("2013-02-01", 2))
    assert list(found["flight_key"]) == ["a", "c", "d"]
    assert len(read_labels(tmp_path)) == 4


def test_few_wrong_labels_are_counted_and_many_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "_SUCCESS").touch()
    with pytest.raises(FileNotFoundError, match="_SUCCESS is not read"):
        read_labels(tmp_path)
    file = tmp_path / "labels.jsonl"
    good = [label(f"k{n}", "0,1.0") for n in range(95)]
    file.write_text("\n".join([*good, *[label("x", "2,1.0")] * 5]))
    assert len(read_labels(tmp_path)) == 95
    assert f"5 of 100 refused (5 late must be a whole number from 0 to 1), first {file} line 96" in (
        capsys.readouterr().out
    )
    file.write_text("\n".join([*good, *[label("x", "2,1.0")] * 6]))
    with pytest.raises(
        ValueError, match=r"6 of 101 refused .* line 96: late must be .* for x\. More than 5%"
    ):
        read_labels(tmp_path)
    file.write_bytes(gzip.compress("\n".join(good).encode()))
    with pytest.raises(ValueError, match=f"{file}: the object is gzip"):
        read_labels(tmp_path)


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
