"""The table of a bake-off: the same rows for all, a winner that the gate's rows do not choose."""

import json
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import THREE_WEEKS_END, Lake, pack, training_arguments
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

import bakeoff
import bakeoff_page
import train
from common import schema
from common.labels import read_labels
from common.metrics import pr_auc
from common.model import Model
from common.slices import label_rows
from common.tables import between, read_features

FAMILIES = ("linear", "decision-tree", "boosted-trees")
LATE = "late"


@pytest.fixture(scope="module")
def inputs(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders that the processing job is given."""
    root = tmp_path_factory.mktemp("bakeoff")
    for name in FAMILIES:
        folder = root / name
        train.main(training_arguments(lake, folder, algorithm=name, num_round=3))
        pack(folder / "model", root / "input" / name)
        with tarfile.open(root / "input" / name / "output.tar.gz", "w:gz") as tar:
            tar.add(folder / "output/data", ".")
    for name in ("features", "labels"):
        (root / "input" / name).symlink_to(lake.root / name)
    return root


@pytest.fixture(scope="module")
def table(inputs: Path) -> dict[str, Any]:
    failed = "ensemble: AlgorithmError: <too few> rows"
    places = ["--input", inputs / "input", "--output", inputs / "output", "--message", inputs]
    names = ["--families", *FAMILIES, "--failed", failed]
    bakeoff.main([*names, "--data-through", THREE_WEEKS_END, "--draws", "1000", *map(str, places)])
    found: dict[str, Any] = json.loads((inputs / "output/bakeoff/bakeoff.json").read_text())
    return found


@pytest.fixture(scope="module")
def rows(lake: Lake) -> pd.DataFrame:
    return label_rows(read_features(lake.features), read_labels(lake.labels))


@pytest.fixture(scope="module")
def contenders(inputs: Path) -> dict[str, bakeoff.Contender]:
    archives = {name: inputs / "input" / name / "model.tar.gz" for name in FAMILIES}
    return {name: bakeoff.Contender(Model.unpack(file), file) for name, file in archives.items()}


def test_the_figures_are_those_of_the_gate_rows(
    table: dict[str, Any], contenders: Mapping[str, bakeoff.Contender], rows: pd.DataFrame
) -> None:
    gate = between(rows, *table["slices"]["gate"])
    truth = gate[LATE]
    for found in table["families"]:
        model = contenders[found["family"]].model
        scores = model.score(gate)
        assert found["score"] == pytest.approx(roc_auc_score(truth, scores))
        assert found["prAuc"] == pytest.approx(average_precision_score(truth, scores))
        assert found["brier"] == pytest.approx(brier_score_loss(truth, scores))
        said, price = scores >= model.threshold, schema.problem()["costs"]
        wrong = price["falseAlarm"] * (said & (truth == 0)) + price["miss"] * (~said & (truth == 1))
        assert found["costPerThousand"] == pytest.approx(1000 * wrong.mean())
        assert (found["cpuSeconds"] > 0, found["archiveBytes"] > 1000) == (True, True)
        assert found["explained"] == schema.families()[found["family"]]["explained"]
    assert table["nothing"]["costPerThousand"] == pytest.approx(1000 * price["miss"] * truth.mean())
    assert table["rule"]["score"] == pytest.approx(roc_auc_score(truth, model.rule(gate)))


def test_the_winner_has_the_best_auc_on_the_select_slice_and_comes_first(table: dict[str, Any]) -> None:
    on_select = [found["selectScore"] for found in table["families"]]
    assert on_select == sorted(on_select, reverse=True)
    assert table["winner"] == table["families"][0]["family"]
    assert table["rows"]["select"] > 0 < table["rows"]["gate"]


def test_a_model_against_itself_gains_nothing(table: dict[str, Any]) -> None:
    gains = {found["family"]: (found["gain"], found["interval"]) for found in table["families"]}
    assert gains[table["winner"]] == (0, [0, 0])
    others = [interval for gain, interval in gains.values() if interval != [0, 0]]
    assert len(others) == len(FAMILIES) - 1
    assert all(low <= gain <= high for gain, (low, high) in gains.values())


@pytest.mark.parametrize("seed", range(5))
def test_the_labels_of_the_gate_have_no_say_in_the_choice(
    contenders: Mapping[str, bakeoff.Contender],
    table: dict[str, Any],
    rows: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    start, end = table["slices"]["gate"]
    days = rows[schema.time_column()].dt.strftime("%Y-%m-%d")
    gate = (days >= start) & (days < end)
    dealt = rows.copy()
    dealt.loc[gate, LATE] = np.random.default_rng(seed).permutation(rows.loc[gate, LATE])
    # The hash of the rows would refuse them; it is not what is asked here.
    monkeypatch.setattr(bakeoff, "data_hash", lambda _: contenders["linear"].model.meta["dataHash"])
    other = bakeoff.compare(contenders, dealt, 1000, [])
    assert other["winner"] == table["winner"]
    assert [f["selectScore"] for f in other["families"]] == [f["selectScore"] for f in table["families"]]
    assert [f["score"] for f in other["families"]] != [f["score"] for f in table["families"]]


def test_models_of_other_rows_are_refused(
    contenders: Mapping[str, bakeoff.Contender], rows: pd.DataFrame
) -> None:
    changed = rows.assign(lockers=rows["lockers"] + 1)
    with pytest.raises(ValueError, match=r"the model of linear was trained on other rows"):
        bakeoff.compare(contenders, changed, 1000, [])


def test_the_effort_of_a_training_is_no_part_of_its_model(lake: Lake, inputs: Path, tmp_path: Path) -> None:
    train.main(training_arguments(lake, tmp_path, algorithm="linear", num_round=3))
    again = Model.load(tmp_path / "model")
    assert again.identity == Model.load(inputs / "linear/model").identity
    assert json.loads((tmp_path / "output/data/effort.json").read_text())["cpuSeconds"] > 0


def test_the_page_asks_nobody_for_anything_and_shows_texts_as_they_are(
    table: dict[str, Any], inputs: Path
) -> None:
    page = (inputs / "output/bakeoff/bakeoff.html").read_text()
    assert not re.search(r"<script|<link|https?:|url\(", page)
    assert "ensemble: AlgorithmError: &lt;too few&gt; rows" in page
    for found in table["families"]:
        assert page.count(f'<th scope="row">{found["family"]}</th>') == 3
    assert page.count('<tr class="won">') == 3


def test_without_a_rule_the_more_frequent_outcome_is_compared(table: dict[str, Any]) -> None:
    nameless = {**table, "rule": {**table["rule"], "name": "the more frequent outcome"}}
    assert "the more frequent outcome" in bakeoff_page.page(nameless)


@pytest.mark.parametrize("seed", range(20))
def test_pr_auc_is_average_precision_with_ties(seed: int) -> None:
    draw = np.random.default_rng(seed)
    labels = np.append(draw.integers(0, 2, 60), 1)
    scores = draw.integers(0, 8, 61) / 8
    assert pr_auc(labels, scores) == pytest.approx(average_precision_score(labels, scores))
