"""Rare outcomes: what sampling, weights and calibration do, and what they never touch."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Lake, Trained, training_arguments
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

import calibrate
import imbalance
import train
from common import schema
from common.arrays import Singles, Values
from common.model import Model
from common.predictors import Linear
from common.tables import between, read_features
from rounds import Slice

ROOT = Path(__file__).parents[3]
METHODS = [name for name in schema.words()["imbalance"] if name != "none"]
SAMPLING = [name for name in METHODS if name != "class-weights"]


def rare(seed: int, rows: int = 400, share: float = 0.06, gaps: float = 0.2) -> Slice:
    """Two categories and two numbers with gaps; the fourth number is what the row is known by."""
    draw = np.random.default_rng(seed)
    matrix = np.column_stack(
        [draw.integers(0, 4, rows), draw.normal(50, 9, rows), draw.integers(0, 2, rows), draw.random(rows)]
    ).astype(np.float32)
    matrix[draw.random(rows) < gaps, 1] = np.nan
    matrix[draw.random(rows) < 0.1, 0] = np.nan
    labels = (draw.random(rows) < share).astype(float)
    labels[:8] = 1
    return Slice(matrix, labels, np.array([4, 0, 2, 0]))


@pytest.mark.parametrize("method", SAMPLING)
@given(seed=st.integers(0, 1000))
@settings(max_examples=6, deadline=None)
def test_sampling_makes_both_outcomes_as_frequent_for_a_seed(method: str, seed: int) -> None:
    fit = rare(seed)
    one, again = (imbalance.balanced(method, fit, seed) for _ in range(2))
    counts = np.bincount(one.labels.astype(int))
    assert (
        counts[0]
        == counts[1]
        == (min if method == "under-sampling" else max)(np.bincount(fit.labels.astype(int)))
    )
    np.testing.assert_array_equal(one.matrix, again.matrix)
    assert one.weights is None


@pytest.mark.parametrize("method", ["over-sampling", "smote", "smotenc"])
def test_no_row_is_lost_and_none_of_the_frequent_outcome_is_added(method: str) -> None:
    fit = rare(3)
    grown = imbalance.balanced(method, fit, 1)
    assert set(fit.matrix[:, 3]) <= set(grown.matrix[:, 3])
    assert (grown.labels == 0).sum() == (fit.labels == 0).sum()


@pytest.mark.parametrize("method", ["smote", "smotenc"])
def test_made_up_rows_lie_between_those_of_the_rarer_outcome(method: str) -> None:
    fit = rare(5, gaps=0.6)
    made = imbalance.balanced(method, fit, 1).matrix[len(fit.labels) :]
    parents = fit.matrix[fit.labels == 1]
    for number in (1, 3):
        # What is missing counts as the mean of all rows.
        known = np.append(parents[:, number], np.nanmean(fit.matrix[:, number]))
        assert np.nanmin(known) - 1e-4 <= np.nanmin(made[:, number])
        assert np.nanmax(made[:, number]) <= np.nanmax(known) + 1e-4
    for category in (0, 2):
        codes = set(made[~np.isnan(made[:, category]), category])
        assert codes <= set(parents[:, category])
    assert np.isnan(made[:, 1]).any(), "a row between two with a gap has one"
    assert not np.isnan(made[:, 3]).any()
    assert len(set(made[:, 3])) == len(made), "SMOTE repeats no row"


@given(share=st.floats(0.02, 0.6), seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_class_weights_keep_the_total_and_make_both_outcomes_weigh_the_same(share: float, seed: int) -> None:
    labels = rare(seed, share=share).labels
    weights = imbalance.class_weights(labels)
    assert weights.sum() == pytest.approx(len(labels))
    assert weights[labels == 1].sum() == pytest.approx(weights[labels == 0].sum())


def test_what_cannot_be_done_is_said() -> None:
    fit = rare(1)
    with pytest.raises(ValueError, match="'rose' is not one of none, class-weights"):
        imbalance.balanced("rose", fit, 1)
    few = Slice(fit.matrix, np.r_[np.ones(5), np.zeros(395)], fit.categories)
    for method in ("smote", "smotenc"):
        with pytest.raises(ValueError, match="fit slice holds 5 such rows: choose class-weights"):
            imbalance.balanced(method, few, 1)
    numbers = Slice(fit.matrix[:, 3:], fit.labels, fit.categories[3:])
    with pytest.raises(ValueError, match="choose smote"):
        imbalance.balanced("smotenc", numbers, 1)


@pytest.mark.parametrize("method", METHODS)
def test_only_the_rows_of_the_fit_slice_are_treated(
    lake: Lake, trained: Trained, tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is handed to the sampler lies before the select slice; select and gate stay as they are."""
    seen: list[Slice] = []
    balanced = train.balanced

    def spy(how: str, fit: Slice, seed: int) -> Slice:
        seen.append(fit)
        return balanced(how, fit, seed)

    monkeypatch.setattr(train, "balanced", spy)
    train.main(training_arguments(lake, tmp_path, imbalance=method, num_round=5))
    model, plain = Model.load(tmp_path / "model"), Model.load(trained.model)
    rows = between(read_features(lake.features), *model.slices.fit)
    assert len(seen) == 1
    np.testing.assert_array_equal(seen[0].matrix, model.encoding.matrix(rows))
    assert model.meta["rows"] == plain.meta["rows"]
    assert model.meta["dataHash"] == plain.meta["dataHash"]
    assert model.meta["treatment"]["imbalance"] == method
    assert (model.meta["fittedRows"] == model.meta["rows"]["fit"]) == (method == "class-weights")


