"""What the world sends: one record never ends a window, and absence is never read as health."""

import base64
import copy
import gzip
import json
import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import traffic
from windows import WEEK, Site

from common import schema
from common.instances import to_instances
from common.tables import between, read_features

Damage = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], None]


def instance(name: str, value: Any) -> Damage:
    return lambda record, given, answered: given.__setitem__(name, value)


def answer(name: str, value: Any) -> Damage:
    return lambda record, given, answered: answered.__setitem__(name, value)


def event(name: str, value: Any) -> Damage:
    return lambda record, given, answered: record["eventMetadata"].__setitem__(name, value)


KEY, TIME, LABEL = schema.id_column(), schema.time_column(), schema.label_column()
NUMBER, WHOLE, TEXT = "delay_before", "hour", "courier"

POISON: dict[str, Damage] = {
    "year 9999": instance(TIME, "9999-12-31T00:00:00Z"),
    "year 1": instance(TIME, "0001-01-01T00:00:00Z"),
    "a year before the data": instance(TIME, "2011-12-31T23:59:59Z"),
    "year 2250": instance(TIME, "2250-01-01T00:00:00Z"),
    "no such day": instance(TIME, "2013-02-30T00:00:00Z"),
    "time without zone": instance(TIME, "2013-01-15T23:00:00"),
    "time of another type": instance(TIME, 1358290800),
    "infinity": instance(NUMBER, float("inf")),
    "minus infinity": instance(NUMBER, float("-inf")),
    "not a number": instance(WHOLE, float("nan")),
    "a float that overflows": instance(NUMBER, 1e300),
    "a huge integer": instance(NUMBER, 10**400),
    "a large integer": instance(WHOLE, 10**30),
    "beyond what is declared": instance(NUMBER, 2881),
    "text for a number": instance(NUMBER, "2.2"),
    "true for a number": instance(WHOLE, True),
    "null where there is always a value": instance(TEXT, None),
    "a list for a text": instance(TEXT, ["ant"]),
    "half a character": instance(TEXT, "\ud800"),
    "a key that is a list": instance(KEY, ["a"]),
    "a key that is empty": instance(KEY, ""),
    "a key without an answer": instance(KEY, "nobody"),
    "a score of 170": answer("score", 170),
    "a score below 0": answer("score", -0.1),
    "a score that is none": answer("score", float("nan")),
    "a score of text": answer("score", "0.3"),
    "a decision of text": answer(LABEL, "false"),
    "inference in year 9999": event("inferenceTime", "9999-12-31T23:59:59-12:00"),
    "inference never": event("inferenceTime", "never"),
    "inference on no day": event("inferenceTime", "2013-13-45"),
    "inference as a number": event("inferenceTime", 1358290800),
    "inference without time": event("inferenceTime", None),
}


def damaged(rows: pd.DataFrame, site: Site, damage: Damage) -> str:
    """A line with one record that is wrong, about an event that a good line of the window is about too."""
    line = json.loads(request(rows, site))
    sides = [json.loads(line["captureData"][side]["data"]) for side in ("endpointInput", "endpointOutput")]
    damage(line, sides[0]["instances"][0], sides[1]["predictions"][0])
    for side, content in zip(("endpointInput", "endpointOutput"), sides, strict=True):
        line["captureData"][side]["data"] = json.dumps(content)
    return json.dumps(line)


def request(rows: pd.DataFrame, site: Site) -> str:
    given = to_instances(rows)
    return traffic.capture_line(given, traffic.answer(site.model, given), "poison", "2013-01-21T23:00:00Z")


# What says that something was left out; every other figure must be as if it had never come.
TOLD = {"corrupt", "refused", "dataFaultRatio", "message"}


def figures(outcome: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outcome.items() if name not in TOLD}


def test_one_percent_of_poison_changes_no_figure_and_is_told(site: Site, week: pd.DataFrame) -> None:
    clean = site.look()
    chosen = random.Random(1)
    each = list(POISON.values()) * 2
    for number, damage in enumerate(each):
        row = week.iloc[[chosen.randrange(len(week))]]
        day = row[TIME].iloc[0].date()
        traffic.file_lines(site.root / "captured", day, [damaged(row, site, damage)], f"{number}.jsonl")
    found = site.look()
    assert figures(found) == figures(clean)
    assert found["status"] == "Completed"
    assert found["corrupt"] == len(each) == pytest.approx(0.01 * len(week), rel=0.1)
    told = found["refused"]["captured records"]
    assert sum(told["reasons"].values()) == found["corrupt"]
    assert told["reasons"]["score must be a number from 0 to 1"] == 8
    assert told["reasons"][f"{NUMBER} must be a number from -120 to 2880"] == 2
    assert len(told["reasons"]) < 20
    assert told["first"][0]["line"] == 1
    assert Path(told["first"][0]["object"]).is_file()
    assert site.message.startswith(
        f"Completed; captured records: {len(each)} of {len(week) + len(each):,} refused (12 {TIME} must"
    )
    assert len(site.message.encode()) <= 1024
    # The alarm's share is that of what came.
    assert found["dataFaultRatio"] == pytest.approx(len(each) / (len(each) + len(week)))


