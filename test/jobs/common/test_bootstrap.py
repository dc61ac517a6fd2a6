import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.bootstrap import DayPairs, interval
from common.metrics import auc

DAYS = 6


def sample(seed: int, rows: int = 240) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    days = np.datetime64("2013-01-01") + generator.integers(0, DAYS, rows)
    labels = generator.integers(0, 2, rows)
    good = np.round(generator.random(rows) + 0.5 * labels, 1)
    poor = np.round(generator.random(rows) + 0.1 * labels, 1)
    return days, labels, good, poor


@given(st.integers(0, 10_000), st.lists(st.integers(0, 3), min_size=DAYS, max_size=DAYS))
@settings(max_examples=50, deadline=None)
def test_a_weighted_table_is_the_auc_of_the_rows_repeated_that_often(seed: int, weights: list[int]) -> None:
    days, labels, good, _ = sample(seed)
    pairs = DayPairs.of(days, labels, {"good": good})
    repeats = np.array(weights)[np.unique(days, return_inverse=True)[1]]
    repeated = auc(np.repeat(labels, repeats), np.repeat(good, repeats))
    found = pairs.measure("good", np.array([weights], dtype=float))[0]
    assert found == pytest.approx(repeated, abs=1e-12, nan_ok=True)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_gains_are_paired_and_change_sign_with_the_order(seed: int) -> None:
    days, labels, good, poor = sample(seed)
    pairs = DayPairs.of(days, labels, {"good": good, "poor": poor})
    weights = pairs.draw(200, seed)
    low, high = interval(pairs.gain("good", "poor", weights))
    minus_low, minus_high = interval(pairs.gain("poor", "good", weights))
    assert (low, high) == pytest.approx((-minus_high, -minus_low))
    assert interval(pairs.gain("good", "good", weights)) == (0, 0)


def test_every_draw_holds_as_many_days_as_there_are() -> None:
    days, labels, good, _ = sample(1)
    weights = DayPairs.of(days, labels, {"good": good}).draw(500, seed=3)
    assert weights.shape == (500, DAYS)
    assert (weights.sum(axis=1) == DAYS).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(DAYS), abs=0.15)


def test_ninety_five_percent_intervals_hold_the_truth_about_that_often() -> None:
    """Labels and scores with no relation: the true AUC is one half."""
    hits = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        days = np.datetime64("2013-01-01") + np.repeat(np.arange(14), 40)
        pairs = DayPairs.of(days, generator.integers(0, 2, 560), {"noise": generator.random(560)})
        low, high = interval(pairs.measure("noise", pairs.draw(300, seed)))
        hits += low <= 0.5 <= high
    assert 170 <= hits <= 199


def test_a_table_survives_the_json_file() -> None:
    days, labels, good, poor = sample(2)
    pairs = DayPairs.of(days, labels, {"good": good, "poor": poor})
    again = DayPairs.from_json(pairs.to_json())
    weights = pairs.draw(50, seed=1)
    assert (again.gain("good", "poor", weights) == pairs.gain("good", "poor", weights)).all()


def test_no_draw_with_both_outcomes_is_an_error_and_not_a_number() -> None:
    with pytest.raises(ValueError, match="both outcomes"):
        interval(np.array([np.nan, np.nan]))
