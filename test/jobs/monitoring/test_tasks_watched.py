"""Windows of models that answer numbers or classes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Lake, Trained, evaluation_arguments, pack, training_arguments
from in_use import in_use
from tasks_asked import CLASSES, MINUTES, asked
from windows import WEEK, Site

import evaluate
import train
from common.arrays import Values
from common.model import Model
from common.tasks import task


@pytest.fixture(params=[MINUTES, CLASSES], ids=["minutes", "classes"])
def site(request: pytest.FixtureRequest, lake: Lake, tmp_path: Path) -> Iterator[Site]:
    with in_use(asked(request.param), None):
        train.main(training_arguments(lake, tmp_path / "trained", num_round=20))
        model = tmp_path / "trained/model"
        evaluate.main(evaluation_arguments(lake, model, tmp_path))
        pack(model, tmp_path / "input/model")
        (tmp_path / "output/evaluation").rename(tmp_path / "input/baseline")
        yield Site(tmp_path, Trained(lake, tmp_path / "trained"))


def week_of(site: Site, change: Any = None) -> None:
    site.traffic(*WEEK, change if change is not None else (lambda rows: rows))


def test_a_quiet_week_has_the_figures_of_the_gate(site: Site) -> None:
    week_of(site)
    found = site.look()
    assert (found["status"], found["violations"]) == ("Completed", [])
    quality = found["quality"]
    assert quality["measure"] == task().measure
    assert quality["drop"] == pytest.approx(0, abs=1e-6)
    assert quality["score"] < quality["ruleScore"]
    key = {"regression": "regression_metrics", "multiclass": "multiclass_classification_metrics"}[task().name]
    assert site.file("model_quality_statistics.json")[key]


def test_answers_that_say_nothing_are_a_quality_violation(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(1)

    def noise(self: Model, rows: Any) -> Values:
        count = len(rows["courier"])
        return (
            draw.dirichlet(np.ones(3), count) if task().name == "multiclass" else draw.normal(40, 30, count)
        )

    with monkeypatch.context() as patch:
        patch.setattr(Model, "score", noise)
        week_of(site)
    found = site.look()
    assert [v["check"] for v in found["violations"]] == ["model_quality_check"]
    assert found["quality"]["dropInterval"][1] < 0


def test_an_answer_in_the_form_of_another_task_is_refused_and_counted(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(model: Model, columns: Any) -> list[dict[str, Any]]:
        return [{"parcel": key, "score": float("1e30"), "late": True} for key in columns["parcel"]]

    with monkeypatch.context() as patch:
        patch.setattr("inference.answers", told)
        week_of(site)
    found = site.look()
    assert found["records"] == 0
    assert found["refused"]["captured records"]["count"] > 1000
