"""Windows of models that answer numbers or classes."""

from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Asked:
    dataset: dict[str, Any]
    trained: Trained
    input: Path


@pytest.fixture(scope="module", params=[MINUTES, CLASSES], ids=["minutes", "classes"])
def model(request: pytest.FixtureRequest, lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A model of the task with its evaluation."""
    root, dataset = tmp_path_factory.mktemp("asked"), asked(request.param)
    trained = Trained(lake, root / "trained")
    with in_use(dataset, None):
        train.main(training_arguments(lake, trained.folder, num_round=20))
        evaluate.main(evaluation_arguments(lake, trained.model, root))
    pack(trained.model, root / "input/model")
    (root / "output/evaluation").rename(root / "input/baseline")
    return Asked(dataset, trained, root / "input")


@pytest.fixture
def site(model: Asked, tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "input").symlink_to(model.input)
    with in_use(model.dataset, None):
        yield Site(tmp_path, model.trained)


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
