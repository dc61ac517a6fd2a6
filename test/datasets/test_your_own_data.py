"""The table of docs/your-own-data.md through the Glue job, as the page says that it ends."""

import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from bucket import Bucket
from in_use import in_use

PAGE = (Path(__file__).parents[2] / "docs/your-own-data.md").read_text()
BLOCKS = dict(re.findall(r"```\w+ (datasets/orders/\S+)\n(.*?)```", PAGE, re.DOTALL))


def block(name: str) -> str:
    return BLOCKS[f"datasets/orders/{name}"]


@pytest.fixture
def orders(bucket: Bucket) -> Bucket:
    file = bucket.raw / "tables/orders/month=2024-03/orders.csv"
    file.parent.mkdir(parents=True)
    # The loader writes the rows as they are: none of these is quoted without need.
    file.write_text(block("raw/orders.csv"))
    return bucket


def test_the_rows_end_as_the_page_says(orders: Bucket) -> None:
    features = ModuleType("features")
    exec(block("features.py"), features.__dict__)
    with in_use(json.loads(block("dataset.json")), features):
        orders.prepare("2024-03")
        report = orders.report("2024-03")
        curated = orders.features("2024-03").set_index("order_id")
    assert report["rows"] == {"in": 7, "curated": 4, "setAside": 1, "quarantined": 2}
    assert report["setAside"] == {"open": 1}
    assert report["quarantined"] == {"duplicate": 1, "price": 1}
    assert sorted(curated.index) == ["order-1001", "order-1002", "order-1003", "order-1005"]
    assert curated.country.isna().to_dict()["order-1005"]
    assert curated.commented.to_dict()["order-1001"] == 1
    assert curated.hour_of_day.to_dict()["order-1002"] == 10
