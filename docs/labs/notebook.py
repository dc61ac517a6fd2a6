"""What programs of the labs share: the kit's modules, the rows of `kit pull`, a training on them."""

# The kit's modules are found only once their folders are on the path.
# ruff: noqa: E402

import contextlib
import io
import json
import sys
from pathlib import Path

import pandas as pd

sys.path[:0] = ["jobs", "jobs/training", "jobs/serving", "jobs/monitoring", "jobs/experiments"]

import train
from common import schema
from common.labels import read_labels
from common.model import Model
from common.slices import label_rows, labelled
from common.tables import read_features
from comparison import Scored, evidence
from gate import Evidence, Margins, decide

PULLED = Path("answers/pulled")
# Of the gate as it is deployed; the draws and both deltas are knobs of `training.gate`.
DRAWS, BRIER_DELTA, SEGMENT_DELTA, SEGMENT_ROWS = 1000, 0.005, 0.02, 1000


def rows() -> pd.DataFrame:
    """Curated rows joined with their labels."""
    return label_rows(read_features(PULLED / "features"), read_labels(PULLED / "ground-truth"))


def compared(
    known: pd.DataFrame, challenger: Model, champion: Model | None = None
) -> tuple[Scored, Evidence]:
    """The rows of the gate as both models score them, and what the gate finds there."""
    select, gate = (
        Scored.of(labelled(known, part), challenger, champion)
        for part in (challenger.slices.select, challenger.slices.gate)
    )
    return gate, evidence(gate, select, challenger, champion, DRAWS, SEGMENT_ROWS)


def decided(found: Evidence) -> tuple[bool, str]:
    """Whether the gate promotes, and why."""
    floor = schema.problem()["floor"]
    return decide(found, Margins(BRIER_DELTA, SEGMENT_DELTA, (floor["auc"], floor["meaning"])))


def serving() -> Path:
    """The pulled archive of the model that gave `answers/answer.json`."""
    name = json.loads(Path("answers/answer.json").read_text())["model"]
    return next(
        archive
        for archive in PULLED.glob("models/*/output/model.tar.gz")
        if Model.unpack(archive).identity == name
    )


def trained(through: str, *more: str, folder: Path = PULLED) -> Model:
    """
    A model as the training job makes it. Its checkpoints stay, so that the same training is resumed the next
    time instead of repeated.

    :param folder: where rows and labels lie as `kit pull` brings them
    """
    places = {"features": "features", "labels": "ground-truth", "checkpoints": "checkpoints"}
    options = [f"--{name}={folder / place}" for name, place in places.items()]
    with contextlib.redirect_stdout(io.StringIO()):
        return train.train(
            train.options([*options, "--data_through", through, "--label_delay_days", "2", *more])
        )
