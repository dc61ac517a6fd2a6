"""The rows of vectors.json as the Glue job classes them; the loader is held to the same file."""

import json
from typing import Any

import months
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

import etl
import transforms
from lake import Lake

FILE = json.loads((months.ROOT / "datasets/nyc-flights/vectors.json").read_text())
MONTH = "2013-01"


@pytest.fixture(scope="module")
def classed(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, ...]]:
    """Class, reason and key of each vector's row."""
    for name, value in etl.SETTINGS.items():
        spark.conf.set(name, value)
    root = tmp_path_factory.mktemp("vectors")
    # The aircraft has no rule: by it a row is found again.
    rows = [FILE["row"] | vector["change"] | {"tailnum": vector["what"]} for vector in FILE["vectors"]]
    months.write_table(root / "raw", "flights", MONTH, rows)
    Lake(spark, f"file:{root}/raw/", "").read("flights", [MONTH]).createOrReplaceTempView("raw_flights")
    seen = spark.sql(transforms.seen("flights", [f"('{MONTH}', '{MONTH}', true, NULL)"]))
    # Many share a key, and would be duplicates in one partition.
    seen.withColumn("partition", f.col("tailnum")).createOrReplaceTempView("seen_flights")
    found = spark.sql(transforms.events()).collect()
    return {row["tailnum"]: (row["quarantine"], row["set_aside"], row["flight_key"]) for row in found}


@pytest.mark.parametrize("vector", FILE["vectors"], ids=lambda vector: vector["what"])
def test_a_row_has_the_class_and_the_key_of_its_vector(
    classed: dict[str, tuple[Any, ...]], vector: dict[str, Any]
) -> None:
    quarantine, set_aside, key = classed[vector["what"]]
    found = "quarantined" if quarantine else "setAside" if set_aside else "curated"
    assert (found, quarantine or set_aside) == (vector["class"], vector["reason"])
    assert vector["key"] == (None if quarantine else key)
    assert (vector["labels"] is not None) == (found == "curated")
