"""Champion, challenger and the one-feature rule on the same gate rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from common import schema
from common.arrays import Days, Values
from common.bootstrap import DayPairs, interval
from common.metrics import Confusion, auc, brier, calibration, calibration_error, cheapest_threshold
from common.model import Model
from common.tables import days_of
from common.transform import plain
from gate import Comparison, Evidence, Segment

# Any fixed number would do: the draws of a decision must be the same when it is looked at again.
SEED = 20130401

CHALLENGER, CHAMPION, RULE, NOBODY = "challenger", "champion", "rule", "nothing"


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
    scored: Scored,
    select: Scored,
    challenger: Model,
    champion: Model | None,
    draws: int,
    segment_min_rows: int,
) -> Evidence:
    """
    :param scored: the gate slice
    :param select: the slice before it, whose rule shows what is usual
    """
    pairs = scored.pairs()
    weights = pairs.draw(draws, SEED)
    large = segments(scored, RULE if champion is None else CHAMPION, segment_min_rows)
    comparison = None
    if champion is not None:
        labels, scores = scored.labels, scored.scores
        comparison = Comparison(
            champion_auc=float(pairs.auc(CHAMPION)[0]),
            gain=float(pairs.gain(CHALLENGER, CHAMPION)[0]),
            interval=interval(pairs.gain(CHALLENGER, CHAMPION, weights)),
            brier_delta=brier(labels, scores[CHALLENGER]) - brier(labels, scores[CHAMPION]),
            segments=[segment for segment in large if segment.gain is not None],
            champion_trained_through=champion.trained_through,
        )
    return Evidence(
        gate=challenger.slices.gate,
        challenger_auc=float(pairs.auc(CHALLENGER)[0]),
        rule_auc=float(pairs.auc(RULE)[0]),
        rule_gain=float(pairs.gain(CHALLENGER, RULE)[0]),
        rule_interval=interval(pairs.gain(CHALLENGER, RULE, weights)),
        comparison=comparison,
        rule=rule_name(),
        rule_lost=_rule_lost(scored, select),
        one_class=[segment for segment in large if segment.gain is None],
    )


def rule_name() -> str:
    if schema.rule_of_thumb() is None:
        return "the more frequent outcome for all (no simple rule is declared; 0.5 by definition)"
    return "the one-feature rule"


def _rule_lost(scored: Scored, select: Scored) -> str | None:
    """A gain over a rule that has lost its values would be the larger, the worse the data is."""
    rule = schema.rule_of_thumb()
    if rule is None:
        return None
    here, before = (float(slice_.rows[rule.name].notna().mean()) for slice_ in (scored, select))
    if here > before / 2:
        return None
    return (
        f"{rule.name}, which the one-feature rule is made of, has a value in {here:.0%} of the gate's rows "
        f"and had one in {before:.0%} of those of the select slice: prepare the gate's partitions again"
    )


def segments(scored: Scored, over: str, min_rows: int) -> list[Segment]:
    """The challenger's gain in every value of a segment column that has `min_rows` rows or more."""
    found = []
    for column in (c.name for c in schema.features() if c.segment):
        counts = scored.rows[column].value_counts().sort_index()
        for value, count in zip(plain(counts.index), counts, strict=True):
            if count < min_rows:
                continue
            inside = (scored.rows[column] == value).to_numpy()
            labels = scored.labels[inside]
            ours, theirs = (auc(labels, scored.scores[name][inside]) for name in (CHALLENGER, over))
            gain = None if (labels == labels[0]).all() else ours - theirs
            found.append(Segment(column, str(value), int(count), gain))
    return found


def costs(scored: Scored, select: Scored, models: Mapping[str, Model]) -> dict[str, float]:
    """
    Cost of 1,000 decisions on the gate slice, by who decides: each model as it does when served, the rule at
    the one that was cheapest for it on the select slice, and who never predicts the outcome.
    """
    price = schema.problem()["costs"]
    prices = price["falseAlarm"], price["miss"]
    decided = {name: model.decide(scored.rows, scored.scores[name]) for name, model in models.items()}
    decided[RULE] = scored.scores[RULE] >= cheapest_threshold(select.labels, select.scores[RULE], *prices)
    decided[NOBODY] = np.zeros(len(scored.labels), dtype=bool)
    return {name: Confusion.of(scored.labels, said).cost(*prices) for name, said in decided.items()}


def performance(scored: Scored, name: str, model: Model) -> dict[str, Any]:
    """What a report shows of one model: ranking, probabilities, and the decisions as when it is served."""
    labels, scores = scored.labels, scored.scores[name]
    confusion = Confusion.of(labels, model.decide(scored.rows, scores))
    bins = calibration(labels, scores)
    return {
        "auc": auc(labels, scores),
        "brier": brier(labels, scores),
        "calibrationError": calibration_error(bins),
        "calibration": [asdict(b) for b in bins],
        "threshold": model.threshold,
        "confusion": confusion.to_json(),
        "precision": confusion.precision,
        "recall": confusion.recall,
        "f1": confusion.f1,
    }
