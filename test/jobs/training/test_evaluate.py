import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import THREE_WEEKS_END, Lake, Trained, evaluation_arguments, pack, training_arguments
from sklearn.metrics import roc_auc_score

import baseline
import evaluate
import inference
import train
from common import schema
from common.metrics import ks_distance
from common.model import Model
from common.monitorfiles import counts_of, sample_of
from common.predictors import dmatrix
from common.tables import between, read_features


def run(
    lake: Lake, root: Path, challenger: Path, champion: Path | None = None, **changes: object
) -> dict[str, Any]:
    if champion is not None:
        pack(champion, root / "input/champion")
    evaluate.main(evaluation_arguments(lake, challenger, root, **changes))
    files = (root / "output/evaluation").iterdir()
    return {file.name: json.loads(file.read_text()) for file in files if file.suffix == ".json"}


@pytest.fixture(scope="module")
def alone(lake: Lake, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("alone")
    return run(lake, root, trained.model) | {"message": (root / "message").read_text()}


@pytest.fixture(scope="module")
def gate_rows(lake: Lake) -> pd.DataFrame:
    labelled = train.label_rows(read_features(lake.features), train.read_labels(lake.labels))
    return between(labelled, "2013-01-15", THREE_WEEKS_END)


def test_every_file_of_the_layout_is_written(alone: dict[str, Any]) -> None:
    assert set(alone) - {"message"} == set(evaluate.FILES.values()) - {"model-card.html"}


def test_figures_are_those_of_the_gate_rows(
    alone: dict[str, Any], trained: Trained, gate_rows: pd.DataFrame
) -> None:
    decision, model = alone["decision.json"], Model.load(trained.model)
    assert decision["rows"] == len(gate_rows)
    assert decision["days"] == 7
    assert decision["challengerScore"] == pytest.approx(
        roc_auc_score(gate_rows["late"], model.score(gate_rows))
    )
    fit = between(read_features(trained.lake.features), *model.slices.fit)
    rule = gate_rows["delay_before"].fillna(fit["delay_before"].median())
    assert decision["ruleScore"] == pytest.approx(roc_auc_score(gate_rows["late"], rule))
    assert decision["championScore"] is None
    assert decision["newLabelledRows"] == sum(model.meta["rows"].values())
    assert alone["message"].startswith("Promote: " if decision["promoted"] else "Hold: ")


def test_a_model_against_itself_gains_nothing_and_has_been_seen(
    lake: Lake, trained: Trained, tmp_path: Path
) -> None:
    decision = run(lake, tmp_path, trained.model, trained.model)["decision.json"]
    assert decision["gain"] == 0
    assert decision["interval"] == [0, 0]
    assert decision["guardDelta"] == 0
    assert not decision["promoted"]
    assert "has seen part of the gate" in decision["reason"]
    assert decision["newLabelledRows"] == 0


def test_a_champion_that_has_not_seen_the_gate_is_compared(
    lake: Lake, trained: Trained, tmp_path: Path
) -> None:
    earlier = {"data_through": "2013-01-15", "gate_days": 4, "select_days": 4}
    train.main(training_arguments(lake, tmp_path / "champion", **earlier))
    decision = run(lake, tmp_path, trained.model, tmp_path / "champion/model")["decision.json"]
    assert decision["gain"] == pytest.approx(decision["challengerScore"] - decision["championScore"])
    assert decision["interval"][0] < decision["gain"] < decision["interval"][1]
    assert {segment["value"] for segment in decision["segments"]} == {"north", "south", "west"}
    assert "has seen" not in decision["reason"]


def test_a_champion_of_other_features_stands_in_no_way(
    lake: Lake, trained: Trained, tmp_path: Path, alone: dict[str, Any]
) -> None:
    champion = Path(shutil.copytree(trained.model, tmp_path / "older"))
    meta = json.loads((champion / "model.json").read_text())
    meta["features"] = ["weight", *meta["features"][1:]]
    (champion / "model.json").write_text(json.dumps(meta))
    decision = run(lake, tmp_path, trained.model, champion)["decision.json"]
    first = schema.features()[0].name
    assert decision["promoted"]
    assert decision["reason"].startswith(f"the champion was trained without {first} and with weight; AUC")
    assert (decision["gain"], decision["ruleGain"]) == (None, alone["decision.json"]["ruleGain"])


def test_rows_that_changed_since_training_are_refused(lake: Lake, trained: Trained, tmp_path: Path) -> None:
    changed = tmp_path / "lake"
    shutil.copytree(lake.labels, changed / "labels")
    frame = read_features(lake.features)
    frame.loc[10, "lockers"] += 1
    (changed / "features").mkdir()
    frame.to_parquet(changed / "features/part.parquet")
    with pytest.raises(ValueError, match="changed between training and evaluation"):
        run(Lake(changed), tmp_path, trained.model)
    assert (tmp_path / "message").read_text().startswith("Failed: ValueError")


def test_other_slices_than_the_challengers_are_refused(lake: Lake, trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="trained on slices"):
        run(lake, tmp_path, trained.model, **{"gate-days": 6})


def test_the_smoke_test_is_a_request_that_the_endpoint_answers_so(
    alone: dict[str, Any], trained: Trained
) -> None:
    smoke = alone["smoke-test.json"]
    assert 1 <= len(smoke["request"]["instances"]) <= 5
    rows = inference.input_fn(json.dumps(smoke["request"]), "application/json")
    answers = inference.predict_fn(rows, inference.model_fn(str(trained.model)))
    assert [answer["score"] for answer in answers["predictions"]] == pytest.approx(
        smoke["expectedScores"], abs=smoke["tolerance"]
    )


def test_attributions_add_up_to_the_score(
    trained: Trained, gate_rows: pd.DataFrame, alone: dict[str, Any]
) -> None:
    model = Model.load(trained.model)
    explained = alone["analysis.json"]["explanations"]["kernel_shap"]["label0"]
    spread = gate_rows.iloc[::3]
    assert 1500 < len(spread) <= 2000
    contributions = model.predictor.booster.predict(
        dmatrix(model.encoding.matrix(spread)), pred_contribs=True
    )
    log_odds = contributions.sum(axis=1)
    assert explained["method"] == "exact TreeSHAP"
    assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(model.score(spread), abs=1e-5)
    expected = dict(zip(model.meta["features"], np.abs(contributions[:, :-1]).mean(axis=0), strict=True))
    assert explained["global_shap_values"] == pytest.approx(expected, rel=1e-5)


def test_the_baseline_is_of_the_whole_period(alone: dict[str, Any], lake: Lake) -> None:
    rows = between(read_features(lake.features), "2013-01-01", THREE_WEEKS_END)
    found = {feature["name"]: feature for feature in alone["statistics.json"]["features"]}
    assert alone["statistics.json"]["dataset"]["item_count"] == len(rows)
    temperature = found["temperature"]["numerical_statistics"]
    assert temperature["mean"] == pytest.approx(rows["temperature"].mean())
    assert temperature["std_dev"] == pytest.approx(rows["temperature"].std(ddof=0))
    assert temperature["common"] == {
        "num_present": rows["temperature"].count(),
        "num_missing": rows["temperature"].isna().sum(),
    }
    assert (
        sum(b["count"] for b in temperature["distribution"]["kll"]["buckets"]) == rows["temperature"].count()
    )
    minutes = found["minute"]["numerical_statistics"]["distribution"]["kll"]["buckets"]
    assert [b["lower_bound"] for b in minutes] == [-0.5 + 6 * n for n in range(10)]
    weekdays = found["weekday"]["numerical_statistics"]["distribution"]["kll"]["buckets"]
    counted = rows["weekday"].value_counts().sort_index()
    assert [(b["lower_bound"] + 0.5, b["count"]) for b in weekdays] == list(counted.items())
    assert counts_of(found["courier"]) == rows["courier"].value_counts().to_dict()


def test_the_sketch_stands_for_all_values(alone: dict[str, Any], lake: Lake) -> None:
    rows = between(read_features(lake.features), "2013-01-01", THREE_WEEKS_END)
    for feature in alone["statistics.json"]["features"]:
        if "numerical_statistics" in feature:
            sample = sample_of(feature)
            assert len(sample) <= 2048
            assert ks_distance(sample, rows[feature["name"]].to_numpy(dtype=float)) < 0.002, feature["name"]


def test_thresholds_are_the_noise_between_weeks(alone: dict[str, Any], lake: Lake) -> None:
    rows = between(read_features(lake.features), "2013-01-01", THREE_WEEKS_END)
    week = (rows["due"].dt.dayofyear - 1) // 7
    limits = {feature["name"]: feature for feature in alone["constraints.json"]["features"]}
    for name in ("delay_before", "temperature", "hour"):
        values = rows[name].to_numpy(dtype=float)
        noise = max(ks_distance(values[week == w], values[week != w]) for w in range(3))
        override = limits[name]["monitoringConfigOverrides"]["distribution_constraints"]
        assert override["comparison_threshold"] == pytest.approx(max(0.1, noise))
    assert (
        limits["temperature"]["monitoringConfigOverrides"]["distribution_constraints"]["comparison_threshold"]
        > 0.3
    )
    assert limits["courier"]["string_constraints"]["domains"] == sorted(rows["courier"].unique())


def relabelled(lake: Lake, to: Path, change: Callable[[dict[str, Any]], str | None]) -> Lake:
    """The same lake with other labels: `change` gives a record's data, or None to keep it."""
    for file in lake.labels.rglob("*.jsonl"):
        records = [json.loads(line) for line in file.read_text().split("\n") if line]
        for record in records:
            data = change(record)
            record["groundTruthData"]["data"] = data or record["groundTruthData"]["data"]
        copied = to / "labels" / file.relative_to(lake.labels)
        copied.parent.mkdir(parents=True)
        copied.write_text("\n".join(map(json.dumps, records)))
    for name in ("features", "quality"):
        (to / name).symlink_to(lake.root / name)
    return Lake(to)


def test_a_segment_with_one_class_holds_and_is_listed(lake: Lake, tmp_path: Path) -> None:
    def never_from_north(record: dict[str, Any]) -> str | None:
        key = record["eventMetadata"]["eventId"]
        return "0,1.0" if "-north-" in key and key.split("-")[-1] >= "20130115" else None

    odd = relabelled(lake, tmp_path / "lake", never_from_north)
    train.main(training_arguments(odd, tmp_path / "trained"))
    found = run(odd, tmp_path, tmp_path / "trained/model", **{"segment-min-rows": 300})
    decision = found["decision.json"]
    assert not decision["promoted"]
    assert "segment depot north (" in decision["reason"]
    assert [(s["value"], s["gain"]) for s in decision["segmentsLeftOut"]] == [("north", None)]
    gains = {s["value"]: s["gain"] for s in found["evaluation.json"]["segmentsOverRule"]}
    assert gains["north"] is None
    assert isinstance(gains["south"], float)


def test_a_rule_that_lost_its_values_is_beaten_by_nobody(lake: Lake, tmp_path: Path) -> None:
    frame = read_features(lake.features)
    gate = frame["due"] >= pd.Timestamp("2013-01-15", tz="UTC")
    odd = tmp_path / "lake"
    (odd / "features").mkdir(parents=True)
    frame.assign(delay_before=frame["delay_before"].mask(gate)).to_parquet(odd / "features/part.parquet")
    for name in ("labels", "quality"):
        (odd / name).symlink_to(lake.root / name)
    train.main(training_arguments(Lake(odd), tmp_path / "trained"))
    decision = run(Lake(odd), tmp_path, tmp_path / "trained/model")["decision.json"]
    assert not decision["promoted"]
    assert "delay_before, which the one-feature rule is made of, has a value in 0% of" in decision["reason"]


def test_the_report_says_what_the_decisions_cost(
    alone: dict[str, Any], trained: Trained, gate_rows: pd.DataFrame
) -> None:
    costs = alone["evaluation.json"]["costs"]
    prices = schema.problem()["costs"]
    assert costs["unit"] == prices["unit"]
    found, confusion = costs["perThousandRows"], alone["evaluation.json"]["gate"]["challenger"]["confusion"]
    assert found["challenger"] == pytest.approx(
        1000 * (confusion["fp"] * prices["falseAlarm"] + confusion["fn"] * prices["miss"]) / len(gate_rows)
    )
    assert found["nothing"] == pytest.approx(1000 * gate_rows["late"].mean() * prices["miss"])
    assert set(found) == {"challenger", "rule", "nothing"}
    assert 0 < found["rule"] < 2 * found["nothing"]


def test_days_without_events_have_no_noise_and_no_nan(lake: Lake) -> None:
    rows = between(read_features(lake.features), "2013-01-01", THREE_WEEKS_END)
    day = rows["due"].dt.dayofyear
    gaps = rows[(day < 4) | (day > 9)].assign(lockers=np.nan)
    limits = baseline.limits(gaps, 3)
    assert all(np.isfinite(list(limit.values())).all() for limit in limits.values())
    assert limits["lockers"]["completeness"] == 0
    worst = 1 - gaps["delay_before"].isna().groupby((day[gaps.index] - 1) // 3).mean().max()
    assert limits["delay_before"]["completeness"] == pytest.approx(worst - baseline.LEAST_MISSING)


def test_held_out_weeks_are_judged_by_the_others_alone(lake: Lake) -> None:
    rows = between(read_features(lake.features), "2013-01-01", THREE_WEEKS_END)
    week = (rows["due"].dt.dayofyear - 1) // 7
    even = rows.assign(delay_before=rows.index % 7, late_before=0.1)
    assert baseline.false_alarms(even, 7) == {"windows": 3, "alarms": 0}
    # One week unlike the two others, which hardly differ: it stands out, and nobody else does.
    odd = even.assign(delay_before=even["delay_before"] + 100 * (week == 1))
    assert baseline.false_alarms(odd, 7) == {"windows": 3, "alarms": 1}


def test_a_period_of_one_block_has_no_noise_to_measure(lake: Lake) -> None:
    rows = between(read_features(lake.features), "2013-01-01", "2013-01-10")
    with pytest.raises(ValueError, match="two"):
        baseline.limits(rows, 7)


def test_the_interval_of_the_gate_holds_the_luck_of_seeds_too(lake: Lake, tmp_path: Path) -> None:
    for folder, seeds in (("one", 1), ("five", 5)):
        train.main(training_arguments(lake, tmp_path / folder, seeds=seeds, subsample=0.3))
    intervals = {}
    for folder in ("one", "five"):
        decision = run(lake, tmp_path / f"in-{folder}", tmp_path / folder / "model")["decision.json"]
        intervals[folder] = decision["ruleInterval"]
        assert len(decision["seedScores"]) == {"one": 1, "five": 5}[folder]
        assert len(set(decision["seedScores"])) == len(decision["seedScores"])
        assert decision["seedScores"][0] == decision["challengerScore"]
    (low, high), (wider_low, wider_high) = intervals["one"], intervals["five"]
    assert (low, high) != (wider_low, wider_high)
    # What is released, and answers, is the first alone.
    one, five = (Model.load(tmp_path / folder / "model") for folder in ("one", "five"))
    rows = read_features(lake.features).iloc[:50]
    np.testing.assert_array_equal(one.score(rows), five.score(rows))
    assert five.twins == ()
