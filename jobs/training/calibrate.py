"""Scores made probabilities again, on the select slice: what sampling and weights take from them."""

import numpy as np

from common import schema
from common.arrays import Floats, Values
from common.calibrated import Calibrated
from common.predictors import CERTAIN, Predictor, log_odds
from imbalance import NOTHING
from rounds import Slice


def calibrated(method: str, predictor: Predictor, select: Slice) -> Predictor:
    """
    No method turns the order of two rows round; `isotonic` may make their scores equal.

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

    # Hardly any penalty; for none at all scikit-learn 1.8 warns of its own way to say so.
    fitted = LogisticRegression(C=1e10).fit(given[:, None], labels)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        # A model that ranks worse than chance on these days is not turned round: it says the base rate.
        slope, offset = 0.0, float(log_odds(labels.mean()))
    ends = log_odds(np.array([CERTAIN, 1 - CERTAIN]))
    return ends, slope * ends + offset


def _steps(given: Floats, labels: Values) -> tuple[Floats, Floats]:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(given, labels)
    return fitted.X_thresholds_, log_odds(fitted.y_thresholds_)
