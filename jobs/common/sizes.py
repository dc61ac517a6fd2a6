"""Minimum sizes that the configuration leaves out, from the volume of the data that a model learned from."""

from dataclasses import dataclass

# Fewer rows know a share to no better than 18 points.
LEAST = 30
# A window that holds less of what is usual has lost some of its traffic, and is not judged.
WINDOWS_PART, GROUPS_PART = 6, 12
# Leaves of fewer rows follow single events; more than twenty is not needed for any volume.
ROWS_OF_A_LEAF, LARGEST_LEAF = 2500, 20


@dataclass(frozen=True)
class Volume:
    """Rows and days of a training period; days without events count."""

    rows: int
    days: int

    def window(self, days: int) -> int:
        """Records below which a window of `days` is not judged: a sixth of what is usual."""
        return self._part(days, WINDOWS_PART)

    def group(self, days: int) -> int:
        """Rows from which a facet or segment of `days` is looked at by itself: a twelfth of all."""
        return self._part(days, GROUPS_PART)

    def _part(self, days: int, part: int) -> int:
        return max(LEAST, round(self.rows / self.days * days / part))


def min_child_weight(fit_rows: int) -> float:
    """For XGBoost: a leaf for each 2,500 rows of the fit slice needs one row more, up to twenty."""
    return max(1.0, min(float(LARGEST_LEAF), fit_rows / ROWS_OF_A_LEAF))
