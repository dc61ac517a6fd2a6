"""AWS's open-source smclarify is the oracle of the formulas."""

import numpy as np
import pandas as pd
import pytest
from smclarify.bias import report

from common.bias import POST_TRAINING, PRE_TRAINING, per_facet, post_training, pre_training
from common.labels import read_labels
from common.model import Model
from common.slices import label_rows
from common.tables import read_features


@pytest.fixture(scope="module")
def scored(trained) -> pd.DataFrame:
    rows = label_rows(read_features(trained.lake.features), read_labels(trained.lake.labels))
    model = Model.load(trained.model)
    return rows.assign(predicted=model.score(rows) >= model.threshold)


def by_clarify(rows: pd.DataFrame, facet: str, value: str, stage: report.StageType, names: list[str]) -> dict:
    frame = pd.DataFrame({facet: rows[facet], "late": rows["late"].astype(int)})
    found = report.bias_report(
        frame,
        report.FacetColumn(facet, [value]),
        report.LabelColumn("late", frame["late"], [1]),
        stage,
        report.LabelColumn("predicted", rows["predicted"].astype(int), [1]),
        metrics=names,
    )
    (entry,) = (e for e in found if e["value_or_threshold"] == value)
    return {metric["name"]: metric["value"] for metric in entry["metrics"]}


@pytest.mark.parametrize(
    ("facet", "value"), [("depot", "north"), ("courier", "emu"), ("courier", "dog"), ("courier", "yak")]
)
def test_metrics_equal_clarifys_own_code(scored: pd.DataFrame, facet: str, value: str) -> None:
    inside = (scored[facet] == value).to_numpy()
    labels, predicted = scored["late"].to_numpy() == 1, scored["predicted"].to_numpy()
    ours = pre_training(labels, inside) | post_training(labels, predicted, inside)
    stages = {report.StageType.PRE_TRAINING: PRE_TRAINING, report.StageType.POST_TRAINING: POST_TRAINING}
    for stage, names in stages.items():
        theirs = by_clarify(scored, facet, value, stage, list(names))
        for name in names:
            # Clarify divides by zero and returns infinity when a group predicts no positive at all.
            if ours[name] is not None:
                assert ours[name] == pytest.approx(theirs[name], abs=1e-4), name


def test_an_empty_denominator_is_none_and_no_infinity() -> None:
    labels, predicted = np.array([False, False, True, True]), np.array([False, False, False, True])
    found = post_training(labels, predicted, np.array([True, True, False, False]))
    assert found["DAR"] is None
    assert found["DI"] == 0


def test_small_facet_values_are_left_out(scored: pd.DataFrame) -> None:
    facets = per_facet(
        scored, 500, lambda facet: pre_training(scored["late"].to_numpy() == 1, facet), PRE_TRAINING
    )
    counts = scored["courier"].value_counts()
    assert [entry["value_or_threshold"] for entry in facets["courier"]] == sorted(counts[counts >= 500].index)
