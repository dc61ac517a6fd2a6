"""The rows of each dataset's vectors.json as the Glue job classes them, and the loader too."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from in_use import DATASETS, declared, features_of, in_use
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

import etl
import landing
import transforms
from common import schema
from lake import Lake

FILES = {path.parent.name: json.loads(path.read_text()) for path in sorted(DATASETS.glob("*/vectors.json"))}
# The link `default` is one of the others.
NAMES = [name for name in FILES if not (DATASETS / name).is_symlink()]

Class = tuple[str | None, str | None, str]


@pytest.fixture(scope="module", params=NAMES)
def classed(
    request: pytest.FixtureRequest, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, Class]]:
    """The vectors of a dataset, and reason and key of each one's row by what it is."""
    for setting, value in etl.SETTINGS.items():
        spark.conf.set(setting, value)
    file, root = FILES[request.param], tmp_path_factory.mktemp("vectors")
    with in_use(declared(request.param), features_of(request.param)):
        return file, classes(spark, file, root)


def classes(spark: SparkSession, file: dict[str, Any], root: Path) -> dict[str, Class]:
    table = landing.events()
    time = landing.time(table)
    assert time is not None
    partition = file["row"][time][: {"month": 7, "day": 10}[landing.grain()]]
    # A text that no rule changes identifies the row.
    free = [c.name for c in schema.raw_columns(table) if c.type == "string" and not (c.rule or c.required)]
    mark = next(name for name in free if not any(name in vector["change"] for vector in file["vectors"]))
    lake = Lake(spark, f"file:{root}/", "")
    path = Path(lake.file(table, partition).removeprefix("file:"))
    path.parent.mkdir(parents=True)
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, [c.name for c in schema.raw_columns(table)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(file["row"] | v["change"] | {mark: v["what"]} for v in file["vectors"])
    lake.read(table, [partition]).createOrReplaceTempView(f"raw_{table}")
    seen = spark.sql(transforms.seen(table, [f"('{partition}', '{partition}', true, NULL)"]))
    # Many share a key, and would be duplicates in one partition.
    seen.withColumn("partition", f.col(mark)).createOrReplaceTempView(f"seen_{table}")
    rows = spark.sql(transforms.events()).collect()
    return {row[mark]: (row["quarantine"], row["set_aside"], row[schema.id_column()]) for row in rows}


def test_a_row_has_the_class_and_the_key_of_its_vector(
    classed: tuple[dict[str, Any], dict[str, Class]],
) -> None:
    file, found = classed
    for vector in file["vectors"]:
        quarantine, set_aside, key = found[vector["what"]]
        name = "quarantined" if quarantine else "setAside" if set_aside else "curated"
        is_ = {"class": name, "reason": quarantine or set_aside, "key": None if quarantine else key}
        assert is_ == {key: vector[key] for key in is_}, vector["what"]
        assert (vector["labels"] is not None) == (name == "curated"), vector["what"]
