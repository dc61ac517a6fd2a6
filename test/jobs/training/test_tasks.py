"""Numbers and classes instead of a yes or no: the same programs with another question to the same rows."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import traffic
from conftest import Lake, evaluation_arguments, pack, training_arguments
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from in_use import in_use
from sklearn.metrics import confusion_matrix, f1_score, log_loss, mean_absolute_error, r2_score
from tasks_asked import CLASSES, MINUTES, asked

import captured
import evaluate
import train
from common import schema
from common.bootstrap import DayLosses
from common.instances import to_instances
from common.labels import read_labels
from common.metrics import log_losses, multiclass_figures, regression_figures
from common.model import Model, OtherModelError
from common.slices import label_rows
from common.tables import between, read_features
from common.tasks import positive, task

FAMILIES = list(schema.families())


@pytest.fixture(params=[MINUTES, CLASSES], ids=["minutes", "classes"])
def problem(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with in_use(asked(request.param), None):
        yield request.param


def trained(lake: Lake, folder: Path, **changes: object) -> Model:
    train.main(training_arguments(lake, folder, **{"num_round": 40, **changes}))
    return Model.load(folder / "model")


def gate_of(lake: Lake) -> Any:
    rows = label_rows(read_features(lake.features), read_labels(lake.labels))
    return between(rows, "2013-01-15", "2013-01-22")


@pytest.mark.usefixtures("few_rounds")
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_answers_the_question_better_than_the_simple_rule(
    lake: Lake, tmp_path: Path, problem: dict[str, Any], family: str
) -> None:
    model = trained(lake, tmp_path, algorithm=family, num_round=None)
    gate = gate_of(lake)
    labels, kind = gate[schema.label_column()].to_numpy(), task()
    assert model.meta["task"] == problem["task"]
    assert kind.better(kind.score(labels, model.score(gate)), kind.score(labels, model.rule(gate)))
    # What the endpoint writes, the monitor reads as the same answers.
    rows = gate.iloc[:30]
    traffic.replay(tmp_path / "captured", rows, model)
    window = captured.Window(*(np.datetime64(day).item() for day in ("2013-01-15", "2013-01-22")))
    found = captured.read_window(str(tmp_path / "captured"), window, model.identity).rows
    again = found.set_index(schema.id_column()).loc[rows[schema.id_column()]].reset_index()
    np.testing.assert_allclose(captured.scores_of(again), model.score(rows), atol=1e-6)
    explained = model.attributions(gate)
    assert max(explained.weights.values()) > 0


def test_a_challenger_is_gated_on_the_measure_of_its_task(
    lake: Lake, tmp_path: Path, problem: dict[str, Any]
) -> None:
    poor = trained(lake, tmp_path / "poor", algorithm="decision-tree", num_round=1)
    trained(lake, tmp_path / "good")
    for name in ("poor", "good"):
        # The champion gets a date before the days of the gate.
        older = tmp_path / name / "older"
        shutil.copytree(tmp_path / name / "model", older)
        meta = json.loads((older / "model.json").read_text())
        (older / "model.json").write_text(json.dumps({**meta, "trainedThrough": "2013-01-15"}))
    pack(tmp_path / "poor/older", tmp_path / "in/input/champion")
    evaluate.main(evaluation_arguments(lake, tmp_path / "good/model", tmp_path / "in"))
    folder = tmp_path / "in/output/evaluation"
    decision = json.loads((folder / "decision.json").read_text())
    assert decision["promoted"], decision["reason"]
    assert decision["measure"] == task().measure
    assert decision["challengerScore"] < decision["championScore"] < decision["ruleScore"]
    assert decision["gain"] == pytest.approx(decision["championScore"] - decision["challengerScore"])
    gate = gate_of(lake)
    labels = gate[schema.label_column()].to_numpy()
    assert decision["championScore"] == pytest.approx(task().score(labels, poor.score(gate)))
    smoke = json.loads((folder / "smoke-test.json").read_text())
    model = Model.load(tmp_path / "good/model")
    answers = traffic.answer(model, smoke["request"]["instances"])["predictions"]
    assert [a["score"] for a in answers] == pytest.approx(smoke["expectedScores"], abs=smoke["tolerance"])
    # The other way about the worse model is held.
    pack(tmp_path / "good/older", tmp_path / "back/input/champion")
    evaluate.main(evaluation_arguments(lake, tmp_path / "poor/model", tmp_path / "back"))
    held = json.loads((tmp_path / "back/output/evaluation/decision.json").read_text())
    assert not held["promoted"]
    assert "is not surely above 0" in held["reason"]


@pytest.mark.parametrize("loss", ["squared", "absolute", "quantile"])
def test_intervals_hold_the_share_that_they_promise(lake: Lake, tmp_path: Path, loss: str) -> None:
    with in_use(asked({**MINUTES, "loss": loss}), None):
        model, gate = trained(lake, tmp_path), gate_of(lake)
        low, high = model.interval(gate).T
        inside = (low <= gate["delay_minutes"]) & (gate["delay_minutes"] <= high)
        assert inside.mean() == pytest.approx(0.8, abs=0.04)
        assert (low < high).all()
        answer = traffic.answer(model, to_instances(gate.iloc[:1]))["predictions"][0]
        assert set(answer) == {schema.id_column(), "score", "lower", "upper"}
        if loss == "quantile":
            # Bounds that were learned are wider where the outcome is less certain.
            assert np.std(high - low) > 0.5
        else:
            assert np.std(high - low) == pytest.approx(0, abs=1e-4)


def test_a_family_that_cannot_minimise_the_loss_says_so(lake: Lake, tmp_path: Path) -> None:
    with (
        in_use(asked({**MINUTES, "loss": "absolute"}), None),
        pytest.raises(ValueError, match="squared loss"),
    ):
        trained(lake, tmp_path, algorithm="linear", num_round=None)


def test_a_champion_of_another_task_cannot_be_compared(lake: Lake, tmp_path: Path) -> None:
    trained(lake, tmp_path)
    with in_use(asked(MINUTES), None), pytest.raises(OtherModelError, match="trained for a binary task"):
        Model.load(tmp_path / "model")


def test_a_slice_without_one_of_the_classes_is_refused(lake: Lake, tmp_path: Path) -> None:
    classes = [*CLASSES["classes"][:2], {"name": "days late", "below": 100_000}, {"name": "never"}]  # type: ignore[index]
    with (
        in_use(asked({**CLASSES, "classes": classes, "positive": ["late"]}), None),
        pytest.raises(ValueError, match="of 3 of the 4"),
    ):
        trained(lake, tmp_path)


def test_what_counts_as_the_outcome_is_declared() -> None:
    with in_use(asked(MINUTES), None):
        assert positive(np.array([14.9, 15.0])).tolist() == [False, True]
    with in_use(asked(CLASSES), None):
        assert positive(np.array([0, 1, 2])).tolist() == [False, True, True]
    assert positive(np.array([0.0, 1.0])).tolist() == [False, True]


ROWS = 40
NUMBERS = st.floats(-1000, 1000).map(lambda number: round(number, 3))


@given(arrays(np.float64, ROWS, elements=NUMBERS), arrays(np.float64, ROWS, elements=NUMBERS))
def test_figures_of_numbers_are_those_of_scikit_learn(labels: Any, answers: Any) -> None:
    found = regression_figures(labels, answers)
    assert found["mae"] == pytest.approx(mean_absolute_error(labels, answers))
    if np.ptp(labels) > 0:
        assert found["r2"] == pytest.approx(r2_score(labels, answers), rel=1e-6, abs=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_figures_of_classes_are_those_of_scikit_learn(seed: int) -> None:
    draw = np.random.default_rng(seed)
    labels = np.append(draw.integers(0, 3, ROWS), [0, 1, 2])
    shares = draw.dirichlet(np.ones(3), len(labels))
    found = multiclass_figures(labels, shares)
    said = shares.argmax(axis=1)
    assert found["macroF1"] == pytest.approx(f1_score(labels, said, average="macro", zero_division=0))
    assert found["confusion"] == confusion_matrix(labels, said).tolist()
    assert log_losses(labels, shares).mean() == pytest.approx(
        log_loss(labels, np.clip(shares, 1e-6, 1)), rel=1e-3
    )


@given(st.integers(0, 2**32 - 1))
def test_a_drawn_mean_loss_is_that_of_its_days(seed: int) -> None:
    draw = np.random.default_rng(seed)
    days = np.datetime64("2013-01-01") + draw.integers(0, 5, 60)
    labels, answers = draw.normal(size=60), draw.normal(size=60)
    paired = DayLosses.of(days, labels, {"a": answers, "b": labels}, lambda y, said: np.abs(y - said))
    weights = paired.draw(3, seed)
    present = np.unique(days)
    for weight, mean in zip(weights, paired.measure("a", weights), strict=True):
        drawn = np.concatenate(
            [
                np.flatnonzero(days == day)
                for day, n in zip(present, weight, strict=True)
                for _ in range(int(n))
            ]
        )
        assert mean == pytest.approx(np.abs(labels - answers)[drawn].mean())
    assert paired.gain("a", "a", weights) == pytest.approx(0)
    assert (paired.gain("b", "a") > 0).all()
    assert DayLosses.from_json(paired.to_json()).measure("a") == pytest.approx(paired.measure("a"))
