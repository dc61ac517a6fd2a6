"""Captured predictions of a window: lines of the data-capture format converted to rows with scores."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

import store
from common import schema
from common.answers import believed
from common.arrays import Values
from common.instances import fault, to_frame
from common.records import UNREADABLE, Refusals, utc, values
from common.tables import between

# Column names beside the features: a feature may be named `score`, but no declared name contains a space.
SCORE, PREDICTED, MODEL = "the score", "the decision", "the model"


@dataclass(frozen=True)
class Window:
    """UTC days `[start, end)` of event time."""

    start: date
    end: date

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def days(self, margin: int = 0) -> list[date]:
        """The days of the window, with `margin` more on both sides."""
        first = self.start - timedelta(days=margin)
        return [first + timedelta(days=n) for n in range(self.length.days + 2 * margin)]


@dataclass(frozen=True)
class Captured:
    """
    :ivar rows: curated columns, `score` and `predicted`; one row per event that the requested model answered
    :ivar others: number of rows of the window answered by other models, by identity of the model
    :ivar unattributed: rows of the window whose answer names no model; they count for no model
    :ivar duplicates: rows of the window left out as repetitions of an event
    :ivar refused: records of the requested partitions (without the adjacent ones) that violate the format or
        the declarations of dataset.json
    """

    rows: pd.DataFrame
    others: dict[str, int]
    unattributed: int
    duplicates: int
    refused: Refusals


def read_window(prefix: str, window: Window, model: str | None, partitions: Window | None = None) -> Captured:
    """
    The latest prediction of `model`, an identity, for every event in the window. A partition is named after
    the first instance of a request, so adjacent days may hold rows of the window. Native capture names it
    after the day of the request, which differs for replayed events; `partitions` then names the days to read.
    """
    partitions = partitions or window
    predictions: list[_Prediction] = []
    refused = Refusals()
    for day, of_day in store.objects_by_day(prefix, partitions.days(margin=1)).items():
        counted = refused if partitions.start <= day < partitions.end else Refusals()
        for place, content in of_day:
            for number, record in values(place, content, counted):
                found = parse(record, partial(counted.add, place, number))
                counted.kept += len(found)
                predictions += found
    # Stable sort: of two predictions in the same second, the one written later is the latest.
    predictions.sort(key=lambda prediction: prediction.time)
    frame = to_frame([prediction.instance for prediction in predictions])
    frame[SCORE] = [prediction.score for prediction in predictions]
    frame[PREDICTED] = [prediction.predicted for prediction in predictions]
    frame[MODEL] = pd.Series([prediction.model for prediction in predictions], dtype="object")
    inside = between(frame, window.start.isoformat(), window.end.isoformat())
    unattributed = int(inside[MODEL].isna().sum())
    others = inside[MODEL][inside[MODEL] != model].value_counts().to_dict()
    own = inside[inside[MODEL] == model].drop(columns=MODEL)
    # Delivery is at least once, and clients may repeat a request: rows with one key are duplicates.
    latest = own.drop_duplicates(schema.id_column(), keep="last", ignore_index=True)
    return Captured(latest, others, unattributed, len(own) - len(latest), refused)


def scores_of(rows: pd.DataFrame) -> Values:
    """The answers of the model, in their original form."""
    return np.array(rows[SCORE].tolist(), dtype=np.float64)


@dataclass(frozen=True)
class _Prediction:
    time: datetime
    instance: dict[str, Any]
    score: float | list[float]
    predicted: bool | int | float
    model: str | None


def parse(record: Any, refuse: Callable[[object], None]) -> list[_Prediction]:
    """
    The usable parts of a record. Faults are passed to `refuse` here, because an unusable record in a later
    step would fail the whole window.
    """
    found: list[_Prediction] = []
    try:
        found += _request(record, refuse)
    except UNREADABLE as problem:
        refuse(problem)
    return found


def _request(record: Any, refuse: Callable[[object], None]) -> Iterator[_Prediction]:
    data, meta = record["captureData"], record["eventMetadata"]
    time = utc("inferenceTime", meta["inferenceTime"])
    output, given = _payload(data["endpointOutput"]), _payload(data["endpointInput"])["instances"]
    if not isinstance(given, list):
        raise ValueError(f"instances must be a list, got {given!r:.60}")
    model = output.get("model")
    if not isinstance(model, str | None):
        raise ValueError(f"the model that answered must be named by a text, got {model!r}")
    identity = schema.id_column()
    answers = {
        answer[identity]: answer
        for answer in output["predictions"]
        if isinstance(answer, dict) and isinstance(answer.get(identity), str)
    }
    for instance in given:
        problem = _wrong(instance, answers)
        if problem is not None:
            refuse(problem)
            continue
        try:
            score, predicted = believed(answers[instance[identity]], instance[identity])
        except ValueError as wrong:
            refuse(str(wrong))
            continue
        yield _Prediction(time, instance, score, predicted, model)


def _wrong(instance: Any, answers: Mapping[str, Any]) -> str | None:
    """The rule that an instance violates, with the value."""
    found = fault(instance)
    if found is not None:
        return " ".join(found).strip()
    for column, low, high in _ranges():
        value = instance[column.name]
        if value is not None and not low <= value <= high:
            return f"{schema.domain(column)}, got {value!r}"
    key = instance[schema.id_column()]
    return None if key in answers else f"an instance must have a prediction, got none for {key!r}"


@cache
def _ranges() -> list[tuple[schema.Column, float, float]]:
    """Numbers with a declared range, which only the API checks, and not the endpoint."""
    return [
        (column, *schema.bounds(column))
        for column in schema.curated_columns()
        if column.type in ("int", "double") and (column.min, column.max) != (None, None)
    ]


def _payload(side: dict[str, Any]) -> dict[str, Any]:
    # Native capture base64-encodes content types that were not configured as text.
    text = base64.b64decode(side["data"]) if side["encoding"] == "BASE64" else side["data"]
    return json.loads(text)
