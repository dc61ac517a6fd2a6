"""Captured predictions of a window: lines of the data-capture format to rows with scores."""

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

# Beside the features in one table: a feature may be called `score`, and no column of a file has a space.
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
        """With `margin` more on both sides."""
        first = self.start - timedelta(days=margin)
        return [first + timedelta(days=n) for n in range(self.length.days + 2 * margin)]


@dataclass(frozen=True)
class Captured:
    """
    :ivar rows: curated columns, `score` and `predicted`; one row an event that the asked-for model answered
    :ivar others: rows of the window that other models answered, by the identity of the model
    :ivar unattributed: rows of the window whose answer names no model; never counted as anybody's
    :ivar duplicates: rows of the window left out because their event came again
    :ivar refused: records of the partitions asked for, without those read beside them, that are not what the
        format and dataset.json declare
    """

    rows: pd.DataFrame
    others: dict[str, int]
    unattributed: int
    duplicates: int
    refused: Refusals


def read_window(prefix: str, window: Window, model: str | None, partitions: Window | None = None) -> Captured:
    """
    The latest prediction that `model`, an identity, made of every event in the window. A partition is named
    after a request's first instance, so the days next to the window may hold rows of it. Native capture names
    it after the day of the request instead, which for replayed events is not the window's: `partitions` says
    where to look then.
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
    # Stable sort: of two predictions in one second the one that was written later is the latest.
    predictions.sort(key=lambda prediction: prediction.time)
    frame = to_frame([prediction.instance for prediction in predictions])
    frame[SCORE] = [prediction.score for prediction in predictions]
    frame[PREDICTED] = [prediction.predicted for prediction in predictions]
    frame[MODEL] = pd.Series([prediction.model for prediction in predictions], dtype="object")
    inside = between(frame, window.start.isoformat(), window.end.isoformat())
    unattributed = int(inside[MODEL].isna().sum())
    others = inside[MODEL][inside[MODEL] != model].value_counts().to_dict()
    own = inside[inside[MODEL] == model].drop(columns=MODEL)
    # Delivery is at least once, and a client may ask again: by the row's key both are the same duplicate.
    latest = own.drop_duplicates(schema.id_column(), keep="last", ignore_index=True)
    return Captured(latest, others, unattributed, len(own) - len(latest), refused)


def scores_of(rows: pd.DataFrame) -> Values:
    """What the model answered, in the form of its own answers."""
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
    What can be believed of a record. Everything that cannot is handed to `refuse` here: a record that a later
    step stumbles over would end its window.
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
    """The rule that an instance breaks, and the value."""
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
    """Numbers with a declared range: the API checks it, and a caller of the endpoint may not have."""
    return [
        (column, *schema.bounds(column))
        for column in schema.curated_columns()
        if column.type in ("int", "double") and (column.min, column.max) != (None, None)
    ]


def _payload(side: dict[str, Any]) -> dict[str, Any]:
    # Native capture encodes content types it was not told about.
    text = base64.b64decode(side["data"]) if side["encoding"] == "BASE64" else side["data"]
    return json.loads(text)
