"""The lineage of a model: raw files, partitions, labels, code, image and parameters, each with its hash."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from common import schema
from common.labels import SUFFIX, label_records
from common.model import Model
from common.records import Refusals
from common.tables import days_of

if TYPE_CHECKING:
    import pandas as pd

# Number of characters of a day that form the name of its partition.
_NAME = {"month": len("2013-01"), "day": len("2013-01-01")}


def record(
    inputs: Path,
    period: "pd.DataFrame",
    through: str,
    before: datetime,
    challenger: Model,
    made: Mapping[str, str],
) -> dict[str, Any]:
    """
    :param inputs: folder of the evaluation's inputs
    :param through: first day that the training left out
    :param period: the labelled rows of the three slices
    :param before: labels that became available from this moment on did not count
    :param made: facts of the training from the state machine: job, image, instance type, archive
    :raises ValueError: when a partition does not name the raw files that it was made of
    """
    meta = challenger.meta
    return {
        "identity": challenger.identity,
        "data": {
            "through": through,
            "partitions": [_partition(inputs, name) for name in _names(period)],
            "labels": list(_labels(inputs / "labels", frozenset(period[schema.id_column()]), before)),
            "slices": meta["slices"],
            "rows": meta["rows"],
            "dataHash": meta["dataHash"],
        },
        "code": _file(inputs, _archive(inputs / "code")),
        "training": {
            **made,
            "algorithm": meta["algorithm"],
            "hyperparameters": meta["hyperparameters"],
            "treatment": meta["treatment"],
            "seeds": meta["seeds"],
        },
    }


def _names(period: "pd.DataFrame") -> list[str]:
    """The partitions of the rows, derived from their days."""
    length = _NAME[schema.dataset()["partition"]]
    return sorted({str(day)[:length] for day in np.unique(days_of(period))})


def _partition(inputs: Path, name: str) -> dict[str, Any]:
    places, place = schema.layout()["curated"], {"grain": schema.dataset()["partition"], "partition": name}
    report = inputs / places["quality"].format(**place)
    told = json.loads(report.read_text("utf-8")) if report.exists() else {}
    if "files" not in told:
        raise ValueError(
            f"{report.relative_to(inputs)} does not say which raw files {name} is made of, so nobody could "
            f"tell what the model has learned from: load {name} again, then train"
        )
    features = sorted((inputs / places["features"].format(**place)).glob("*.parquet"))
    return {
        "partition": name,
        "run": told["run"],
        "rows": told["rows"]["curated"],
        "features": [_file(inputs, part) for part in features],
        "files": told["files"],
    }


def _labels(folder: Path, events: frozenset[str], before: datetime) -> Iterator[dict[str, Any]]:
    """The ground-truth files that contain a label of one of the events."""
    key = schema.layout()["raw"]["groundTruth"].split("{")[0]
    for file in sorted(folder.rglob(f"*{SUFFIX}")):
        records = label_records([(str(file), file.read_bytes())], Refusals(), before)
        if any(identity in events for identity, *_ in records):
            entry = _file(folder, file)
            yield {**entry, "key": key + entry["key"]}


def _archive(folder: Path) -> Path:
    """The code archive of the evaluation, which is the training's: all jobs of an execution share it."""
    (archive,) = folder.iterdir()
    return archive


def _file(root: Path, file: Path) -> dict[str, Any]:
    content = file.read_bytes()
    return {
        "key": file.relative_to(root).as_posix(),
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
