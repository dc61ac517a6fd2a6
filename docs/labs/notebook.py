"""What programs of the labs share: the kit's modules, the rows of `kit pull`, a training on them."""

import contextlib
import io
import json
import sys
from pathlib import Path

import pandas as pd

sys.path[:0] = ["jobs", "jobs/training", "jobs/serving", "jobs/monitoring", "jobs/experiments"]

PULLED = Path("answers/pulled")
# Of the gate as it is deployed; the draws and both deltas are knobs of `training.gate`.
DRAWS, BRIER_DELTA, SEGMENT_DELTA, SEGMENT_ROWS = 1000, 0.005, 0.02, 1000


def rows() -> pd.DataFrame:
    """Curated rows joined with their labels."""
    from common.labels import read_labels
    from common.slices import label_rows
    from common.tables import read_features

    return label_rows(read_features(PULLED / "features"), read_labels(PULLED / "ground-truth"))


def labelled(known: pd.DataFrame, part: tuple[str, str]) -> pd.DataFrame:
    """Rows with a label of the days of a slice."""
    from common.schema import label_column
    from common.tables import between

    return between(known, *part).dropna(subset=[label_column()]).reset_index(drop=True)


def compared(known: pd.DataFrame, challenger, champion=None):  # type: ignore[no-untyped-def]
    """The rows of the gate as both models score them, and what the gate finds there."""
    from comparison import Scored, evidence

    select, gate = (
        Scored.of(labelled(known, part), challenger, champion)
        for part in (challenger.slices.select, challenger.slices.gate)
    )
    return gate, evidence(gate, select, challenger, champion, DRAWS, SEGMENT_ROWS)


def decided(found) -> tuple[bool, str]:  # type: ignore[no-untyped-def]
    """Whether the gate promotes, and why."""
    from common.schema import problem
    from gate import Margins, decide

    floor = problem()["floor"]
    return decide(found, Margins(BRIER_DELTA, SEGMENT_DELTA, (floor["auc"], floor["meaning"])))


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
