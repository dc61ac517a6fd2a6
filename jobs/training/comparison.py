"""Champion, challenger and the simple rule on the same gate rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from common import rule, schema
from common.arrays import Days, Floats, Values
from common.bootstrap import Paired, interval
from common.metrics import (
    Confusion,
    calibration,
    calibration_error,
    cheapest_threshold,
    multiclass_figures,
    regression_figures,
)
from common.model import Model
from common.tables import days_of
from common.tasks import prices, task
from common.transform import counted
from gate import Comparison, Evidence, Segment

# The seed is arbitrary but fixed, so that the draws of a decision can be reproduced.
SEED = 20130401

CHALLENGER, CHAMPION, RULE, NOBODY = "challenger", "champion", "rule", "nothing"


@dataclass(frozen=True)
class Scored:
    """Labelled gate rows with the scores of every contender."""

    rows: pd.DataFrame
    scores: Mapping[str, Values]

    @staticmethod
    def of(rows: pd.DataFrame, challenger: Model, champion: Model | None) -> "Scored":
        scores: dict[str, Values] = {CHALLENGER: challenger.score(rows), RULE: challenger.rule(rows)}
        if champion is not None:
            scores[CHAMPION] = champion.score(rows)
        for name, model in ((CHALLENGER, challenger), (CHAMPION, champion)):
            for number, twin in enumerate(model.twins if model else (), start=1):
                scores[f"{name} {number}"] = twin.score(model.encoding.matrix(rows))  # type: ignore[union-attr]
        return Scored(rows, scores)

    def seeds(self, name: str) -> list[str]:
        """The names of a contender and its twins."""
        return [one for one in self.scores if one == name or one.startswith(f"{name} ")]

    @property
    def labels(self) -> Values:
        return self.rows[schema.label_column()].to_numpy()

    @property
    def days(self) -> Days:
        return days_of(self.rows)

    def pairs(self) -> Paired:
        return task().paired(self.days, self.labels, self.scores)


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
    :param select: the slice before it, which shows the usual state of the rule
    """
    pairs, kind = scored.pairs(), task()
    weights = pairs.draw(draws, SEED)
    large = segments(scored, RULE if champion is None else CHAMPION, segment_min_rows)
    comparison = None
    if champion is not None:
        labels, scores = scored.labels, scored.scores
        comparison = Comparison(
            champion=float(pairs.measure(CHAMPION)[0]),
            gain=float(pairs.gain(CHALLENGER, CHAMPION)[0]),
            interval=interval(_drawn_gain(pairs, weights, scored.seeds(CHALLENGER), scored.seeds(CHAMPION))),
            guard_delta=_guard_delta(labels, scores),
            segments=[segment for segment in large if segment.gain is not None],
            champion_trained_through=champion.trained_through,
        )
    return Evidence(
        gate=challenger.slices.gate,
        challenger=float(pairs.measure(CHALLENGER)[0]),
        rule_score=float(pairs.measure(RULE)[0]),
        rule_gain=float(pairs.gain(CHALLENGER, RULE)[0]),
        rule_interval=interval(_drawn_gain(pairs, weights, scored.seeds(CHALLENGER), [RULE])),
        comparison=comparison,
        rule=rule_name(),
        rule_lost=_rule_lost(scored, select),
        one_class=[segment for segment in large if segment.gain is None],
        measure=kind.measure,
        skill=float(pairs.gain(CHALLENGER, RULE)[0] / pairs.measure(RULE)[0]) if kind.relative else None,
        guard=(kind.guard, kind.relative),
    )


def _drawn_gain(pairs: Paired, weights: Floats, ours: Sequence[str], theirs: Sequence[str]) -> Floats:
    """
    One gain per draw of days. Each draw also picks a seed for either side, so the interval covers the
    variation between trainings as well as between days.
    """
    gains = np.array([[pairs.gain(one, other, weights) for other in theirs] for one in ours])
    draw, draws = np.random.default_rng(SEED), np.arange(len(weights))
    return gains[
        draw.integers(len(ours), size=len(draws)), draw.integers(len(theirs), size=len(draws)), draws
    ]


