"""Champion, challenger and the one-feature rule on the same gate rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from common import schema
from common.arrays import Days, Values
from common.bootstrap import DayPairs, interval
from common.metrics import Confusion, auc, brier, calibration, calibration_error
from common.model import Model
from common.tables import days_of
from gate import Comparison, Evidence, Segment

# Any fixed number would do: the draws of a decision must be the same when it is looked at again.
SEED = 20130401

CHALLENGER, CHAMPION, RULE = "challenger", "champion", "rule"


@dataclass(frozen=True)
class Scored:
    """Labelled gate rows with the score of every contender."""

    rows: pd.DataFrame
    scores: Mapping[str, Values]

    @staticmethod
    def of(rows: pd.DataFrame, challenger: Model, champion: Model | None) -> "Scored":
        scores: dict[str, Values] = {CHALLENGER: challenger.score(rows), RULE: challenger.rule(rows)}
        if champion is not None:
            scores[CHAMPION] = champion.score(rows)
        return Scored(rows, scores)

    @property
    def labels(self) -> Values:
        return self.rows[schema.label_column()].to_numpy()

    @property
    def days(self) -> Days:
        return days_of(self.rows)

    def pairs(self) -> DayPairs:
        return DayPairs.of(self.days, self.labels, self.scores)


def evidence(
    scored: Scored, challenger: Model, champion: Model | None, draws: int, segment_min_rows: int
) -> Evidence:
    pairs = scored.pairs()
    weights = pairs.draw(draws, SEED)
    comparison = None
    if champion is not None:
        labels, scores = scored.labels, scored.scores
        comparison = Comparison(
            champion_auc=float(pairs.auc(CHAMPION)[0]),
            gain=float(pairs.gain(CHALLENGER, CHAMPION)[0]),
            interval=interval(pairs.gain(CHALLENGER, CHAMPION, weights)),
            brier_delta=brier(labels, scores[CHALLENGER]) - brier(labels, scores[CHAMPION]),
            segments=segments(scored, CHAMPION, segment_min_rows),
            champion_trained_through=champion.trained_through,
        )
    return Evidence(
        gate=challenger.slices.gate,
        challenger_auc=float(pairs.auc(CHALLENGER)[0]),
        rule_auc=float(pairs.auc(RULE)[0]),
        rule_gain=float(pairs.gain(CHALLENGER, RULE)[0]),
        rule_interval=interval(pairs.gain(CHALLENGER, RULE, weights)),
        comparison=comparison,
    )


def segments(scored: Scored, over: str, min_rows: int) -> list[Segment]:
    """The challenger's gain in every value of a segment column that has `min_rows` rows or more."""
    found = []
    for column in (c.name for c in schema.features() if c.segment):
        for value, count in scored.rows[column].value_counts().sort_index().items():
            if count < min_rows:
                continue
            inside = (scored.rows[column] == value).to_numpy()
            labels = scored.labels[inside]
            ours, theirs = (auc(labels, scored.scores[name][inside]) for name in (CHALLENGER, over))
            found.append(Segment(column, str(value), int(count), ours - theirs))
    return found


def performance(scored: Scored, name: str, threshold: float) -> dict[str, Any]:
    """What a report shows of one model: ranking, probabilities, and the decisions at its own threshold."""
    labels, scores = scored.labels, scored.scores[name]
    confusion = Confusion.of(labels, scores >= threshold)
    bins = calibration(labels, scores)
    return {
        "auc": auc(labels, scores),
        "brier": brier(labels, scores),
        "calibrationError": calibration_error(bins),
        "calibration": [asdict(b) for b in bins],
        "threshold": threshold,
        "confusion": confusion.to_json(),
        "precision": confusion.precision,
        "recall": confusion.recall,
        "f1": confusion.f1,
    }