@pytest.mark.parametrize("kind", POISON)
def test_each_poison_by_itself_is_refused_with_object_line_and_value(
    site: Site, trained: Any, kind: str
) -> None:
    """One wrong record of a request does not take the others with it."""
    rows = between(read_features(trained.lake.features), *WEEK).iloc[:3]
    traffic.file_lines(site.root / "captured", date(2013, 1, 15), ["", damaged(rows, site, POISON[kind])])
    found = site.look(**{"min-records": 1})
    whole_request = kind.startswith("inference")
    assert found["records"] == (0 if whole_request else 2)
    assert found["corrupt"] == 1
    (first,) = found["refused"]["captured records"]["first"]
    assert (Path(first["object"]).name, first["line"]) == ("records.jsonl", 2)
    assert ", got " in first["problem"] or "documented form" in first["problem"]


def test_a_time_of_inference_without_zone_is_utc(site: Site, week: pd.DataFrame) -> None:
    site.look()
    line = damaged(week.iloc[:3], site, event("inferenceTime", "2013-01-15T23:00:00"))
    traffic.file_lines(site.root / "captured", date(2013, 1, 15), [line])
    found = site.look()
    assert (found["corrupt"], found["duplicates"], found["records"]) == (0, 3, len(week))


def test_a_line_ends_at_a_line_feed_only_and_may_hold_two_records(site: Site, trained: Any) -> None:
    rows = between(read_features(trained.lake.features), *WEEK).iloc[:4]
    rows = rows.assign(**{TEXT: ["a\u2028b", "c\u0085d", "e\x0cf", "g\x1eh"]})
    one, other = request(rows.iloc[:2], site), request(rows.iloc[2:], site)
    raw = (
        json.dumps(json.loads(one), ensure_ascii=False)
        .replace("\\\\u2028", "\u2028")
        .replace("\\\\u0085", "\u0085")
    )
    assert "\u2028" in raw
    folder = site.root / "captured/2013/01/15"
    folder.mkdir(parents=True)
    (folder / "records").write_bytes(b"\xef\xbb\xbf" + (raw + other).encode() + b"\r\n")
    found = site.look(**{"min-records": 1})
    assert (found["records"], found["corrupt"]) == (4, 0)


def test_a_record_takes_none_beside_it_on_its_line_along(site: Site, trained: Any) -> None:
    """Firehose puts records that end without a line feed side by side."""
    rows = between(read_features(trained.lake.features), *WEEK).iloc[:6]
    broken = damaged(rows[:2], site, event("inferenceTime", None))
    no_list = json.loads(request(rows[:2], site))
    no_list["captureData"]["endpointInput"]["data"] = '{"instances": {}}'
    line = broken + json.dumps(no_list) + request(rows[2:], site)
    traffic.file_lines(site.root / "captured", date(2013, 1, 15), [line, "\ufeff" + request(rows[:2], site)])
    found = site.look(**{"min-records": 1})
    assert (found["records"], found["corrupt"]) == (6, 2)
    problems = [each["problem"] for each in found["refused"]["captured records"]["first"]]
    assert problems == [
        "inferenceTime must be an ISO 8601 time, got None",
        "instances must be a list, got {}",
    ]


def test_too_many_refused_records_are_for_people(site: Site, week: pd.DataFrame) -> None:
    line = damaged(week.iloc[:1], site, POISON["infinity"])
    traffic.file_lines(site.root / "captured", date(2013, 1, 16), [line] * 400)
    found = site.look()
    assert found["status"] == "CompletedWithDataFaults"
    assert (found["violations"], found["confirmed"]) == ([], False)
    (fault,) = [v for v in found["reported"] if v["fault"]]
    assert (fault["feature"], fault["check"], fault["retrain"]) == (
        "captured records",
        "refused_records_check",
        False,
    )
    assert found["dataFaultRatio"] == fault["value"] == pytest.approx(400 / (400 + len(week)))
    assert found["quality"] is not None
    assert "captured records refused_records_check 0.063 (constraint 0.050)" in site.message