@pytest.mark.usefixtures("few_rounds")
@pytest.mark.parametrize("name", [name for name in schema.families() if name != "boosted-trees"])
def test_weights_reach_every_family(lake: Lake, tmp_path: Path, name: str) -> None:
    few = {"num_round": None, "algorithm": name}
    means = []
    for method in ("none", "class-weights"):
        train.main(training_arguments(lake, tmp_path / method, imbalance=method, **few))
        model = Model.load(tmp_path / method / "model")
        rows = between(read_features(lake.features), *model.slices.fit)
        scores: Any = model.score(rows)
        if name == "ensemble":
            scores = np.mean([m.score(model.encoding.matrix(rows)) for m in model.predictor.members.values()])  # type: ignore[attr-defined]
        means.append(float(np.mean(scores)))
    # A third of the parcels are late; weighed alike both outcomes are as frequent.
    assert means[1] > means[0] + 0.04


class Fixed:
    """Answers with the first feature."""

    def score(self, matrix: Singles) -> Values:
        return matrix[:, 0]


def watched(seed: int) -> Slice:
    draw = np.random.default_rng(seed)
    scores = np.round(draw.random(300), 2)
    labels = (draw.random(300) < scores**2).astype(float)
    return Slice(scores[:, None].astype(np.float32), labels, np.array([0]))


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
@given(seed=st.integers(0, 1000), upside_down=st.booleans())
@settings(max_examples=20, deadline=None)
def test_calibration_never_turns_two_rows_round(method: str, seed: int, upside_down: bool) -> None:
    select = watched(seed)
    if upside_down:
        select = Slice(1 - select.matrix, select.labels, select.categories)
    fitted = calibrate.calibrated(method, Fixed(), select)  # type: ignore[arg-type]
    every = fitted.score(np.linspace(0, 1, 200, dtype=np.float32)[:, None])
    assert (np.diff(every) >= 0).all()
    assert ((every >= 0) & (every <= 1)).all()
    # Calibrated in the large: both fit the base rate of the rows they were fitted on.
    assert fitted.score(select.matrix).mean() == pytest.approx(select.labels.mean(), abs=2e-3)


def test_isotonic_is_the_one_of_the_library() -> None:
    select = watched(4)
    ours = calibrate.calibrated("isotonic", Fixed(), select).score(select.matrix)  # type: ignore[arg-type]
    theirs = IsotonicRegression(out_of_bounds="clip").fit_transform(select.matrix[:, 0], select.labels)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_an_archive_answers_calibrated_as_it_was_trained(lake: Lake, tmp_path: Path, method: str) -> None:
    train.main(
        training_arguments(
            lake, tmp_path, algorithm="linear", num_round=3, imbalance="class-weights", calibration=method
        )
    )
    model = Model.load(tmp_path / "model")
    assert (tmp_path / "model/calibration.npz").exists()
    assert model.meta["treatment"]["calibration"] == method
    rows = between(read_features(lake.features), *model.slices.select)
    raw = Linear.load(tmp_path / "model").score(model.encoding.matrix(rows))
    assert raw.mean() > 0.45
    assert model.score(rows).mean() < 0.4
    assert model.attributions(rows).method == "coefficients × values"
    with pytest.raises(ValueError, match="'beta' is not one of none, sigmoid, isotonic"):
        train.train(train.options(training_arguments(lake, tmp_path, num_round=2, calibration="beta")))


def test_the_wheels_are_those_of_the_lock_and_stay_out_of_a_model(trained: Trained) -> None:
    lock = (ROOT / "scripts/bootstrap/locks/wheels.txt").read_text()
    pinned = dict(re.findall(r"([\w-]+)==[\d.]+ \\\n +--hash=sha256:(\w+)", lock))
    wheels = {
        path.name.split("-")[0].replace("_", "-"): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / "jobs/common").glob("*.whl")
    }
    assert wheels == pinned
    assert not list(trained.model.rglob("*.whl"))
    assert json.loads((trained.model / "model.json").read_text())["treatment"]["imbalance"] == "none"