def _guard_delta(labels: Values, scores: Mapping[str, Values]) -> float:
    """How much worse the challenger's second measure is than the champion's."""
    kind = task()
    challenger, champion = (kind.guarded(labels, scores[name]) for name in (CHALLENGER, CHAMPION))
    return (challenger - champion) / champion if kind.relative else challenger - champion


def rule_name() -> str:
    if task().name != "binary":
        return rule.name_of()
    if schema.rule_of_thumb() is None:
        return "the more frequent outcome for all (no simple rule is declared; 0.5 by definition)"
    return "the one-feature rule"


def _rule_lost(scored: Scored, select: Scored) -> str | None:
    """The gain over a rule would rise as the rule loses its values, so the comparison is refused."""
    column = schema.rule_of_thumb()
    if column is None or task().name != "binary":
        return None
    here, before = (float(slice_.rows[column.name].notna().mean()) for slice_ in (scored, select))
    if here > before / 2:
        return None
    return (
        f"{column.name}, which the one-feature rule is made of, has a value in {here:.0%} of the gate's rows "
        f"and had one in {before:.0%} of those of the select slice: prepare the gate's partitions again"
    )


def segments(scored: Scored, over: str, min_rows: int) -> list[Segment]:
    """The challenger's gain in every value of a segment column that has `min_rows` rows or more."""
    found, kind = [], task()
    for column in (c.name for c in schema.features() if c.segment):
        for value, count in counted(scored.rows[column]).items():
            if count < min_rows:
                continue
            inside = (scored.rows[column] == value).to_numpy()
            labels = scored.labels[inside]
            ours, theirs = (kind.score(labels, scored.scores[name][inside]) for name in (CHALLENGER, over))
            # A mean loss is defined for rows with one outcome; a ranking is not.
            unranked = kind.name == "binary" and (labels == labels[0]).all()
            gain = None if unranked else kind.gain(ours, theirs)
            found.append(Segment(column, str(value), count, gain))
    return found


def costs(scored: Scored, select: Scored, models: Mapping[str, Model]) -> dict[str, float]:
    """
    Cost of 1,000 decisions on the gate slice: each model with its served threshold, the rule with its
    cheapest threshold of the select slice, and no prediction at all.
    """
    decided = {name: model.decide(scored.rows, scored.scores[name]) for name, model in models.items()}
    decided[RULE] = scored.scores[RULE] >= cheapest_threshold(select.labels, select.scores[RULE], *prices())
    decided[NOBODY] = np.zeros(len(scored.labels), dtype=bool)
    return {name: Confusion.of(scored.labels, said).cost(*prices()) for name, said in decided.items()}


def performance(scored: Scored, name: str, model: Model) -> dict[str, Any]:
    """Figures of one model for a report: its measures, and its decisions or its prediction interval."""
    labels, answers = scored.labels, scored.scores[name]
    kind = task()
    if kind.name == "regression":
        low, high = model.interval(scored.rows).T
        return {
            **regression_figures(labels, answers),
            "promised": model.meta["interval"]["level"],
            "coverage": float(((low <= labels) & (labels <= high)).mean()),
            "width": float((high - low).mean()),
        }
    if kind.name == "multiclass":
        return {"logLoss": kind.score(labels, answers), **multiclass_figures(labels, answers)}
    bins = calibration(labels, answers)
    confusion = Confusion.of(labels, model.decide(scored.rows, answers))
    return {
        "auc": kind.score(labels, answers),
        "brier": kind.guarded(labels, answers),
        "calibrationError": calibration_error(bins),
        "calibration": [asdict(b) for b in bins],
        "threshold": model.threshold,
        "confusion": confusion.to_json(),
        "precision": confusion.precision,
        "recall": confusion.recall,
        "f1": confusion.f1,
    }
