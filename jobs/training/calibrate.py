"""Calibrates scores on the select slice, because sampling and weights distort probabilities."""

import numpy as np

from common import schema
from common.arrays import Floats, Values
from common.calibrated import Calibrated
from common.predictors import CERTAIN, Predictor, log_odds
from imbalance import NOTHING
from rounds import Slice


def calibrated(method: str, predictor: Predictor, select: Slice) -> Predictor:
    """
    Fits a monotonic calibration. `isotonic` may make different scores equal.

    :param method: one of `calibration` in schema/words.json
    """
    if method not in schema.words()["calibration"]:
        known = ", ".join(schema.words()["calibration"])
        raise ValueError(f"calibration {method!r} is not one of {known}")
    if method == NOTHING:
        return predictor
    given, meant = (_line if method == "sigmoid" else _steps)(
        log_odds(predictor.score(select.matrix)), select.labels
    )
    return Calibrated(predictor, given, meant)


def _line(given: Floats, labels: Values) -> tuple[Floats, Floats]:
    """Platt's sigmoid."""
    from sklearn.linear_model import LogisticRegression

    # A negligible penalty, because scikit-learn 1.8 warns about its own setting for none.
    fitted = LogisticRegression(C=1e10).fit(given[:, None], labels)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        # A model that ranks worse than chance on these days is not inverted; it answers the base rate.
        slope, offset = 0.0, float(log_odds(labels.mean()))
    ends = log_odds(np.array([CERTAIN, 1 - CERTAIN]))
    return ends, slope * ends + offset


def _steps(given: Floats, labels: Values) -> tuple[Floats, Floats]:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(given, labels)
    return fitted.X_thresholds_, log_odds(fitted.y_thresholds_)
