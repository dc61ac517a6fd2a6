"""Figures of the experiments against libraries, and the experiments themselves on the parcels."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import THREE_WEEKS_END, Lake
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

import mitigated
import poisoned
import rare_outcome
import study
from common.metrics import Confusion, calibration, calibration_error
from poisoned import Poison
from study import Judge

PRICES = 6.0, 60.0


@pytest.fixture(scope="module")
def judged() -> tuple[Judge, np.ndarray]:
    draw = np.random.default_rng(1)
    scores = np.round(draw.random(2000), 2)
    labels = (draw.random(2000) < 0.2 * scores + 0.02).astype(float)
    days = np.datetime64("2013-01-01") + np.sort(draw.integers(0, 28, 2000)).astype("timedelta64[D]")
    return Judge(labels, days.astype("datetime64[D]")), scores


def test_figures_of_the_rows_as_they_are_equal_the_libraries(judged: tuple[Judge, np.ndarray]) -> None:
    judge, scores = judged
    assert judge.auc(scores)[0] == pytest.approx(roc_auc_score(judge.labels, scores))
    assert judge.average_precision(scores)[0] == pytest.approx(average_precision_score(judge.labels, scores))
    assert judge.brier(scores)[0] == pytest.approx(brier_score_loss(judge.labels, scores))
    assert judge.calibration_error(scores)[0] == pytest.approx(
        calibration_error(calibration(judge.labels, scores))
    )
    called = scores >= 0.5
    assert judge.cost(called, PRICES)[0] == pytest.approx(Confusion.of(judge.labels, called).cost(*PRICES))
    assert judge.mean(scores, called)[0] == pytest.approx(scores[called].mean())


def test_a_draw_counts_each_day_as_often_as_it_was_drawn(judged: tuple[Judge, np.ndarray]) -> None:
    judge, scores = judged
    _, place = np.unique(judge.days, return_inverse=True)
    again = np.repeat(np.arange(2000), judge._weights[3][place].astype(int))
    assert judge.average_precision(scores)[3] == pytest.approx(
        average_precision_score(judge.labels[again], scores[again])
    )
    assert judge.brier(scores)[3] == pytest.approx(brier_score_loss(judge.labels[again], scores[again]))
    assert len(judge.auc(scores)) == 1 + study.DRAWS


def test_a_change_is_marked_where_its_interval_does_not_hold_0() -> None:
    draws = np.linspace(0.1, 0.2, 101)
    assert study.change(draws, np.zeros(101), 2) == "**+0.10 [+0.10, +0.20]**"
    assert study.change(np.linspace(-0.1, 0.2, 101), np.zeros(101), 2) == "-0.10 [-0.09, +0.19]"


def test_poison_turns_as_many_labels_as_it_says_where_it_says() -> None:
    rows = pd.DataFrame({"due": pd.date_range("2013-01-01", periods=200, freq="h", tz="UTC")})
    rows["depot"] = ["north", "south"] * 100
    learned = (rows["due"] < pd.Timestamp("2013-01-06", tz="UTC")).to_numpy()
    random = Poison(0.1).hit(rows, "depot", "2013-01-06")
    assert random.sum() == 12
    assert not (random & ~learned).any()
    aimed = Poison(0.1, "south").hit(rows, "depot", "2013-01-06")
    assert set(rows["depot"][aimed]) == {"south"}
    assert aimed.sum() == 12
    assert (Poison(0.1, None, True).hit(rows, "depot", "2013-01-06") & ~learned).any()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three weeks of parcels: slices, window and rounds that fit into them."""
    for module in (study, poisoned):
        monkeypatch.setattr(module, "GATE_DAYS", 5)
        monkeypatch.setattr(module, "SELECT_DAYS", 5)
    monkeypatch.setattr(study, "DRAWS", 100)
    monkeypatch.setattr(study, "MOST_ROUNDS", 5)
    monkeypatch.setattr(poisoned, "WINDOW_DAYS", 3)
    monkeypatch.setattr(poisoned, "SHARES", (0.1,))


def told(program: Any, lake: Lake, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    places = ["--features", str(lake.features), "--labels", str(lake.labels), "--until", THREE_WEEKS_END]
    program.main([*places, *more])
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.usefixtures("short")
def test_a_rare_outcome_is_treated_in_every_way(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(rare_outcome, lake, capsys, "--outcome", "delay_minutes", "--at-least", "45")
    methods, leak = found["methods"], found["leak"]
    assert len(methods["rows"]) == 18
    assert {len(row) for row in methods["rows"]} == {len(methods["columns"])}
    mean = {(row[0], row[1]): float(row[methods["columns"].index("mean score")]) for row in methods["rows"]}
    share = float(found["rows"]["rows"][2][4].rstrip("%")) / 100
    assert abs(mean["class-weights", "none"] - share) > 2 * abs(mean["class-weights", "sigmoid"] - share)
    believed = {(row[0], row[1]): (float(row[3]), float(row[4])) for row in leak["rows"]}
    high, real = believed["over-sampling", "before the split"]
    assert high - real > 0.05


@pytest.mark.usefixtures("short")
def test_mitigation_is_measured_before_and_after(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(mitigated, lake, capsys)
    rows = {row[0]: row for row in found["treatments"]["rows"]}
    assert abs(float(rows["none"][1])) > 0.01
    assert float(rows["reweighing"][1]) == 0
    assert len(rows) == 6


@pytest.mark.usefixtures("short")
def test_poisoned_labels_go_through_every_check(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    checks = told(poisoned, lake, capsys)["checks"]
    assert [row[0] for row in checks["rows"]][:2] == ["none", "10% at random"]
    clean, at_random = checks["rows"][:2]
    assert clean[-1] == at_random[-1] == "none", "the gate's labels were not touched"
    assert checks["rows"][3][-1] != "none"
    assert {row[4] for row in checks["rows"]} == {"0 refused"}
