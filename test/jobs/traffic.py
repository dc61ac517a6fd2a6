"""Captured predictions as the API or the endpoint writes them, from curated rows."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

import inference
from common import schema
from common.instances import to_instances
from common.model import Model


def answer(model: Model, instances: list[dict[str, Any]]) -> dict[str, Any]:
    """The endpoint's answer, through the functions that the container calls."""
    rows = inference.input_fn(json.dumps({"instances": instances}), "application/json")
    return json.loads(inference.output_fn(inference.predict_fn(rows, model), "application/json")[0])


def capture_line(instances: list[dict[str, Any]], reply: dict[str, Any], event: str, time: str) -> str:
    def side(mode: str, content: dict[str, Any]) -> dict[str, str]:
        kind = "application/json"
        return {"observedContentType": kind, "mode": mode, "data": json.dumps(content), "encoding": "JSON"}

    record = {
        "captureData": {
            "endpointInput": side("INPUT", {"instances": instances}),
            "endpointOutput": side("OUTPUT", reply),
        },
        "eventMetadata": {"eventId": event, "inferenceTime": time},
        "eventVersion": "0",
    }
    return json.dumps(record)


def requests(rows: pd.DataFrame, model: Model) -> Iterator[tuple[date, str]]:
    """One captured line a segment and hour, with the UTC day it is filed under."""
    hour = rows[schema.time_column()].dt.floor("h")
    segment = next(column.name for column in schema.features() if column.segment)
    for number, ((time, value), group) in enumerate(rows.groupby([hour, segment])):
        instances = to_instances(group)
        event = f"{number:08d}-{value}"
        yield (
            time.date(),
            capture_line(instances, answer(model, instances), event, f"{time:%Y-%m-%dT%H:%M:%SZ}"),
        )


def file_lines(captured: Path, day: date, lines: list[str], name: str = "records.jsonl") -> None:
    folder = captured / f"{day:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("a") as file:
        file.writelines(line + "\n" for line in lines)


def replay(captured: Path, rows: pd.DataFrame, model: Model) -> None:
    write(captured, requests(rows, model))


def write(captured: Path, lines: Iterable[tuple[date, str]]) -> None:
    by_day: dict[date, list[str]] = defaultdict(list)
    for day, line in lines:
        by_day[day].append(line)
    for day, of_day in by_day.items():
        file_lines(captured, day, of_day)
