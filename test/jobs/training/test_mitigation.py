"""Reweighing, and thresholds by group: what each promises, on the rows it was chosen on."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import traffic
from conftest import Lake, evaluation_arguments, training_arguments
from hypothesis import given, settings
from hypothesis import strategies as st
from in_use import in_use
from tasks_asked import MINUTES, asked

import evaluate
import mitigation
import train
from common.instances import to_instances
from common.labels import read_labels
from common.metrics import Confusion, cheapest_threshold
from common.model import Model
from common.slices import label_rows
from common.tables import between, read_features
from common.transform import present

PRICES = 6.0, 60.0


def drawn(seed: int, rows: int = 400) -> tuple[np.ndarray, np.ndarray, list[str | None]]:
    """Outcomes, scores and groups that have neither equally often."""
    draw = np.random.default_rng(seed)
    groups = draw.choice(["A", "B", None], rows, p=[0.3, 0.5, 0.2]).tolist()
    tilt = np.array([{"A": 0.3, "B": 0.1, None: 0.2}[group] for group in groups])
    labels = (draw.random(rows) < tilt).astype(float)
    return labels, np.round(np.clip(tilt + 0.2 * labels + draw.normal(0, 0.15, rows), 0, 1), 2), groups


@given(seed=st.integers(0, 1000), weighed=st.booleans())
@settings(max_examples=25, deadline=None)
def test_reweighing_makes_the_outcome_as_frequent_in_every_group(seed: int, weighed: bool) -> None:
    labels, _, groups = drawn(seed)
    codes = np.array([{"A": 0, "B": 1, None: -1}[group] for group in groups])
    before = np.random.default_rng(seed).random(len(labels)) + 0.5 if weighed else None
    weights = mitigation.reweighed(labels, codes, before)
    total = len(labels) if before is None else before.sum()
    overall = np.average(labels, weights=before)
    assert weights.sum() == pytest.approx(total)
    for code in (0, 1, -1):
        own = codes == code
        assert np.average(labels[own], weights=weights[own]) == pytest.approx(overall)


def rate(kind: str, labels: np.ndarray, called: np.ndarray) -> float:
    return float(called[labels == 1].mean() if kind == "equal-opportunity" else called.mean())


@pytest.mark.parametrize("kind", ["equal-opportunity", "demographic-parity"])
@given(seed=st.integers(0, 1000), tolerance=st.sampled_from([0.0, 0.02, 0.1, 0.5]))
@settings(max_examples=20, deadline=None)
def test_thresholds_hold_the_constraint_on_the_rows_they_were_chosen_on(
    kind: str, seed: int, tolerance: float
) -> None:
    labels, scores, groups = drawn(seed)
    chosen = mitigation.group_thresholds(
        labels, scores, groups, mitigation.Constraint(kind, tolerance), PRICES
    )
    of = np.array(groups, dtype=object)
    rates = [rate(kind, labels[of == c["value"]], scores[of == c["value"]] >= c["threshold"]) for c in chosen]
    assert [c["value"] for c in chosen] == ["A", "B", None]
    assert max(rates) - min(rates) <= tolerance + 1e-9


@pytest.mark.parametrize("kind", ["equal-opportunity", "demographic-parity"])
def test_no_other_thresholds_within_the_tolerance_cost_less(kind: str) -> None:
    labels, scores, groups = drawn(7, 300)
    of = np.array(groups, dtype=object)
    constraint = mitigation.Constraint(kind, 0.06)
    chosen = mitigation.group_thresholds(labels, scores, groups, constraint, PRICES)

    def cost(thresholds: dict[str | None, float]) -> float:
        called = scores >= np.array([thresholds[group] for group in groups])
        return Confusion.of(labels, called).cost(*PRICES)

    values = ["A", "B", None]
    cuts = [*np.linspace(0, 1, 26), 1.01]
    rates = {(v, cut): rate(kind, labels[of == v], scores[of == v] >= cut) for v in values for cut in cuts}
    others = [
        cost(dict(zip(values, each, strict=True)))
        for each in product(cuts, repeat=3)
        if np.ptp([rates[pair] for pair in zip(values, each, strict=True)]) <= 0.06
    ]
    assert len(others) > 100
    assert cost({c["value"]: c["threshold"] for c in chosen}) <= min(others) + 1e-9


def test_without_a_constraint_that_binds_each_group_has_its_own_cheapest() -> None:
    labels, scores, groups = drawn(11)
    chosen = mitigation.group_thresholds(
        labels, scores, groups, mitigation.Constraint("demographic-parity", 1.0), PRICES
    )
    of = np.array(groups, dtype=object)
    for each in chosen:
        own = of == each["value"]
        assert each["threshold"] == pytest.approx(cheapest_threshold(labels[own], scores[own], *PRICES))


def test_a_group_of_few_rows_gets_no_threshold_and_one_group_alone_none_at_all() -> None:
    labels, scores, groups = drawn(2)
    few = ["Z" if place < 9 else group for place, group in enumerate(groups)]
    constraint = mitigation.Constraint("demographic-parity", 0.1)
    chosen = mitigation.group_thresholds(labels, scores, few, constraint, PRICES)
    assert "Z" not in [each["value"] for each in chosen]
    with pytest.raises(ValueError, match=r"two groups of 50 labelled rows and 5 with the outcome .* holds 1"):
        mitigation.group_thresholds(labels, scores, ["A"] * len(labels), constraint, PRICES)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ({"reweigh": "region"}, "'region' is no facet of dataset.json, which has "),
        ({"group_facet": "region"}, "'region' is no facet of dataset.json, which has "),
        ({"group_facet": "depot", "group_constraint": "parity"}, "'parity' is not one of equal-opportunity"),
        ({"group_facet": "depot", "group_tolerance": 2}, "tolerance must be a number from 0 to 1, got 2"),
    ],
)
def test_what_cannot_be_mitigated_is_refused(
    lake: Lake, tmp_path: Path, option: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        train.train(train.options(training_arguments(lake, tmp_path, num_round=2, **option)))


def test_a_served_row_is_decided_at_the_threshold_of_its_group_and_so_is_the_gate(
    lake: Lake, tmp_path: Path
) -> None:
    train.main(
        training_arguments(
            lake,
            tmp_path,
            num_round=10,
            reweigh="depot",
            group_facet="depot",
            group_constraint="demographic-parity",
            group_tolerance=0.02,
        )
    )
    model = Model.load(tmp_path / "model")
    own = {each["value"]: each["threshold"] for each in model.meta["thresholds"]}
    assert len(set(own.values())) == 3
    labelled = label_rows(read_features(lake.features), read_labels(lake.labels))
    gate = between(labelled, *model.slices.gate)
    scores = model.score(gate)
    expected = [score >= own[depot] for depot, score in zip(gate["depot"], scores, strict=True)]
    assert model.decide(gate, scores).tolist() == expected
    answers = traffic.answer(model, to_instances(gate.iloc[:200]))["predictions"]
    assert [each["late"] for each in answers] == expected[:200]

    select = between(labelled, *model.slices.select)
    called = model.decide(select, model.score(select))
    shares = [called[(select["depot"] == depot).to_numpy()].mean() for depot in own]
    assert max(shares) - min(shares) <= 0.02 + 1e-9

    found = evaluate.evaluate(
        evaluate.options(evaluation_arguments(lake, tmp_path / "model", tmp_path / "gate"))
    )
    figures = found["metrics"]
    assert (
        figures["gate"]["challenger"]["confusion"]
        == Confusion.of(gate["late"].to_numpy(), np.array(expected)).to_json()
    )
    dppl = json.dumps(found["analysis"])
    assert "DPPL" in dppl


def test_a_value_without_a_threshold_has_that_of_all_and_a_missing_one_its_own(
    lake: Lake, tmp_path: Path
) -> None:
    train.main(training_arguments(lake, tmp_path, num_round=3))
    plain = Model.load(tmp_path / "model")
    thresholds = [{"value": "north", "threshold": 0.0}, {"value": None, "threshold": 1.1}]
    treatment = {**plain.meta["treatment"], "group_facet": "depot"}
    meta = {**plain.meta, "treatment": treatment, "thresholds": thresholds}
    model = Model(plain.predictor, plain.encoding, meta)
    scores = np.full(4, plain.threshold)
    rows = {"depot": ["north", "south", None, float("nan")]}
    assert model.decide(rows, scores).tolist() == [True, True, False, False]
    assert present(rows["depot"]) == ["north", "south", None, None]


def test_a_number_has_no_rare_outcome_and_no_threshold(lake: Lake, tmp_path: Path) -> None:
    options = {"num_round": 2, "imbalance": "smote", "group_facet": "depot"}
    with (
        in_use(asked(MINUTES), None),
        pytest.raises(ValueError, match="imbalance, group_facet: for an"),
    ):
        train.train(train.options(training_arguments(lake, tmp_path, **options)))
