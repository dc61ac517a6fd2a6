"""Calibration of scores after the training, for any model family."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.arrays import Floats, Singles
from common.predictors import Predictor, log_odds, logistic

CALIBRATION = "calibration.npz"


@dataclass(frozen=True)
class Calibrated:
    """
    A predictor with a calibration curve: points in log-odds with straight lines between them. Two points are
    a sigmoid, many are isotonic. Attributions stay those of the predictor, because the curve moves all rows
    of one score alike.

    :ivar given: scores of the predictor, rising
    :ivar meant: calibrated values of these scores, never falling
    """

    predictor: Predictor
    given: Floats
    meant: Floats

    @staticmethod
    def load(predictor: Predictor, folder: Path) -> Predictor:
        """Returns the predictor itself when the archive holds no calibration."""
        if not (folder / CALIBRATION).exists():
            return predictor
        with np.load(folder / CALIBRATION) as arrays:
            return Calibrated(predictor, arrays["given"], arrays["meant"])

    def save(self, folder: Path) -> None:
        self.predictor.save(folder)
        np.savez(folder / CALIBRATION, given=self.given, meant=self.meant)

    def score(self, matrix: Singles) -> Floats:
        return logistic(np.interp(log_odds(self.predictor.score(matrix)), self.given, self.meant))

    def attributions(self, matrix: Singles) -> tuple[Floats, float]:
        return self.predictor.attributions(matrix)
