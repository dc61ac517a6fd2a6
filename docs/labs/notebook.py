"""What programs of the labs share: the kit's modules, the rows of `kit pull`, a training on them."""

import contextlib
import io
import json
import sys
from pathlib import Path

import pandas as pd

sys.path[:0] = ["jobs", "jobs/training", "jobs/serving", "jobs/monitoring", "jobs/experiments"]

PULLED = Path("answers/pulled")


def rows() -> pd.DataFrame:
    """Curated rows joined with their labels."""
    from common.labels import read_labels
    from common.slices import label_rows
    from common.tables import read_features

    return label_rows(read_features(PULLED / "features"), read_labels(PULLED / "ground-truth"))


def serving() -> Path:
    """The pulled archive of the model that gave `answers/answer.json`."""
    from common.model import Model

    name = json.loads(Path("answers/answer.json").read_text())["model"]
    return next(
        archive
        for archive in PULLED.glob("models/*/output/model.tar.gz")
        if Model.unpack(archive).identity == name
    )


def trained(through: str, *more: str, folder: Path = PULLED):  # type: ignore[no-untyped-def]
    """
    A model as the training job makes it. Its checkpoints stay, so that the same training is resumed the next
    time instead of repeated.

    :param folder: where rows and labels lie as `kit pull` brings them
    """
    import train

    places = {"features": "features", "labels": "ground-truth", "checkpoints": "checkpoints"}
    options = [f"--{name}={folder / place}" for name, place in places.items()]
    with contextlib.redirect_stdout(io.StringIO()):
        return train.train(
            train.options([*options, "--data_through", through, "--label_delay_days", "2", *more])
        )
