"""One champion with its evaluation, traffic in folders, and windows to look at."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import traffic
from conftest import Trained

import monitor
from common.model import Model
from common.tables import between, read_features

# The window that tests look at.
WEEK = ("2013-01-15", "2013-01-22")
CHAMPION = "arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/3"

Change = Callable[[pd.DataFrame], pd.DataFrame]


REPLAYED: dict[tuple[str, str, Change], list[tuple[date, str]]] = {}


def as_it_was(rows: pd.DataFrame) -> pd.DataFrame:
    return rows


class Site:
    def __init__(self, root: Path, trained: Trained) -> None:
        self.root, self.lake = root, trained.lake
        self.model = Model.load(trained.model)
        (root / "labels").symlink_to(trained.lake.labels)

    def traffic(self, start: str, end: str, change: Change = as_it_was) -> None:
        # Scoring some hundred requests is most of a test's time, and many tests replay the same ones.
        key = (start, end, change)
        if key not in REPLAYED:
            rows = between(read_features(self.lake.features), start, end)
            REPLAYED[key] = list(traffic.requests(change(rows), self.model))
        traffic.write(self.root / "captured", REPLAYED[key])

    def look(self, start: str = "2013-01-15", end: str = "2013-01-22", **changes: object) -> dict[str, Any]:
        folder = self.root / "windows" / "3" / end
        values: dict[str, object] = {
            "window-start": start,
            "window-end": end,
            "champion": CHAMPION,
            "captured": self.root / "captured",
            "labels": self.root / "labels",
            "windows": self.root / "windows",
            "label-delay-days": 2,
            "confirm-k": 2,
            "confirm-n": 3,
            "min-records": 1000,
            "min-label-coverage": 0.8,
            "draws": 1000,
            "facet-min-rows": 300,
            "trained-through": "2013-01-22",
            "metrics-namespace": "MlLifecycleKit",
            "kit": "mlkit",
            "input": self.root / "input",
            "output": self.root / "output",
            "message": self.root,
            **changes,
        }
        shutil.rmtree(self.root / "output", ignore_errors=True)
        monitor.main([part for name, value in values.items() for part in (f"--{name}", str(value))])
        shutil.copytree(self.root / "output/window", folder, dirs_exist_ok=True)
        return json.loads((folder / "outcome.json").read_text())

    def file(self, name: str) -> dict[str, Any]:
        return json.loads((self.root / "output/window" / name).read_text())

    @property
    def message(self) -> str:
        return (self.root / "message").read_text()
