"""Rows through every program that has the transform: the same vectors, the same scores."""

from pathlib import Path

import numpy as np
import pandas as pd
import traffic

from captured import SCORE, Window, read_window
from common import schema
from common.instances import to_columns, to_instances
from common.model import Model
from common.predictors import dmatrix
from common.tables import between
from comparison import CHALLENGER, Scored


def assert_equal_everywhere(model: Model, curated: pd.DataFrame, folder: Path) -> None:
    """Two days of these rows, in training, evaluation, at the endpoint and in the monitor."""
    rows, key = between(curated, "2013-01-15", "2013-01-17"), schema.id_column()
    reference = model.encoding.matrix(rows)
    assert np.isnan(reference).any(), "the rows must hold missing values to prove anything"

    # Training sees a DMatrix, the endpoint dictionaries, the monitor the captured JSON of those.
    trained_vectors = dmatrix(reference).get_data().toarray()
    present = ~np.isnan(reference)
    assert (trained_vectors[present] == reference[present]).all()
    served_vectors = model.encoding.matrix(to_columns(to_instances(rows)))
    np.testing.assert_array_equal(served_vectors, reference)
    traffic.replay(folder, rows, model)
    window = Window(*(np.datetime64(day).item() for day in ("2013-01-15", "2013-01-17")))
    found = read_window(str(folder), window, model.identity).rows
    captured = found.set_index(key).loc[rows[key]].reset_index()
    np.testing.assert_array_equal(model.encoding.matrix(captured), reference)

    in_training = model.predictor.booster.predict(dmatrix(reference))
    in_evaluation = Scored.of(rows, model, None).scores[CHALLENGER]
    at_the_endpoint = captured[SCORE].to_numpy()
    np.testing.assert_array_equal(in_evaluation, in_training)
    np.testing.assert_array_equal(at_the_endpoint, in_training.astype(float))
    np.testing.assert_array_equal(model.score(captured), in_training)
