"""Cuts the labelled rows into fit | select | gate by whole UTC days; the gate is the newest slice."""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from common import schema
from common.arrays import Days
from common.tables import between, days_of, refuse_repeated

if TYPE_CHECKING:
    import pandas as pd  # the endpoint, whose model holds `Slices`, starts without pandas

# A day with incomplete labels would judge models on the events that happened to report first. A minimum share
# alone is unfair to a day of three events, so one label may always be missing.
COMPLETE_LABELS, MISSING_LABELS = 0.98, 1


@dataclass(frozen=True)
class Slices:
    """Three ranges `[start, end)` of days, written YYYY-MM-DD."""

    fit: tuple[str, str]
    select: tuple[str, str]
    gate: tuple[str, str]

    @property
    def end(self) -> str:
        return self.gate[1]

    @staticmethod
    def from_json(content: dict[str, Any]) -> "Slices":
        return Slices(**{name: tuple(content[name]) for name in ("fit", "select", "gate")})

    def to_json(self) -> dict[str, list[str]]:
        return {"fit": list(self.fit), "select": list(self.select), "gate": list(self.gate)}


def label_rows(features: "pd.DataFrame", labels: "pd.DataFrame") -> "pd.DataFrame":
    """
    Curated rows joined with their labels; NaN where no label has arrived.

    :raises ValueError: naming a key that two rows have, or a column that both tables have
    """
    refuse_repeated(features, np.datetime_as_string(days_of(features)))
    both = set(features.columns) & set(labels.columns) - {schema.id_column()}
    if both:
        raise ValueError(
            f"dataset.json declares {', '.join(sorted(both))} as feature and as label: rename one"
        )
    return features.merge(labels, on=schema.id_column(), how="left", validate="one_to_one")


def labelled(rows: "pd.DataFrame", days: tuple[str, str]) -> "pd.DataFrame":
    """The rows of a slice whose label has arrived."""
    return between(rows, *days).dropna(subset=[schema.label_column()]).reset_index(drop=True)


def cut(rows: "pd.DataFrame", data_through: str, gate_days: int, select_days: int) -> Slices:
    """
    :param rows: result of `label_rows`
    :param data_through: the first UTC day that is left out
    :raises ValueError: when days of select or gate lack labels, or no rows are left to fit on
    """
    days = days_of(rows)
    has_label = rows[schema.label_column()].notna().to_numpy()
    present, place = np.unique(days, return_inverse=True)
    events, labels = np.bincount(place), np.bincount(place, weights=has_label)
    before = present < np.datetime64(data_through)
    complete = (labels >= COMPLETE_LABELS * events) | (events - labels <= MISSING_LABELS)
    # The only event of a day may lack its label, but no slice begins or ends with a day without labels.
    usable = present[complete & before & (labels > 0)]
    if usable.size == 0:
        first = rows[schema.id_column()].iloc[0] if len(rows) else "none"
        raise ValueError(
            f"no day before {data_through} has its labels: deliver them, or choose another data_through. If "
            f"they lie there, they have other ids than the curated rows, of which the first is {first}: "
            "labels.ts and key() of features.py must form the same"
        )
    end = usable[-1] + 1
    gate, select, start = end - gate_days, end - gate_days - select_days, usable[0]
    if start >= select:
        raise ValueError(
            f"labelled days run from {start} to {end}, which leaves nothing to fit on before {select_days} "
            f"days of select and {gate_days} of gate: load an earlier month, or choose a later data_through"
        )
    _require_complete(select, end, present[~complete])
    text = [str(day) for day in (start, select, gate, end)]
    return Slices(fit=(text[0], text[1]), select=(text[1], text[2]), gate=(text[2], text[3]))


def _require_complete(start: np.datetime64, end: np.datetime64, incomplete: Days) -> None:
    """A day without events needs no labels."""
    missing = incomplete[(incomplete >= start) & (incomplete < end)]
    if missing.size:
        raise ValueError(
            f"select and gate [{start}, {end}) need at least {COMPLETE_LABELS:.0%} of every day's labels, "
            f"or all but {MISSING_LABELS}, which these lack: {', '.join(str(day) for day in missing[:5])}. "
            "Deliver them, or choose another data_through"
        )


def data_hash(rows: "pd.DataFrame") -> str:
    """Hash of ids, features and labels: equal hashes mean the same rows in the same order."""
    import pandas as pd

    return sha256(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()).hexdigest()
