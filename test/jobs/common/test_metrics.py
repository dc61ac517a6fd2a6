import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import ks_2samp
from sklearn.metrics import brier_score_loss, f1_score, roc_auc_score

from common.metrics import (
    Confusion,
    auc,
    best_threshold,
    brier,
    calibration,
    calibration_error,
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


def test_best_threshold_beats_every_other_cut() -> None:
    best = best_threshold(LABELS, SCORES)
    figures = {cut: f1_score(LABELS, cut <= SCORES) for cut in np.unique(SCORES)}
    assert figures[best] == max(figures.values())
    assert Confusion.of(LABELS, best <= SCORES).f1 == pytest.approx(figures[best])


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


def test_linf_distance_is_the_largest_difference_of_shares() -> None:
    assert linf_distance({"a": 8, "b": 2}, {"a": 5, "c": 5}) == pytest.approx(0.5)


def test_ndcg_falls_with_the_order_and_is_one_for_the_same_order() -> None:
    baseline = {"a": 4.0, "b": 2.0, "c": 1.0}
    assert ndcg(baseline, {"a": 0.3, "b": 0.2, "c": 0.1}) == 1
    ideal = 4 + 2 / np.log2(3) + 1 / 2
    assert ndcg(baseline, {"a": 1, "b": 2, "c": 3}) == pytest.approx((1 + 2 / np.log2(3) + 4 / 2) / ideal)
