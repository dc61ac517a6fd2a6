"""Columns for models that weigh and add: what a matrix of codes and numbers is turned into."""

from dataclasses import dataclass

import numpy as np

from common.arrays import Bools, Floats, Ints, Singles, Values


@dataclass(frozen=True)
class Design:
    """
    The columns of a weighted sum: one for each category, numbers standardised. A missing number counts as the
    mean, and where the fit slice had such, a column of its own says so.

    :ivar categories: how many each feature has; 0 for a number
    :ivar means: of each number in the fit slice, and `scales` its standard deviation
    :ivar gaps: whether the fit slice lacked values of the number
    """

    categories: Ints
    means: Floats
    scales: Floats
    gaps: Bools

    @staticmethod
    def fit(matrix: Singles, categories: Ints) -> "Design":
        """A number without any value, or with one only, says nothing: its column is all zeros."""
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
