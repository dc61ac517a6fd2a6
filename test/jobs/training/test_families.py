"""Every model family under the one contract: training, archive, endpoint, explanation."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import traffic
from conftest import Lake, evaluation_arguments, training_arguments

import evaluate
import families
import rounds
import train
from common import schema
from common.instances import to_instances
from common.labels import read_labels
from common.model import Model
from common.slices import label_rows
from common.tables import between, read_features
from common.transform import Encoding

pytestmark = pytest.mark.usefixtures("few_rounds")

FAMILIES = list(schema.families())
LARGEST_ARCHIVE, LONGEST_LOAD = 20_000_000, 3.0


def arguments(lake: Lake, folder: Path, name: str) -> list[str]:
    return training_arguments(lake, folder, algorithm=name, num_round=None)


class Models:
    """The folder of each family's training; a worker trains what its own tests need."""

    def __init__(self, lake: Lake, make: Callable[[str], Path]) -> None:
        self._lake, self._make, self._found = lake, make, dict[str, Path]()

    def __getitem__(self, name: str) -> Path:
        if name not in self._found:
            self._found[name] = self._make(name)
            train.main(arguments(self._lake, self._found[name], name))
        return self._found[name]


@pytest.fixture(scope="module")
def models(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Models:
    return Models(lake, tmp_path_factory.mktemp)


@pytest.fixture(scope="module")
def gate(lake: Lake) -> pd.DataFrame:
    return between(read_features(lake.features), "2013-01-15", "2013-01-22")


def test_the_families_of_the_file_are_those_that_can_be_trained() -> None:
    assert set(FAMILIES) == {*families.GROWING, "ensemble"}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_model_says_its_family_and_ranks_better_than_chance(models: Models, name: str) -> None:
    meta = json.loads((models[name] / "model/model.json").read_text())
    assert (meta["algorithm"], meta["selectScore"] > 0.55) == (name, True)
    assert set(meta["hyperparameters"]) <= set(schema.families()[name]["hyperparameters"])


@pytest.mark.parametrize("name", FAMILIES)
def test_a_row_is_answered_alike_alone_and_among_others_and_offline(
    models: Models, gate: pd.DataFrame, name: str
) -> None:
    model = Model.load(models[name] / "model")
    rows = gate.iloc[:40]
    offline = model.score(rows)
    together = [each["score"] for each in traffic.answer(model, to_instances(rows))["predictions"]]
    alone = [traffic.answer(model, [instance])["predictions"][0]["score"] for instance in to_instances(rows)]
    assert together == pytest.approx(offline, abs=1e-6)
    assert alone == pytest.approx(offline, abs=1e-6)
    assert len(set(together)) > 1


@pytest.mark.parametrize("name", list(families.GROWING))
def test_the_arrays_of_an_archive_answer_as_the_estimator_did(lake: Lake, name: str) -> None:
    labelled = label_rows(read_features(lake.features), read_labels(lake.labels))
    encoding = Encoding.fit(between(labelled, "2013-01-01", "2013-01-08"))
    parts = [
        between(labelled, *days) for days in (("2013-01-01", "2013-01-08"), ("2013-01-08", "2013-01-15"))
    ]
    fit, select = (
        rounds.Slice(encoding.matrix(rows), rows[schema.label_column()].to_numpy(), encoding.counts())
        for rows in parts
    )
    assert np.isnan(select.matrix).any(), "the rows must lack values to prove anything"
    module, kind = families.GROWING[name]
    growing = getattr(import_module(module), kind)(families.settings_of(name, {}), fit, select)
    for number in range(2):
        growing.grow(number)
    growing.keep()
    np.testing.assert_allclose(growing.cut(1).score(select.matrix), growing.scores(), atol=1e-7, rtol=0)


@pytest.mark.parametrize("name", ["random-forest", "extra-trees"])
def test_a_forest_answers_with_the_same_digits_in_every_training(name: str) -> None:
    draw = np.random.default_rng(1)
    matrix = draw.normal(size=(1000, 6)).astype(np.float32)
    labels = (matrix[:, 0] + draw.normal(size=1000) > 0).astype(float)
    rows = rounds.Slice(matrix, labels, np.zeros(6, dtype=int))
    module, kind = families.GROWING[name]

    def answers() -> bytes:
        growing = getattr(import_module(module), kind)(families.settings_of(name, {}), rows, rows)
        growing.grow(0)
        return growing.scores().tobytes()

    assert len({answers() for _ in range(30)}) == 1


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_seed_gives_the_same_model(lake: Lake, models: Models, tmp_path: Path, name: str) -> None:
    train.main(arguments(lake, tmp_path, name))
    assert Model.load(tmp_path / "model").identity == Model.load(models[name] / "model").identity


@pytest.mark.parametrize("name", [name for name in FAMILIES if name != "boosted-trees"])
def test_an_interrupted_training_ends_as_if_nothing_had_happened(
    lake: Lake, models: Models, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class InterruptionError(BaseException):
        """Not an error of the program: nothing in it may catch this."""

    checkpoint = rounds._checkpoint

    def interrupt(*of: Any) -> None:
        checkpoint(*of)
        raise InterruptionError

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "_checkpoint", interrupt)
        with pytest.raises(InterruptionError):
            train.main(arguments(lake, tmp_path, name))
    assert not (tmp_path / "model").exists()
    train.main(arguments(lake, tmp_path, name))
    assert Model.load(tmp_path / "model").identity == Model.load(models[name] / "model").identity


@pytest.mark.parametrize("name", FAMILIES)
def test_an_archive_is_small_and_loads_soon_without_the_checkout(
    models: Models, tmp_path: Path, name: str
) -> None:
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(models[name] / "model", ".")
    assert archive.stat().st_size < LARGEST_ARCHIVE
    folder = tmp_path / "model"
    shutil.unpack_archive(archive, folder, filter="data")
    environment = {**os.environ, "PYTHONPATH": str(folder / "code")}
    program = "import inference, sys; print(inference.model_fn(sys.argv[1]).meta['algorithm'])"
    begun = time.perf_counter()
    served = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        env=environment,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert served.stdout.strip() == name
    # Other tests run beside this one: twice the limit of a machine that does nothing else.
    assert time.perf_counter() - begun < 2 * LONGEST_LOAD


@pytest.mark.parametrize("name", FAMILIES)
def test_an_evaluation_explains_the_model_by_the_method_that_it_names(
    lake: Lake, models: Models, tmp_path: Path, name: str
) -> None:
    evaluate.main(evaluation_arguments(lake, models[name] / "model", tmp_path))
    analysis = json.loads((tmp_path / "output/evaluation/analysis.json").read_text())
    explained = analysis["explanations"]["kernel_shap"]["label0"]
    assert explained["method"] == schema.families()[name]["explained"]
    weights = explained["global_shap_values"]
    assert max(weights.values()) > 0
    # Lateness of the hours before is what the lateness of parcels is made from.
    assert "delay_before" in sorted(weights, key=lambda feature: -weights[feature])[:3]


def test_coefficients_times_values_add_up_to_the_log_odds(models: Models, gate: pd.DataFrame) -> None:
    model = Model.load(models["linear"] / "model")
    predictor: Any = model.predictor
    matrix = model.encoding.matrix(gate.iloc[:1])
    score = float(predictor.score(matrix)[0])
    # One row around its own mean differs from it in nothing, and is expected to be what it is.
    weights, expected = predictor.attributions(matrix)
    assert weights == pytest.approx(np.zeros(matrix.shape[1]))
    assert expected == pytest.approx(np.log(score / (1 - score)))


def test_shuffling_a_feature_that_no_tree_splits_on_changes_nothing(
    models: Models, gate: pd.DataFrame
) -> None:
    model = Model.load(models["decision-tree"] / "model")
    predictor: Any = model.predictor
    names = [column.name for column in schema.features()]
    used = {names[place] for place in predictor.features[predictor.left != np.arange(len(predictor.left))]}
    weights = model.attributions(gate).weights
    assert {name for name, weight in weights.items() if weight > 0} <= used
    assert set(names) - used


def test_a_decision_tree_is_printed_as_rules(models: Models) -> None:
    rules = json.loads((models["decision-tree"] / "model/model.json").read_text())["rules"]
    assert any(line.lstrip().startswith("if delay_before <= ") for line in rules)
    assert any(line.lstrip().startswith("score 0.") for line in rules)
    assert json.loads((models["linear"] / "model/model.json").read_text())["rules"] is None


@pytest.mark.parametrize(
    ("algorithm", "given", "said"),
    [
        ("gradient", {}, "algorithm 'gradient' is not one of boosted-trees, linear"),
        ("linear", {"eta": 0.1}, "linear has no hyperparameter eta: it has l1_ratio"),
        ("linear", {"l1_ratio": 2}, "l1_ratio of linear must be a number from 0 to 1, got 2"),
        ("linear", {"num_round": 2.5}, "num_round of linear must be a whole number from 1 to 2000, got 2.5"),
        ("linear", {"l1_ratio": float("nan")}, "l1_ratio of linear must be a number from 0 to 1, got nan"),
    ],
)
def test_what_a_family_does_not_have_is_refused(algorithm: str, given: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        families.settings_of(algorithm, given)


def test_a_refused_family_is_the_failure_of_the_job(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not one of"):
        train.main(training_arguments(lake, tmp_path, algorithm="gradient"))
    assert "'gradient' is not one of" in (tmp_path / "output/failure").read_text()
