"""Figures that do not exist, columns that vanished and labels that come late are never read as calm."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from conftest import Trained, evaluation_arguments, training_arguments
from windows import WEEK, Site

import evaluate
import train
from common import schema


@pytest.mark.parametrize("outcome", ["0,1.0", "1,30.0"])
def test_a_window_of_one_class_has_no_quality_and_keeps_the_rest(
    site: Site, week: pd.DataFrame, outcome: str
) -> None:
    (site.root / "labels").unlink()
    folder = site.root / "labels/2013/01/20/00"
    folder.mkdir(parents=True)
    lines = [
        json.dumps({"groundTruthData": {"data": outcome}, "eventMetadata": {"eventId": key}})
        for key in week[schema.id_column()]
    ]
    (folder / "labels.jsonl").write_text("\n".join(lines))
    found = site.look()
    assert found["status"] == "NoQualityVerdict"
    assert found["quality"] is None
    assert found["qualityReason"].startswith(f"all {len(week):,} labelled records have late = {outcome[0]}")
    assert found["drift"]
    assert not {"QualityViolations", "WindowScore"} & {m["MetricName"] for m in found["metrics"]}
    assert found["labelCoverage"] == 1


def without(share: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        gone = pd.Series(np.random.default_rng(1).random(len(rows)) < share, index=rows.index)
        return rows.assign(
            delay_before=rows["delay_before"].mask(gone), late_before=rows["late_before"].mask(gone)
        )

    return change


GONE = without(1.0)


@pytest.mark.parametrize("share", [1.0, 0.99, 0.5])
def test_watched_columns_that_vanish_ring_for_people_and_give_no_verdict(site: Site, share: float) -> None:
    site.traffic(*WEEK, without(share))
    found = site.look()
    assert found["status"] == "CompletedWithDataFaults"
    assert [v["feature"] for v in found["reported"] if v["fault"]] == ["delay_before", "late_before"]
    assert found["dataFaultRatio"] == 1
    assert found["violations"] == []
    assert found["quality"] is None
    assert found["qualityReason"].startswith(
        "delay_before, which the one-feature rule is made of, is missing"
    )
    drift = {d["feature"]: d["distance"] for d in found["drift"]}
    assert (drift["delay_before"] is None) == (share == 1.0)
    sent = {d["Value"] for m in found["metrics"] for d in m["Dimensions"] if d["Name"] == "Feature"}
    assert ("delay_before" in sent) == (share != 1.0)


@pytest.mark.parametrize("monitor", ["retrain", "report"])
def test_a_period_that_lacked_a_column_for_a_week_does_not_excuse_its_loss(
    site: Site, evaluated: Path, monkeypatch: pytest.MonkeyPatch, monitor: Literal["retrain", "report"]
) -> None:
    declared = [replace(c, monitor=c.monitor and monitor) for c in schema.curated_columns()]
    monkeypatch.setattr(schema, "curated_columns", lambda: tuple(declared))
    (site.root / "input").unlink()
    file = shutil.copytree(evaluated, site.root / "input") / "baseline/constraints.json"
    constraints = json.loads(file.read_text())
    for feature in constraints["features"]:
        feature["completeness"] = 0.0
    file.write_text(json.dumps(constraints))
    site.traffic(*WEEK, GONE)
    found = site.look()
    lost = ["delay_before", "late_before"] if monitor == "retrain" else []
    assert [v["feature"] for v in found["reported"] if v["fault"]] == lost
    assert found["status"] == ("CompletedWithDataFaults" if lost else "NoQualityVerdict")
    assert found["qualityReason"].startswith(
        "delay_before, which the one-feature rule is made of, is missing in"
    )


def test_any_column_that_is_gone_altogether_rings(site: Site) -> None:
    site.traffic(*WEEK, lambda rows: rows.assign(lockers=np.nan))
    found = site.look()
    assert [v["feature"] for v in found["reported"] if v["fault"]] == ["lockers"]
    assert found["status"] == "CompletedWithDataFaults"
    assert found["quality"] is not None


def test_labels_that_come_late_under_their_true_day_are_seen(site: Site, week: pd.DataFrame) -> None:
    clean = site.look()
    (site.root / "labels").unlink()
    for file in site.lake.labels.rglob("*.jsonl"):
        day = date(*map(int, file.relative_to(site.lake.labels).parts[:3]))
        later = date.fromordinal(day.toordinal() + 6)
        to = site.root / f"labels/{later:%Y/%m/%d}/00/labels.jsonl"
        to.parent.mkdir(parents=True)
        to.write_bytes(file.read_bytes())
    found = site.look()
    assert (found["labelCoverage"], found["quality"]) == (1, clean["quality"])


@pytest.mark.parametrize("direction", [None, "lower"])
def test_a_lifecycle_without_a_rule_or_with_one_that_falls(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, direction: str | None
) -> None:
    declared = [replace(c, ruleOfThumb=c.ruleOfThumb and direction) for c in schema.curated_columns()]
    monkeypatch.setattr(schema, "curated_columns", lambda: tuple(declared))
    train.main(training_arguments(trained.lake, tmp_path / "trained"))
    model = tmp_path / "trained/model"
    evaluate.main(evaluation_arguments(trained.lake, model, tmp_path))
    (tmp_path / "input/model").mkdir()
    shutil.copy(tmp_path / "input/challenger/model.tar.gz", tmp_path / "input/model")
    shutil.copytree(tmp_path / "output/evaluation", tmp_path / "input/baseline")
    decision = json.loads((tmp_path / "input/baseline/decision.json").read_text())
    site = Site(tmp_path, replace(trained, folder=tmp_path / "trained"))
    site.traffic(*WEEK, lambda rows: rows)
    found = site.look()["quality"]
    assert found["drop"] == pytest.approx(0, abs=1e-9)
    if direction is None:
        assert (decision["ruleScore"], found["ruleScore"]) == (0.5, 0.5)
        assert "for all (no simple rule is declared; 0.5 by definition)" in decision["reason"]
    else:
        assert found["ruleScore"] == pytest.approx(decision["ruleScore"])
        assert decision["ruleScore"] < 0.5
