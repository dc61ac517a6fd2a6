"""The decision whether a challenger replaces the champion, as pure functions of figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """Gain of challenger over champion in one large segment; None when it has one class only."""

    column: str
    value: str
    rows: int
    gain: float | None


@dataclass(frozen=True)
class Margins:
    """
    How much worse a challenger may be, and how good it must be; fixed before the comparison.

    :ivar guard: permitted loss of the second measure; a share for tasks that compare shares
    :ivar floor: AUC below which no model is released, or required reduction of the simple rule's loss, with
        an explanation of the number
    """

    guard: float
    segment: float
    floor: tuple[float, str]


@dataclass(frozen=True)
class Comparison:
    """Two models on the same rows, neither trained on them."""

    champion: float
    gain: float
    interval: tuple[float, float]
    guard_delta: float
    segments: Sequence[Segment]  # those whose gain is defined
    champion_trained_through: str


@dataclass(frozen=True)
class Evidence:
    """
    :ivar gate: `[start, end)` of the gate slice
    :ivar measure: name of the measure for challenger, champion and rule
    :ivar skill: figure that is compared with the floor: the AUC, or the share gained over the rule
    :ivar guard: name of the second measure, and whether its loss is a share
    :ivar rule_gain: gain of the challenger over the one-feature rule
    :ivar rule: name of the rule in a sentence
    :ivar rule_lost: why no model can be compared with the rule, or None
    :ivar one_class: large segments whose gain is undefined
    :ivar comparison: None when there is no comparable champion
    :ivar incomparable: why the champion cannot score the gate's rows, or None
    """

    gate: tuple[str, str]
    challenger: float
    rule_score: float
    rule_gain: float
    rule_interval: tuple[float, float]
    comparison: Comparison | None
    incomparable: str | None = None
    measure: str = "AUC"
    skill: float | None = None
    guard: tuple[str, bool] = ("Brier score", False)
    rule: str = "the one-feature rule"
    rule_lost: str | None = None
    one_class: Sequence[Segment] = ()


def decide(evidence: Evidence, margins: Margins) -> tuple[bool, str]:
    """Whether to promote, with the reason as a sentence."""
    objections = list(_objections(evidence, margins))
    if objections:
        return False, "; ".join(objections)
    low, high = evidence.rule_interval
    versus_rule = f"{evidence.rule} {evidence.rule_score:.4f}"
    if evidence.comparison is None:
        gain = f"gain {evidence.rule_gain:+.4f} in [{low:+.4f}, {high:+.4f}]"
        champion = (
            "no champion" if evidence.incomparable is None else f"the champion was {evidence.incomparable}"
        )
        return True, f"{champion}; {evidence.measure} {evidence.challenger:.4f} against {versus_rule}, {gain}"
    c = evidence.comparison
    low, high = c.interval
    versus_champion = f"{evidence.measure} {evidence.challenger:.4f} against the champion's {c.champion:.4f}"
    return True, f"{versus_champion}, gain {c.gain:+.4f} in [{low:+.4f}, {high:+.4f}], and {versus_rule}"


def _objections(evidence: Evidence, margins: Margins) -> Iterator[str]:
    floor, meaning = margins.floor
    name, skill = evidence.measure, evidence.challenger
    if evidence.skill is not None:
        name, skill = f"{name} as a share gained over {evidence.rule}", evidence.skill
    if not skill >= floor:
        yield f"{name} {skill:.4f} is below the floor {floor:.4f}: {meaning}"
    if evidence.rule_lost is not None:
        yield evidence.rule_lost
    for s in evidence.one_class:
        yield f"segment {s.column} {s.value} ({s.rows} rows) has one class: nobody can say whether it loses"
    c = evidence.comparison
    if c is None:
        if not evidence.rule_interval[0] > 0:
            why = _not_above(evidence.rule, evidence.rule_gain, evidence.rule_interval)
            yield f"{evidence.measure} {evidence.challenger:.4f} against {evidence.rule_score:.4f}: {why}"
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
        score = f"{evidence.measure} {evidence.challenger:.4f}"
        yield f"{score} is not better than {evidence.rule} {evidence.rule_score:.4f}"
    guard, shares = evidence.guard
    shown = ("{:.2%}" if shares else "{:.4f}").format
    if not c.guard_delta <= margins.guard:
        yield f"the {guard} is worse by {shown(c.guard_delta)}, allowed are {shown(margins.guard)}"
    for s in c.segments:
        if s.gain is not None and not s.gain >= -margins.segment:
            of = f" of its {evidence.measure}" if shares else f" {evidence.measure}"
            lost, allowed = f"{shown(-s.gain)}{of}", shown(margins.segment)
            yield f"{s.column} {s.value} ({s.rows} rows) loses {lost}, allowed are {allowed}"


def _not_above(whom: str, gain: float, interval: tuple[float, float]) -> str:
    low, high = interval
    return f"the gain over {whom}, {gain:+.4f} in [{low:+.4f}, {high:+.4f}], is not surely above 0"
