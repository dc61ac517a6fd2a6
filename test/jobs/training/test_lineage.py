"""What a model was made of, and the card that says what it is for."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import parcels
import pytest
from cfnlint.jsonschema import StandardValidator
from conftest import MADE, Lake, Trained, evaluation_arguments

import evaluate
from common.model import Model

CARD_SCHEMA = json.loads(Path("facts/model-card-schema.json").read_text())["schema"]


@pytest.fixture(scope="module")
def written(lake: Lake, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("traced")
    evaluate.main(evaluation_arguments(lake, trained.model, root))
    return root / "output/evaluation"


@pytest.fixture(scope="module")
def traced(written: Path) -> dict[str, Any]:
    return json.loads((written / "lineage.json").read_text())


@pytest.fixture(scope="module")
def card(written: Path) -> dict[str, Any]:
    return json.loads((written / "model-card.json").read_text())


def test_the_record_leads_from_raw_files_to_the_decision(
    traced: dict[str, Any], lake: Lake, trained: Trained, written: Path
) -> None:
    (partition,) = traced["data"]["partitions"]
    features = lake.features / "month=2013-01/part.parquet"
    assert partition == {
        "partition": "2013-01",
        "run": "prepare-1",
        "rows": len(parcels.curated()[0]),
        "features": [
            {
                "key": "features/month=2013-01/part.parquet",
                "bytes": features.stat().st_size,
                "sha256": hashlib.sha256(features.read_bytes()).hexdigest(),
            }
        ],
        "files": [parcels.RAW_FILE],
    }
    model = Model.load(trained.model)
    assert traced["identity"] == model.identity
    assert traced["data"]["dataHash"] == model.meta["dataHash"]
    assert traced["code"] == {
        "key": "code/5f2a.gz",
        "bytes": 8,
        "sha256": hashlib.sha256(b"the jobs").hexdigest(),
    }
    training = traced["training"]
    assert list(MADE.values()) == [training[name] for name in ("job", "image", "instanceType", "model")]
    assert training["hyperparameters"]["num_round"] == 40
    assert training["hyperparameters"]["max_depth"] == model.meta["hyperparameters"]["max_depth"]
    assert traced["decision"] == json.loads((written / "decision.json").read_text())


def test_the_label_files_are_those_of_the_events(
    lake: Lake, trained: Trained, traced: dict[str, Any], tmp_path: Path
) -> None:
    named = {file["key"]: file["sha256"] for file in traced["data"]["labels"]}
    assert named == {
        f"ground-truth/{file.relative_to(lake.labels)}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in lake.labels.rglob("*.jsonl")
    }
    other = Path(shutil.copytree(lake.root, tmp_path / "lake"))
    more = other / "labels/2013/03/01/00/labels.jsonl"
    more.parent.mkdir(parents=True)
    line = json.loads(next(lake.labels.rglob("*.jsonl")).read_text().splitlines()[0])
    line["eventMetadata"]["eventId"] = "of no row"
    more.write_text(json.dumps(line) + "\n")
    evaluate.main(evaluation_arguments(Lake(other), trained.model, tmp_path))
    again = json.loads((tmp_path / "output/evaluation/lineage.json").read_text())
    assert {file["key"]: file["sha256"] for file in again["data"]["labels"]} == named


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_text('{"rows": {}}')])
def test_a_partition_that_does_not_name_its_raw_files_is_refused(
    lake: Lake, trained: Trained, tmp_path: Path, spoil: Callable[[Path], Any]
) -> None:
    other = Path(shutil.copytree(lake.root, tmp_path / "lake"))
    spoil(other / "quality/month=2013-01/report.json")
    with pytest.raises(ValueError, match=r"quality/month=2013-01/report\.json.*load 2013-01 again"):
        evaluate.main(evaluation_arguments(Lake(other), trained.model, tmp_path))


def test_the_card_is_one_that_sagemaker_takes(card: dict[str, Any]) -> None:
    assert [error.message for error in StandardValidator(CARD_SCHEMA).iter_errors(card)] == []
    assert len(json.dumps(card)) < 100_000


def test_the_card_says_purpose_figures_and_groups(card: dict[str, Any], traced: dict[str, Any]) -> None:
    assert card["intended_uses"]["purpose_of_model"].startswith("Will")
    (evaluation,) = card["evaluation_details"]
    groups = {group["name"]: group["metric_data"] for group in evaluation["metric_groups"]}
    figures = {metric["name"]: metric["value"] for metric in groups["gate slice"]}
    assert figures["auc"] == traced["metrics"]["auc"]
    assert any(name.startswith("bias: ") for name in groups)
    assert evaluation["evaluation_observation"].endswith(traced["decision"]["reason"])
    parameters = card["training_details"]["training_job_details"]["hyper_parameters"]
    assert {"name": "num_round", "value": "40"} in parameters


def test_the_page_stands_alone_and_names_every_hash(written: Path, traced: dict[str, Any]) -> None:
    page = (written / "model-card.html").read_text()
    files = [*traced["data"]["labels"], *(f for p in traced["data"]["partitions"] for f in p["files"])]
    assert all(file["sha256"] in page and file["key"] in page for file in files)
    assert not re.search(r"<(link|script|img)|url\(|https?://", page)
