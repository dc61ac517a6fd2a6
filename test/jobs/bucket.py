"""A raw and a curated bucket in a folder, and the Glue job between them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession

import etl
import landing
from checks import NOTHING, Promised
from common.tables import read_features
from lake import Lake


class Bucket:
    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.root, self.raw = root, root / "raw"
        self._lake = Lake(spark, f"file:{root}/raw/", f"file:{root}/curated/")

    def prepare(self, *partitions: str, promised: Promised = NOTHING) -> dict[str, Any]:
        """Each partition's entry of the run file, in the order asked."""
        content = etl.prepare(self._lake, list(partitions), "run-1", promised)
        assert json.loads((self.root / "curated/runs/run-1.json").read_text()) == content
        assert content["run"] == "run-1"
        return {entry["partition"]: entry for entry in content["partitions"]}

    def report(self, partition: str) -> dict[str, Any]:
        return json.loads((self._place("quality", partition) / "report.json").read_text())

    def read(self, place: str, partition: str) -> pd.DataFrame:
        return pd.read_parquet(self._place(place, partition))

    def features(self, partition: str) -> pd.DataFrame:
        return read_features(self._place("features", partition))

    def _place(self, place: str, partition: str) -> Path:
        return self.root / f"curated/{place}/{landing.grain()}={partition}"

    def files(self) -> dict[str, bytes]:
        """Everything curated but the run files, by its path."""
        curated = self.root / "curated"
        return {
            str(path.relative_to(curated)): path.read_bytes()
            for path in sorted(curated.rglob("*"))
            if path.is_file() and "runs" not in path.parts
        }

    def change(self, table: str, partition: str, old: str, new: str) -> None:
        """Replaces the first occurrence in a table's file."""
        path = Path(self._lake.file(table, partition).removeprefix("file:"))
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
