from pathlib import Path

from conftest import Trained
from parity import assert_equal_everywhere

from common.model import Model
from common.tables import read_features


def test_vectors_and_scores_are_equal_everywhere(trained: Trained, tmp_path: Path) -> None:
    assert_equal_everywhere(Model.load(trained.model), read_features(trained.lake.features), tmp_path)
