"""Ground truth: what is read, and what is refused."""

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from common.labels import label_records, label_table, labelled_until, read_labels
from common.records import Refusals


def label(identity: Any, data: Any, **more: Any) -> str:
    return json.dumps({"groundTruthData": {"data": data}, "eventMetadata": {"eventId": identity}, **more})


def parsed(lines: list[str], **options: Any) -> tuple[pd.DataFrame, Refusals]:
    refusals = Refusals()
    files = [("labels.jsonl", "\n".join(lines).encode())]
    return label_table(label_records(files, refusals, **options)), refusals


def test_a_label_delivered_again_replaces_the_earlier_one() -> None:
    found, _ = parsed([label("a", "0,3"), label("b", "1,40"), "", label("a", "1,16")])
    assert found.to_dict("list") == {
        "parcel": ["b", "a"],
        "late": [1, 1],
        "delay_minutes": [40, 16],
    }


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "a line must be JSON"),
        ("[" * 100_000, "documented form"),
        ("{}", "documented form"),
        ('{"groundTruthData": 1}', "documented form"),
        (label("a", "1"), "a label must be a text that holds late,delay_minutes, got '1' for a"),
        (label("a", "1,1,1"), "a label must be a text that holds late,delay_minutes"),
        (label("a", ["1", "1"]), "a label must be a text that holds late,delay_minutes, got ['1'"),
        (label("a", "x,1"), "late must be a whole number from 0 to 1, got 'x' for a"),
        (label("a", "2,27.0"), "late must be a whole number from 0 to 1, got '2' for a"),
        (label("a", "-1,3.0"), "late must be"),
        (label("a", "0.5,3.0"), "late must be"),
        (label("a", "27.0,1"), "late must be"),
        (label("a", "inf,3.0"), "late must be"),
        (label("a", "0.9999999,3.0"), "late must be a whole number from 0 to 1, got '0.9999999' for a"),
        (label("a", "0x1,3.0"), "late must be"),
        (label("a", "True,3.0"), "late must be"),
        # `float` would read them as 1 and as 15.
        (label("a", "\u0661,3.0"), "late must be"),
        (label("a", "1,1_5"), "delay_minutes must be a number from"),
        (label("a", "1,nan"), "delay_minutes must be a number from"),
        (label("a", "1,1e400"), "delay_minutes must be a number from"),
        (label(["a"], "1,3.0"), "eventId must be a text, got ['a']"),
        (label("", "1,3.0"), "eventId must be a text"),
        (label("\ud800", "9,3.0"), "late must be a whole number from 0 to 1, got '9' for \\ud800"),
        (label(None, "1,3.0"), "eventId must be a text"),
        (label("a", "1,3.0", availableAt="soon"), "availableAt must be an ISO 8601 time, got 'soon'"),
        (label("a", "1,3.0", availableAt="2013-13-45"), "availableAt must be an ISO 8601 time"),
        (label("a", "1,3.0", availableAt=5), "availableAt must be an ISO 8601 time, got 5"),
        # A label of the year 2103 would wait for ever, and nobody would miss it.
        (label("a", "1,3.0", availableAt="2103-02-02T00:00:00Z"), "availableAt must lie in 2012-01-01 to 20"),
        ("\ufeff" + label("a", "9,1"), "late must be"),
    ],
)
def test_what_is_no_label_is_refused_with_line_rule_and_value(line: str, told: str) -> None:
    found, refusals = parsed([label("b", "1,20"), line, label("c", "0,1")])
    assert list(found["parcel"]) == ["b", "c"]
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


def test_of_records_on_one_line_each_is_judged_by_itself() -> None:
    found, refusals = parsed([label("a", "9,3") + label("b", "1,20") + '{"cut', label("c", " 1 , 1e1 ")])
    assert found["parcel"].tolist() == ["b", "c"]
    assert (refusals.count, refusals.kept) == (2, 2)
    assert refusals.first[1]["problem"].startswith("a line must be JSON (Unterminated string")


def test_a_label_counts_from_the_time_when_it_was_there(tmp_path: Path) -> None:
    lines = [
        label("a", "1,20", availableAt="2013-02-02T23:59:59"),
        label("b", "1,20", availableAt="2013-02-03T00:00:00Z"),
        label("c", "1,20", availableAt="2013-02-03T01:00:00+02:00"),
        label("d", "1,20"),
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(lines))
    found = read_labels(tmp_path, labelled_until("2013-02-01", 2))
    assert list(found["parcel"]) == ["a", "c", "d"]
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
