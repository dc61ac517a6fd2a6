"""Input columns of linear models and networks, built from a matrix of category codes and numbers."""

from dataclasses import dataclass

import numpy as np

from common.arrays import Bools, Floats, Ints, Singles, Values


@dataclass(frozen=True)
class Design:
    """
    The columns of a weighted sum: one per category, numbers standardised. A missing number counts as the
    mean; a number that was missing in the fit slice gets an indicator column.

    :ivar categories: number of categories of each feature; 0 for a number
    :ivar means: mean of each number in the fit slice; `scales` holds its standard deviation
    :ivar gaps: whether the number was missing in some rows of the fit slice
    """

    categories: Ints
    means: Floats
    scales: Floats
    gaps: Bools

    @staticmethod
    def fit(matrix: Singles, categories: Ints) -> "Design":
        """A number with fewer than two values in the fit slice has no information: its column is zeros."""
        missing = np.isnan(matrix)
        numbers = np.where(missing, 0, matrix).astype(np.float64)
        present = np.maximum((~missing).sum(axis=0), 1)
        means = numbers.sum(axis=0) / present
        deviations = np.sqrt((np.where(missing, 0, numbers - means) ** 2).sum(axis=0) / present)
        scales = np.where(deviations > 0, deviations, 1.0)
        return Design(categories, means, scales, missing.any(axis=0) & (categories == 0))

    def columns(self, matrix: Singles) -> Floats:
        """Float64 of shape (rows, columns), in the order of `owners`."""
        parts: list[Values] = []
        for feature, count in enumerate(self.categories):
            values = matrix[:, [feature]].astype(np.float64)
            if count:
                parts.append(values == np.arange(count))
                continue
            parts.append(np.nan_to_num((values - self.means[feature]) / self.scales[feature]))
            if self.gaps[feature]:
                parts.append(np.isnan(values))
        return np.concatenate(parts, axis=1, dtype=np.float64)

    @property
    def owners(self) -> Ints:
        """The feature of each column."""
        widths = np.where(self.categories > 0, self.categories, 1 + self.gaps)
        return np.repeat(np.arange(len(widths)), widths)