def test_a_window_of_which_nothing_can_be_believed_says_so(site: Site, week: pd.DataFrame) -> None:
    (site.root / "labels").unlink()
    folder = site.root / "labels/2013/01/20/00"
    folder.mkdir(parents=True)
    label = {"groundTruthData": {"data": "yes,3"}, "eventMetadata": {"eventId": week[KEY].iloc[0]}}
    (folder / "labels.jsonl").write_text(json.dumps(label))
    found = site.look()
    assert found["status"] == "CompletedWithDataFaults"
    assert (found["dataFaultRatio"], found["quality"]) == (1, None)
    assert "labels: 1 of 1 refused (1 late must be a whole number from 0 to 1)" in site.message

    for file in (site.root / "captured").rglob("*.jsonl"):
        file.write_text(file.read_text().replace("inferenceTime", "time"))
    found = site.look()
    assert (found["status"], found["records"], found["dataFaultRatio"]) == ("TooFewRecords", 0, 1)
    assert "KeyError('inferenceTime')" in site.message


def test_an_object_that_nobody_can_read_is_named_and_rings(site: Site, week: pd.DataFrame) -> None:
    file = site.root / "captured/2013/01/16/records.jsonl"
    file.write_bytes(gzip.compress(file.read_bytes()))
    found = site.look()
    assert found["status"] == "CompletedWithDataFaults"
    assert (found["corrupt"], found["dataFaultRatio"]) == (1, 1)
    assert f"{file}: the object is gzip" in site.message


def test_labels_out_of_their_range_are_refused_and_counted(site: Site, week: pd.DataFrame) -> None:
    clean = site.look()
    (site.root / "labels").unlink()
    wrong = ["2,27.0", "-1,3.0", "0.5,3.0", "27.0,1", "inf,3.0"]
    keys = list(week[KEY][:5])
    copied = site.root / "labels"
    for file in site.lake.labels.rglob("*.jsonl"):
        to = copied / file.relative_to(site.lake.labels)
        to.parent.mkdir(parents=True)
        to.write_bytes(file.read_bytes())
    extra = [
        json.dumps({"groundTruthData": {"data": data}, "eventMetadata": {"eventId": key}})
        for key, data in zip(keys, wrong, strict=True)
    ]
    extra += [json.dumps({"groundTruthData": {"data": "1,3"}, "eventMetadata": {"eventId": ["a"]}})]
    (copied / "2013/01/20/00/more.jsonl").write_text("\n".join(extra))
    (copied / "2013/01/20/00/README.txt").write_text("not labels")
    found = site.look()
    assert figures(found) == figures(clean)
    assert found["refused"]["labels"]["count"] == 6
    assert found["refused"]["labels"]["reasons"] == {
        "late must be a whole number from 0 to 1": 5,
        "eventId must be a text": 1,
    }
    assert "labels: 6 of " in site.message


def test_a_file_of_labels_that_is_old_and_broken_rings_in_no_later_window(
    site: Site, week: pd.DataFrame
) -> None:
    clean = site.look()
    (site.root / "labels").unlink()
    shutil.copytree(site.lake.labels, site.root / "labels")
    old = site.root / "labels/2013/01/12/00"
    old.mkdir(parents=True, exist_ok=True)
    (old / "broken.jsonl").write_bytes(gzip.compress(b"{}"))
    assert site.look(**{"trained-through": "2013-01-08"})["refused"]["labels"]["count"] == 0
    near = site.root / "labels/2013/01/20/00/broken.jsonl"
    near.write_bytes(gzip.compress(b"{}"))
    assert site.look()["refused"]["labels"]["count"] == 1
    assert clean["status"] == "Completed"


def test_base64_of_an_endpoint_is_damaged_as_plain_json_is(site: Site, week: pd.DataFrame) -> None:
    line = json.loads(damaged(week.iloc[:3], site, POISON["infinity"]))
    encoded = copy.deepcopy(line)
    for side in encoded["captureData"].values():
        side.update(data=base64.b64encode(side["data"].encode()).decode(), encoding="BASE64")
    traffic.file_lines(site.root / "captured", date(2013, 1, 15), [json.dumps(encoded)])
    assert site.look()["corrupt"] == 1
