import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Lake
from sklearn.metrics import roc_auc_score
from windows import CHAMPION, Site

import evaluate
import fairness
import monitor
import outcome
from captured import Window
from common.metrics import ks_distance
from common.model import Model
from common.tables import between, read_features
from drift import Violation


def congested(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(delay_before=rows["delay_before"] + 60, late_before=1.0)


def test_a_quiet_week_completes(site: Site, lake: Lake) -> None:
    site.traffic("2013-01-15", "2013-01-22")
    found = site.look()
    assert found["status"] == site.message == "Completed"
    assert found["violations"] == []
    assert not found["confirmed"]
    assert (
        found["records"]
        == found["labelledRows"]
        == len(between(read_features(lake.features), "2013-01-15", "2013-01-22"))
    )
    assert found["labelCoverage"] == 1
    assert found["attribution"]["ndcg"] > 0.9
    assert {path.name for path in (site.root / "output/window").iterdir()} == set(monitor.FILES.values())


def test_the_gate_week_seen_again_has_the_gates_figures(site: Site) -> None:
    """Window and gate are the same rows here: the drop is nothing, and the interval holds 0."""
    site.traffic("2013-01-15", "2013-01-22")
    found = site.look()["quality"]
    decision = json.loads((site.root / "input/baseline/decision.json").read_text())
    assert found["score"] == pytest.approx(decision["challengerScore"], abs=1e-9)
    assert found["ruleScore"] == pytest.approx(decision["ruleScore"], abs=1e-9)
    assert found["drop"] == pytest.approx(0, abs=1e-9)
    assert found["dropInterval"][0] < 0 < found["dropInterval"][1]
    metrics = site.file("model_quality_statistics.json")["binary_classification_metrics"]
    assert metrics["auc"]["value"] == found["score"]
    assert 0 < metrics["auc"]["standard_deviation"] < 0.1
    assert sum(sum(row.values()) for row in metrics["confusion_matrix"].values()) == decision["rows"]


def test_drift_of_a_retraining_feature_is_a_violation_with_its_distance(site: Site) -> None:
    site.traffic("2013-01-15", "2013-01-22", congested)
    found = site.look()
    assert found["status"] == "CompletedWithViolations"
    by_feature = {v["feature"]: v for v in found["violations"] if v["check"] == "baseline_drift_check"}
    assert set(by_feature) == {"delay_before", "late_before"}
    assert all(v["retrain"] for v in found["violations"])
    period = between(read_features(site.lake.features), "2013-01-01", "2013-01-22")
    window = congested(between(period, "2013-01-15", "2013-01-22"))
    exact = ks_distance(window["delay_before"].to_numpy(), period["delay_before"].to_numpy())
    assert by_feature["delay_before"]["value"] == pytest.approx(exact, abs=0.002)
    assert site.message.startswith("CompletedWithViolations: delay_before baseline_drift_check")
    listed = site.file("constraint_violations.json")["violations"]
    assert {"feature_name", "constraint_check_type", "description"} == set(listed[0])


def test_heat_and_new_places_are_reported_and_start_nothing(site: Site) -> None:
    def hot_and_new(rows: pd.DataFrame) -> pd.DataFrame:
        renamed = rows["region"].where(rows.index % 20 != 0, "ZZZ")
        return rows.assign(temperature=rows["temperature"] + 60, region=renamed)

    site.traffic("2013-01-15", "2013-01-22", hot_and_new)
    found = site.look()
    reported = {(v["feature"], v["check"]): v for v in found["reported"]}
    assert reported["region", "categorical_values_check"]["value"] == pytest.approx(0.05, abs=0.001)
    assert ("temperature", "baseline_drift_check") in reported
    assert [v["feature"] for v in found["violations"]] in ([], ["gain_over_rule"])
    assert not any(v["retrain"] for v in found["reported"])


def test_few_records_are_an_outcome_of_their_own(site: Site) -> None:
    site.traffic("2013-01-15", "2013-01-16", congested)
    found = site.look()
    assert found["status"] == "TooFewRecords"
    assert found["violations"] == found["drift"] == []
    assert site.message == (
        f"TooFewRecords: {found['records']} of the champion in the window, 1000 needed; "
        "other models answered 0, and 0 name no model"
    )
    assert {m["MetricName"] for m in found["metrics"]} == {"RecordsInWindow", "LabelCoverage"}


def test_an_empty_window_is_too_few_records(site: Site) -> None:
    assert site.look()["records"] == 0


def test_few_labels_leave_quality_out_and_say_so(site: Site) -> None:
    site.traffic("2013-01-15", "2013-01-22")
    found = site.look(labels=site.root / "none")
    assert found["status"] == "TooFewLabels"
    assert found["quality"] is None
    assert found["drift"]
    assert site.message.startswith("TooFewLabels: 0 of ")
    assert "QualityViolations" not in {m["MetricName"] for m in found["metrics"]}


def test_drift_without_labels_is_still_drift(site: Site) -> None:
    site.traffic("2013-01-15", "2013-01-22", congested)
    assert site.look(labels=site.root / "none")["status"] == "CompletedWithViolations"


def test_scores_that_stopped_ranking_are_a_quality_violation(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(1)
    noise = lambda self, rows: generator.random(len(rows["courier"])).astype(np.float32)  # noqa: E731
    with monkeypatch.context() as patch:
        patch.setattr(Model, "score", noise)
        site.traffic("2013-01-15", "2013-01-22", lambda rows: rows)
    found = site.look()
    (violation,) = found["violations"]
    assert (violation["feature"], violation["check"]) == ("gain_over_rule", "model_quality_check")
    assert found["quality"]["dropInterval"][1] < 0
    assert violation["value"] == found["quality"]["drop"]


def test_quality_figures_are_of_the_captured_scores(site: Site) -> None:
    site.traffic("2013-01-08", "2013-01-15")
    found = site.look("2013-01-08", "2013-01-15")["quality"]
    rows = between(read_features(site.lake.features), "2013-01-08", "2013-01-15")
    labelled = evaluate.label_rows(rows, evaluate.read_labels(site.lake.labels))
    assert found["score"] == pytest.approx(roc_auc_score(labelled["late"], site.model.score(rows)))
    assert found["gain"] == pytest.approx(found["score"] - found["ruleScore"])
    for name in ("score", "ruleScore"):
        low, high = found[f"{name}Interval"]
        assert low < found[name] < high < 1
    statistics = site.file("model_quality_statistics.json")["binary_classification_metrics"]["auc"]
    assert np.diff(found["scoreInterval"])[0] == pytest.approx(4 * statistics["standard_deviation"], rel=0.2)
    decision = json.loads((site.root / "input/baseline/decision.json").read_text())
    assert found["drop"] == pytest.approx(found["gain"] - decision["ruleGain"])
    # Two independent weeks: variances add.
    gain, gate, drop = (
        np.diff(i)[0] for i in (found["interval"], decision["ruleInterval"], found["dropInterval"])
    )
    assert drop == pytest.approx(np.hypot(gain, gate), rel=0.1)
    assert np.mean(found["dropInterval"]) == pytest.approx(found["drop"], abs=drop / 6)


def test_two_of_three_windows_confirm_and_other_champions_or_overlaps_do_not(site: Site) -> None:
    site.traffic("2013-01-01", "2013-01-22", congested)

    def forget() -> None:
        shutil.rmtree(site.root / "windows")

    assert not site.look("2013-01-01", "2013-01-08")["confirmed"]
    assert site.look("2013-01-08", "2013-01-15")["confirmed"]
    forget()
    # The first of three, one missing between: still two of the last three.
    site.look("2013-01-01", "2013-01-08")
    assert site.look("2013-01-15", "2013-01-22")["confirmed"]
    forget()
    # A daily schedule: the windows overlap, the same days must not vote again.
    for day in range(8, 14):
        assert not site.look(f"2013-01-{day - 7:02}", f"2013-01-{day:02}")["confirmed"]
    forget()
    site.look("2013-01-01", "2013-01-08", champion="arn:other/2")
    assert not site.look("2013-01-08", "2013-01-15")["confirmed"]


def test_a_window_looked_at_again_says_the_same(site: Site) -> None:
    site.traffic("2013-01-15", "2013-01-22", congested)
    assert site.look() == site.look()


@pytest.mark.parametrize(
    ("trained_through", "days"), [("2013-01-22", 0), ("2013-01-20", 2), ("2013-01-10", 12)]
)
def test_new_labels_are_those_since_training(site: Site, trained_through: str, days: int) -> None:
    found = site.look(**{"trained-through": trained_through})
    end = date(2013, 1, 22)
    expected = between(read_features(site.lake.features), str(end - timedelta(days=days)), str(end))
    assert found["newLabelledRows"] == len(expected)


def test_metrics_for_alarms_carry_the_kit_alone(site: Site) -> None:
    site.traffic("2013-01-15", "2013-01-22", congested)
    found = site.look()
    plain = {
        m["MetricName"]: m["Value"]
        for m in found["metrics"]
        if m["Dimensions"] == [{"Name": "Kit", "Value": "mlkit"}]
    }
    drift_violations = [v for v in found["violations"] if v["check"] != "model_quality_check"]
    assert plain == {
        "RecordsInWindow": found["records"],
        "LabelCoverage": 1,
        "DriftViolations": len(drift_violations),
        "QualityViolations": len(found["violations"]) - len(drift_violations),
        "WindowScore": found["quality"]["score"],
    }
    versions = {d["Value"] for m in found["metrics"] for d in m["Dimensions"] if d["Name"] == "ModelVersion"}
    assert versions == {"3"}
    assert len(found["metrics"]) == 2 * len(plain) + len(found["drift"])


def test_an_error_is_the_exit_message(site: Site) -> None:
    with pytest.raises(ValueError, match="holds no day"):
        site.look("2013-01-15", "2013-01-15")
    assert site.message.startswith("Failed: ValueError: the window")


def test_bias_moved_is_told_with_both_figures() -> None:
    def facets(figures: dict[str, float | None]) -> fairness.Facets:
        metrics = [{"name": name, "value": value} for name, value in figures.items()]
        return {"depot": [{"value_or_threshold": "north", "metrics": metrics}]}

    before = {
        "post_training_bias_metrics": {"facets": facets({"AD": -0.1, "DI": 1.5, "RD": 0.2, "TE": None})}
    }
    moved = fairness.farther_than(before, facets({"AD": 0.11, "DI": 0.9, "RD": -0.2, "TE": 1.0}))
    assert [(m["metric"], m["figure"], m["baseline"]) for m in moved] == [("AD", 0.11, -0.1)]


def test_confirmation_counts_this_window_and_needs_it() -> None:
    violation = Violation("delay_before", "baseline_drift_check", 0.3, 0.2, retrain=True)
    bad, clean = {"violations": ["x"]}, {"violations": []}
    assert outcome.confirmed([violation], [bad, clean], k=2)
    assert not outcome.confirmed([violation], [clean, clean], k=2)
    assert not outcome.confirmed([], [bad, bad], k=2)
    assert outcome.confirmed([violation], [], k=1)


def test_windows_of_another_length_do_not_confirm(tmp_path: Path) -> None:
    folder = tmp_path / "3/2013-01-08"
    folder.mkdir(parents=True)
    earlier = {
        "champion": CHAMPION,
        "window": {"start": "2013-01-05", "end": "2013-01-08"},
        "violations": ["x"],
    }
    (folder / "outcome.json").write_text(json.dumps(earlier))
    window = Window(date(2013, 1, 8), date(2013, 1, 15))
    assert outcome.earlier_windows(str(tmp_path), CHAMPION, window, 3) == []


def test_the_message_fits_what_sagemaker_keeps(site: Site) -> None:
    site.traffic("2013-01-15", "2013-01-22", congested)
    site.look()
    assert len(site.message.encode()) <= 1024
