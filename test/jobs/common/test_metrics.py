import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import ks_2samp
from sklearn.metrics import brier_score_loss, roc_auc_score

from common.metrics import (
    Confusion,
    auc,
    brier,
    calibration,
    calibration_error,
    cheapest_threshold,
    ks_distance,
    linf_distance,
    ndcg,
)

GENERATOR = np.random.default_rng(7)
LABELS = GENERATOR.integers(0, 2, 400)
# Coarse on purpose: ties are where a rank measure goes wrong.
SCORES = np.round(GENERATOR.random(400) * 0.7 + LABELS * 0.3, 1)


def test_auc_counts_ties_half_as_sklearn_does() -> None:
    assert auc(LABELS, SCORES) == pytest.approx(roc_auc_score(LABELS, SCORES), abs=1e-12)


def test_auc_of_one_class_is_nan() -> None:
    assert np.isnan(auc(np.ones(3), np.arange(3)))


def test_brier_equals_sklearn() -> None:
    assert brier(LABELS, SCORES) == pytest.approx(brier_score_loss(LABELS, SCORES), abs=1e-12)


@pytest.mark.parametrize(("false_alarm", "miss"), [(15, 45), (45, 15), (1, 1), (1, 9)])
def test_no_cut_is_cheaper_than_the_cheapest(false_alarm: float, miss: float) -> None:
    best = cheapest_threshold(LABELS, SCORES, false_alarm, miss)
    cost = lambda cut: Confusion.of(LABELS, cut <= SCORES).cost(false_alarm, miss)  # noqa: E731
    assert cost(best) == min(cost(cut) for cut in [*np.unique(SCORES), 2.0])
    assert not [cut for cut in np.unique(SCORES) if cut > best and cost(cut) == cost(best)]


def test_the_cheapest_may_be_to_predict_nothing() -> None:
    above = cheapest_threshold(np.array([0, 0, 1]), np.array([0.9, 0.5, 0.2]), 10, 1)
    assert 0.9 < above < 0.91
    assert Confusion(tp=1, fp=2, tn=3, fn=4).cost(15, 45) == 1000 * (2 * 15 + 4 * 45) / 10


def test_calibration_error_is_the_weighted_gap_of_bins() -> None:
    bins = calibration(np.array([0, 1, 1, 1]), np.array([0.1, 0.15, 0.95, 1.0]))
    assert [(b.rows, b.observed) for b in bins] == [(2, 0.5), (2, 1.0)]
    assert calibration_error(bins) == pytest.approx((2 * 0.375 + 2 * 0.025) / 4)


@given(
    arrays(float, st.integers(1, 30), elements=st.integers(-5, 5).map(float)),
    arrays(float, st.integers(1, 30), elements=st.integers(-5, 5).map(float)),
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_ks_distance_equals_scipy(left: np.ndarray, right: np.ndarray) -> None:
    assert ks_distance(left, right) == pytest.approx(
        ks_2samp(left, right, method="asymp").statistic, abs=1e-12
    )


def test_ks_distance_leaves_missing_values_out() -> None:
    assert ks_distance(np.array([1.0, np.nan, 2.0]), np.array([1.0, 2.0])) == 0


def test_no_values_have_no_distance() -> None:
    assert ks_distance(np.array([np.nan]), np.array([1.0])) is None
    assert linf_distance({}, {"a": 1}) is None


def test_linf_distance_is_the_largest_difference_of_shares() -> None:
    assert linf_distance({"a": 8, "b": 2}, {"a": 5, "c": 5}) == pytest.approx(0.5)


def test_ndcg_falls_with_the_order_and_is_one_for_the_same_order() -> None:
    baseline = {"a": 4.0, "b": 2.0, "c": 1.0}
    assert ndcg(baseline, {"a": 0.3, "b": 0.2, "c": 0.1}) == 1
    ideal = 4 + 2 / np.log2(3) + 1 / 2
    assert ndcg(baseline, {"a": 1, "b": 2, "c": 3}) == pytest.approx((1 + 2 / np.log2(3) + 4 / 2) / ideal)
