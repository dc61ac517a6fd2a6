"""A lake of generated rides in memory, with the tables that the data-lake room declares."""

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

FEATURES = {
    "ride_key": "string",
    "scheduled_departure": "timestamp",
    "brand": "string",
    "origin": "string",
    "dest": "string",
    "sched_hour": "int",
    "seats": "int",
    "block_minutes": "double",
    "mean_delay_h2": "double",
}
_CLASSES = {
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    "csv": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    "json": "org.openx.data.jsonserde.JsonSerDe",
}
_MONTHS = {"type": "date", "format": "yyyy-MM", "range": "2013-01,NOW"}
_DAYS = {"type": "date", "format": "yyyy/MM/dd", "range": "2013/01/01,NOW"}


class MemoryLake:
    """The lake of a principal that may do everything."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.described: dict[str, dict[str, Any]] = {}
        self.was_read: list[str] = []

    def declare(
        self,
        name: str,
        columns: dict[str, str],
        serde: str,
        template: str,
        projection: dict[str, str],
        **more: str,
    ) -> None:
        key = template.partition("${")[2].partition("}")[0]
        self.described[name] = {
            "Name": name,
            "DatabaseName": "mlkit",
            "Parameters": {
                "projection.enabled": "true",
                "storage.location.template": f"s3://lake/{template}",
                **{f"projection.{key}.{rule}": value for rule, value in projection.items()},
                **more,
            },
            "PartitionKeys": [{"Name": key, "Type": "string"}],
            "StorageDescriptor": {
                "Location": f"s3://lake/{template.partition('${')[0]}",
                "Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()],
                "SerdeInfo": {"SerializationLibrary": _CLASSES[serde], "Parameters": {}},
            },
        }

    def table(self, database: str, name: str) -> Mapping[str, Any] | None:
        return self.described.get(name) if database == "mlkit" else None

    def partitions(self, database: str, name: str) -> list[Mapping[str, Any]]:
        raise AssertionError("no partition is registered where they are projected")

    def objects(self, bucket: str, prefix: str) -> Mapping[str, int]:
        return {key: len(body) for key, body in self.files.items() if key.startswith(prefix)}

    def read(self, bucket: str, key: str) -> bytes:
        self.was_read.append(key)
        return self.files[key]


@pytest.fixture(scope="session")
def rides() -> pd.DataFrame:
    """Rides with their labels, in January and February."""
    draw = np.random.default_rng(7)
    count = 4000
    minutes = draw.integers(0, 59 * 24 * 60, count)
    delay = np.round(draw.normal(5, 20, count), 3)
    return pd.DataFrame(
        {
            "ride_key": [f"ride-{number:05}" for number in range(count)],
            "scheduled_departure": pd.Timestamp("2013-01-01") + pd.to_timedelta(minutes, "min"),
            "brand": draw.choice(["UA", "DL", "B6", "EV"], count),
            "origin": draw.choice(["EWR", "JFK", "LGA"], count),
            "dest": draw.choice(["IAH", "MIA", "ORD", "LAX", "BOS"], count),
            "sched_hour": (minutes // 60 % 24).astype("int32"),
            "seats": draw.integers(50, 300, count).astype("int32"),
            "block_minutes": np.round(draw.uniform(45, 400, count), 2),
            "mean_delay_h2": np.where(draw.random(count) < 0.1, np.nan, delay),
            "late": (delay + draw.normal(0, 20, count) > 15).astype(int),
        }
    )


@pytest.fixture(scope="session")
def lake(rides: pd.DataFrame) -> MemoryLake:
    made = MemoryLake()
    made.declare("features", FEATURES, "parquet", "features/month=${month}", _MONTHS)
    made.declare(
        "csv_features",
        dict.fromkeys(FEATURES, "string"),
        "csv",
        "csv/month=${month}",
        _MONTHS,
        **{"skip.header.line.count": "1"},
    )
    truth = {
        "groundtruthdata": "struct<data:string,encoding:string>",
        "eventmetadata": "struct<eventId:string>",
    }
    made.declare("ground_truth", truth, "json", "ground-truth/${collection_day}", _DAYS)
    for month, rows in rides.groupby(rides.scheduled_departure.dt.strftime("%Y-%m")):
        columns = rows[list(FEATURES)]
        made.files[f"features/month={month}/part-0.parquet"] = parquet(columns)
        made.files[f"csv/month={month}/part-0.csv"] = columns.to_csv(index=False).encode()
    for day, rows in rides.groupby(rides.scheduled_departure.dt.strftime("%Y/%m/%d")):
        lines = [
            json.dumps(
                {
                    "groundTruthData": {"data": f"{late},0", "encoding": "CSV"},
                    "eventMetadata": {"eventId": key},
                }
            )
            for key, late in zip(rows.ride_key, rows.late, strict=True)
        ]
        made.files[f"ground-truth/{day}/labels.jsonl"] = "\n".join(lines).encode()
    # What a job leaves beside its files, and what lies in no partition, is in no table.
    made.files["features/_SUCCESS"] = b"done"
    made.files["features/month=2012-12/part-0.parquet"] = b"before the range"
    return made


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, buffer, row_group_size=1000, coerce_timestamps="us")
    return buffer.getvalue()
