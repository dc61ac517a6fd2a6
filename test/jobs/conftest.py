"""Parcels in the layout that the programs find, few enough to train on in a second."""

import copy
import importlib
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path

import parcels
import pytest

# Read when XGBoost is imported. It scores requests of a few rows here, and two threads would spin through
# most of that waiting for each other: twice the processor time as soon as other tests run beside them.
os.environ.setdefault("OMP_NUM_THREADS", "1")

THREE_WEEKS_END = "2013-01-22"


@dataclass(frozen=True)
class Lake:
    """Three weeks of January: `raw/`, curated `features/` and ground truth `labels/`."""

    root: Path

    @property
    def features(self) -> Path:
        return self.root / "features"

    @property
    def labels(self) -> Path:
        return self.root / "labels"


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    root = tmp_path_factory.mktemp("lake")
    parcels.write(root)
    return Lake(root)


@pytest.fixture
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds that suffice for parcels, as defaults: the members of an ensemble have no others."""
    schema = importlib.import_module("common.schema")
    families = copy.deepcopy(schema.families())
    for name, rounds in {
        "random-forest": 3,
        "extra-trees": 3,
        "neural-network": 8,
        "boosted-trees": 40,
    }.items():
        families[name]["hyperparameters"]["num_round"]["default"] = rounds
    monkeypatch.setattr(schema, "families", lambda: families)


@dataclass(frozen=True)
class Trained:
    lake: Lake
    folder: Path

    @property
    def model(self) -> Path:
        return self.folder / "model"


@pytest.fixture(scope="session")
def trained(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A model of the first week, early stopping on the second, the third for the gate."""
    folder = tmp_path_factory.mktemp("trained")
    importlib.import_module("train").main(training_arguments(lake, folder))
    return Trained(lake, folder)


def training_arguments(lake: Lake, folder: Path, **changes: object) -> list[str]:
    values: dict[str, object] = {
        "data_through": THREE_WEEKS_END,
        "gate_days": 7,
        "select_days": 7,
        "num_round": 40,
        "features": lake.features,
        "labels": lake.labels,
        "model": folder / "model",
        "checkpoints": folder / "checkpoints",
        "output": folder / "output",
        **changes,
    }
    return [part for name, value in values.items() if value is not None for part in (f"--{name}", str(value))]


def pack(model: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    with tarfile.open(folder / "model.tar.gz", "w:gz") as tar:
        tar.add(model, ".")


MADE = {
    "training-job": "arn:aws:sagemaker:us-east-1:123456789012:training-job/mlkit-1",
    "image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
    "instance-type": "ml.m5.large",
    "model-uri": "s3://artifacts/models/mlkit-1/output/model.tar.gz",
}


def evaluation_arguments(lake: Lake, challenger: Path, root: Path, **changes: object) -> list[str]:
    """Lays the inputs out below `root/input` and names every option of evaluate.py."""
    pack(challenger, root / "input/challenger")
    for name in ("features", "labels", "quality"):
        (root / "input" / name).symlink_to(lake.root / name)
    (root / "input/code").mkdir()
    (root / "input/code/5f2a.gz").write_bytes(b"the jobs")
    values: dict[str, object] = {
        "data-through": THREE_WEEKS_END,
        "gate-days": 7,
        "select-days": 7,
        "draws": 1000,
        "guard-delta": 0.005,
        "segment-delta": 0.02,
        "segment-min-rows": 1000,
        "window-days": 7,
        "facet-min-rows": 500,
        **MADE,
        "input": root / "input",
        "output": root / "output",
        "message": root,
        **changes,
    }
    return [part for name, value in values.items() for part in (f"--{name}", str(value))]
