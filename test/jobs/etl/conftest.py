import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bucket import Bucket
from spark_session import bucket, spark

import etl
import transforms
from common import schema

sys.path.append(str(Path(__file__).parent))
import orders

__all__ = ["bucket", "spark"]


@pytest.fixture
def shop(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Buckets of the orders, for which the job is what it is for any dataset."""
    monkeypatch.setattr(schema, "dataset", lambda: orders.DATASET)
    for module in (etl, transforms):
        monkeypatch.setattr(module, "features", orders)
    columns = (schema.raw_columns, schema.curated_columns, schema.label_columns)
    for cached in columns:
        cached.cache_clear()
    yield bucket
    for cached in columns:
        cached.cache_clear()
