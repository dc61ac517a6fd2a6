"""The decision whether a challenger replaces the champion. Pure: figures in, decision out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """AUC gain of challenger over champion in one large segment; None where it has one class only."""

    column: str
    value: str
    rows: int
    gain: float | None


@dataclass(frozen=True)
class Margins:
    """
    How much worse a challenger may be, and how good it must be; fixed before the comparison.

    :ivar floor: AUC below which no model ships, and what that would mean
    """

    brier: float
    segment: float
    floor: tuple[float, str]


@dataclass(frozen=True)
class Comparison:
    """Two models on the same rows, neither having seen them."""

    champion_auc: float
    gain: float
    interval: tuple[float, float]
    brier_delta: float
    segments: Sequence[Segment]  # with a gain
    champion_trained_through: str


@dataclass(frozen=True)
class Evidence:
    """
    :ivar gate: `[start, end)` of the gate slice
    :ivar rule_gain: of the challenger over the one-feature rule
    :ivar rule: how the rule is called in a sentence
    :ivar rule_lost: why nobody can be compared with the rule; None when everybody can
    :ivar one_class: large segments whose gain nobody can measure
    :ivar comparison: None when there is no champion that can be compared
    :ivar incomparable: why the champion cannot answer the gate's rows; None when there is none
    """

    gate: tuple[str, str]
    challenger_auc: float
    rule_auc: float
    rule_gain: float
    rule_interval: tuple[float, float]
    comparison: Comparison | None
    incomparable: str | None = None
    rule: str = "the one-feature rule"
    rule_lost: str | None = None
    one_class: Sequence[Segment] = ()


def decide(evidence: Evidence, margins: Margins) -> tuple[bool, str]:
    """Whether to promote, and the sentence that says why."""
    objections = list(_objections(evidence, margins))
    if objections:
        return False, "; ".join(objections)
    low, high = evidence.rule_interval
    versus_rule = f"{evidence.rule} {evidence.rule_auc:.4f}"
    if evidence.comparison is None:
        gain = f"gain {evidence.rule_gain:+.4f} in [{low:+.4f}, {high:+.4f}]"
        champion = (
            "no champion" if evidence.incomparable is None else f"the champion was {evidence.incomparable}"
        )
        return True, f"{champion}; AUC {evidence.challenger_auc:.4f} against {versus_rule}, {gain}"
    low, high = evidence.comparison.interval
    return True, (
        f"AUC {evidence.challenger_auc:.4f} against the champion's {evidence.comparison.champion_auc:.4f}, "
        f"gain {evidence.comparison.gain:+.4f} in [{low:+.4f}, {high:+.4f}], and {versus_rule}"
    )


def _objections(evidence: Evidence, margins: Margins) -> Iterator[str]:
    floor, meaning = margins.floor
    if not evidence.challenger_auc >= floor:
        yield f"AUC {evidence.challenger_auc:.4f} is below the floor {floor:.4f}: {meaning}"
    if evidence.rule_lost is not None:
        yield evidence.rule_lost
    for s in evidence.one_class:
        yield f"segment {s.column} {s.value} ({s.rows} rows) has one class: nobody can say whether it loses"
    c = evidence.comparison
    if c is None:
        if not evidence.rule_interval[0] > 0:
            why = _not_above(evidence.rule, evidence.rule_gain, evidence.rule_interval)
            yield f"AUC {evidence.challenger_auc:.4f} against {evidence.rule_auc:.4f}: {why}"
        return
    start, end = evidence.gate
    if c.champion_trained_through > start:
        yield (
            f"the champion is trained through {c.champion_trained_through} and has seen part of the gate "
            f"[{start}, {end}): wait until the gate's days are newer"
        )
        return
    if not c.interval[0] > 0:
        yield _not_above("the champion", c.gain, c.interval)
    if not evidence.rule_gain > 0:
        yield f"AUC {evidence.challenger_auc:.4f} is not above {evidence.rule} {evidence.rule_auc:.4f}"
    if not c.brier_delta <= margins.brier:
        yield f"the Brier score is worse by {c.brier_delta:.4f}, allowed are {margins.brier:.4f}"
    for s in c.segments:
        if s.gain is not None and not s.gain >= -margins.segment:
            loss = f"{s.column} {s.value} ({s.rows} rows) loses {-s.gain:.4f} AUC"
            yield f"{loss}, allowed are {margins.segment:.4f}"


def _not_above(whom: str, gain: float, interval: tuple[float, float]) -> str:
    low, high = interval
    return f"the gain over {whom}, {gain:+.4f} in [{low:+.4f}, {high:+.4f}], is not surely above 0"
