"""The same real rows through every program that has the transform: the same vectors, the same scores."""

from pathlib import Path

import numpy as np
import pytest
import traffic
from conftest import Trained

from captured import SCORE, Window, read_window
from common.instances import to_columns, to_instances
from common.model import Model, dmatrix
from common.tables import between, read_features
from comparison import CHALLENGER, Scored


@pytest.fixture(scope="module")
def model(trained: Trained) -> Model:
    return Model.load(trained.model)


def test_vectors_and_scores_are_equal_everywhere(model: Model, trained: Trained, tmp_path: Path) -> None:
    rows = between(read_features(trained.lake.features), "2013-01-15", "2013-01-17")
    reference = model.encoding.matrix(rows)
    assert np.isnan(reference).any(), "the rows must hold missing values to prove anything"

    # Training sees a DMatrix, the endpoint dictionaries, the monitor the captured JSON of those.
    trained_vectors = dmatrix(model.encoding, rows).get_data().toarray()
    present = ~np.isnan(reference)
    assert (trained_vectors[present] == reference[present]).all()
    served_vectors = model.encoding.matrix(to_columns(to_instances(rows)))
    np.testing.assert_array_equal(served_vectors, reference)
    traffic.replay(tmp_path, rows, model)
    window = Window(*(np.datetime64(day).item() for day in ("2013-01-15", "2013-01-17")))
    captured = (
        read_window(str(tmp_path), window, model.identity)
        .rows.set_index("flight_key")
        .loc[rows["flight_key"]]
        .reset_index()
    )
    np.testing.assert_array_equal(model.encoding.matrix(captured), reference)

    in_training = model.booster.predict(dmatrix(model.encoding, rows))
    in_evaluation = Scored.of(rows, model, None).scores[CHALLENGER]
    at_the_endpoint = captured[SCORE].to_numpy()
    np.testing.assert_array_equal(in_evaluation, in_training)
    np.testing.assert_array_equal(at_the_endpoint, in_training.astype(float))
    np.testing.assert_array_equal(model.score(captured), in_training)
