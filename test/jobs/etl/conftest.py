import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bucket import Bucket
from in_use import in_use
from spark_session import bucket, spark

sys.path.append(str(Path(__file__).parent))
import orders

__all__ = ["bucket", "spark"]


@pytest.fixture
def shop(bucket: Bucket) -> Iterator[Bucket]:
    """Buckets of the orders."""
    with in_use(orders.DATASET, orders):
        yield bucket
