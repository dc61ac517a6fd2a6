from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate import Comparison, Evidence, Margins, Segment, decide

MARGINS = Margins(guard=0.005, segment=0.02, floor=(0.6, "a coin does as well"))
BETTER = Comparison(
    champion=0.68,
    gain=0.05,
    interval=(0.02, 0.08),
    guard_delta=-0.01,
    segments=[Segment("depot", "north", 4000, 0.03), Segment("depot", "west", 3000, -0.01)],
    champion_trained_through="2013-04-01",
)
EVIDENCE = Evidence(
    gate=("2013-08-15", "2013-09-01"),
    challenger=0.73,
    rule_score=0.70,
    rule_gain=0.03,
    rule_interval=(0.01, 0.05),
    comparison=BETTER,
)


def promoted(**changes: object) -> bool:
    return decide(replace(EVIDENCE, comparison=replace(BETTER, **changes)), MARGINS)[0]


def test_better_everywhere_is_promoted_and_says_by_how_much() -> None:
    decision, reason = decide(EVIDENCE, MARGINS)
    assert decision
    assert "+0.0500 in [+0.0200, +0.0800]" in reason
    assert "one-feature rule 0.7000" in reason


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"interval": (0.0, 0.1)}, "not surely above 0"),
        ({"interval": (-0.001, 0.1)}, "not surely above 0"),
        ({"interval": (float("nan"), 0.1)}, "not surely above 0"),
        ({"guard_delta": 0.0051}, "Brier"),
        ({"segments": [Segment("depot", "south", 1200, -0.021)]}, "depot south (1200 rows)"),
        ({"champion_trained_through": "2013-08-16"}, "has seen part of the gate"),
    ],
)
def test_each_objection_holds_alone(changes: dict[str, object], because: str) -> None:
    decision, reason = decide(replace(EVIDENCE, comparison=replace(BETTER, **changes)), MARGINS)
    assert not decision
    assert because in reason


def test_the_margins_themselves_are_allowed() -> None:
    assert promoted(guard_delta=0.005, segments=[Segment("depot", "south", 1200, -0.02)])
    assert promoted(champion_trained_through="2013-08-15")


def test_a_challenger_below_the_rule_is_held() -> None:
    decision, reason = decide(replace(EVIDENCE, rule_gain=0.0), MARGINS)
    assert not decision
    assert "one-feature rule" in reason


@pytest.mark.parametrize(("low", "expected"), [(0.001, True), (0.0, False), (-0.01, False)])
def test_the_first_model_must_surely_beat_the_rule(low: float, expected: bool) -> None:
    alone = replace(EVIDENCE, comparison=None, rule_interval=(low, 0.05))
    decision, reason = decide(alone, MARGINS)
    assert decision is expected
    assert f"AUC {alone.challenger:.4f} against" in reason


def test_nothing_below_the_floor_is_promoted_and_the_floor_says_why() -> None:
    for comparison in (BETTER, None):
        low = replace(EVIDENCE, challenger=0.5999, comparison=comparison)
        assert decide(low, MARGINS)[0] is False
        assert "AUC 0.5999 is below the floor 0.6000: a coin does as well" in decide(low, MARGINS)[1]
        assert not decide(replace(low, challenger=float("nan")), MARGINS)[0]
        assert decide(replace(low, challenger=0.6), MARGINS)[0]


def test_a_large_segment_of_one_class_and_a_rule_without_values_hold() -> None:
    for comparison in (BETTER, None):
        one_class = [Segment("region", "north", 1200, None)]
        odd = replace(EVIDENCE, comparison=comparison, one_class=one_class, rule_lost="x is missing")
        decision, reason = decide(odd, MARGINS)
        assert not decision
        assert reason.startswith("x is missing; segment region north (1200 rows) has one class")


def test_without_a_rule_the_sentence_says_what_stands_for_it() -> None:
    alone = replace(EVIDENCE, comparison=None, rule="the more frequent outcome", rule_score=0.5)
    assert "against the more frequent outcome 0.5000, gain" in decide(alone, MARGINS)[1]


FIGURE = st.floats(-0.5, 0.5)


@given(low=FIGURE, brier=FIGURE, segment=FIGURE, rule=FIGURE, worse=st.floats(0, 0.3))
def test_worse_figures_never_turn_a_hold_into_a_promotion(
    low: float, brier: float, segment: float, rule: float, worse: float
) -> None:
    def decision(by: float) -> bool:
        comparison = replace(
            BETTER,
            interval=(low - by, low + 0.1),
            guard_delta=brier + by,
            segments=[Segment("depot", "north", 4000, segment - by)],
        )
        return decide(replace(EVIDENCE, rule_gain=rule - by, comparison=comparison), MARGINS)[0]

    assert decision(0) or not decision(worse)
