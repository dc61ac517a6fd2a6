"""Captured predictions of a window: lines of the data-capture format to rows with scores."""

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

import store
from common import schema
from common.instances import checked_columns, to_frame
from common.tables import between

SCORE, PREDICTED, MODEL = "score", "predicted", "model"


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
    :ivar corrupt: unreadable lines in the partitions asked for, without those read beside them
    """

    rows: pd.DataFrame
    others: dict[str, int]
    unattributed: int
    duplicates: int
    corrupt: int


def read_window(prefix: str, window: Window, model: str | None, partitions: Window | None = None) -> Captured:
    """
    The latest prediction that `model`, an identity, made of every event in the window. A partition is named
    after a request's first instance, so the days next to the window may hold rows of it. Native capture names
    it after the day of the request instead, which for replayed events is not the window's: `partitions` says
    where to look then.
    """
    partitions = partitions or window
    predictions: list[_Prediction] = []
    corrupt = 0
    for day, lines in store.lines_by_day(prefix, partitions.days(margin=1)).items():
        for line in lines:
            try:
                predictions += parse(line)
            except (ValueError, KeyError, TypeError, AttributeError):
                corrupt += partitions.start <= day < partitions.end
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
    return Captured(latest, others, unattributed, len(own) - len(latest), corrupt)


@dataclass(frozen=True)
class _Prediction:
    time: datetime
    instance: dict[str, Any]
    score: float
    predicted: bool
    model: str | None


def parse(line: str) -> list[_Prediction]:
    """:raises ValueError, KeyError, TypeError, AttributeError: when the line is no captured request"""
    record = json.loads(line)
    data, meta = record["captureData"], record["eventMetadata"]
    time = datetime.fromisoformat(meta["inferenceTime"])
    instances = _payload(data["endpointInput"])["instances"]
    identity, label = schema.id_column(), schema.label_column()
    output = _payload(data["endpointOutput"])
    answers = {answer[identity]: answer for answer in output["predictions"]}
    model = output.get("model")
    if not isinstance(model, str | None):
        raise TypeError(f"the model that answered is named by a text, not by {model!r}")
    found = []
    checked_columns(instances)
    for instance in instances:
        answer = answers[instance[identity]]
        score, predicted = float(answer["score"]), bool(answer[label])
        found.append(_Prediction(time, instance, score, predicted, model))
    return found


def _payload(side: dict[str, Any]) -> dict[str, Any]:
    # Native capture encodes content types it was not told about.
    text = base64.b64decode(side["data"]) if side["encoding"] == "BASE64" else side["data"]
    return json.loads(text)
