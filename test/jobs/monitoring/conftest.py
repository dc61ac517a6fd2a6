"""A trained and evaluated model, and a place where it is watched."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import Trained, evaluation_arguments
from windows import WEEK, Site

import evaluate
from common.tables import between, read_features


@pytest.fixture(scope="session")
def evaluated(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evaluated")
    evaluate.main(evaluation_arguments(trained.lake, trained.model, root))
    (root / "input/model").mkdir()
    shutil.copy(root / "input/challenger/model.tar.gz", root / "input/model")
    shutil.copytree(root / "output/evaluation", root / "input/baseline")
    return root / "input"


@pytest.fixture
def site(trained: Trained, evaluated: Path, tmp_path: Path) -> Site:
    (tmp_path / "input").symlink_to(evaluated)
    return Site(tmp_path, trained)


@pytest.fixture
def week(site: Site) -> pd.DataFrame:
    site.traffic(*WEEK)
    return between(read_features(site.lake.features), *WEEK)
