"""
Compares the endpoint's answers with the same model on disk, then scores the gate's flights with inputs that
somebody made a second time, and says who notices.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from notebook import PULLED, labelled, rows, serving

import drift
from common import schema
from common.instances import to_columns
from common.metrics import auc
from common.model import Model

FEATURES = schema.features()
CATEGORIES = [place for place, column in enumerate(FEATURES) if column.kind == "categorical"]
MODEL = Model.unpack(serving())
Flights = pd.DataFrame
# What a client does to the flights, and what the endpoint makes of them.
Hands = tuple[Callable[[Flights], Flights], Callable[[Flights], np.ndarray]]


def by_request(flights: Flights) -> np.ndarray:
    """Categories numbered among those of one request, fifty flights, as `astype('category')` does."""
    matrix = MODEL.encoding.matrix(flights)
    for part in np.array_split(np.arange(len(flights)), range(50, len(flights), 50)):
        for place in CATEGORIES:
            matrix[part, place] = flights[FEATURES[place].name].iloc[part].astype("category").cat.codes
    return matrix


def main() -> None:
    asked, answered = (json.loads(Path(f"answers/{name}.json").read_text()) for name in ("request", "answer"))
    there = [answer["score"] for answer in answered["predictions"]]
    here = MODEL.score(to_columns(asked["instances"]))
    print(f"{len(here)} flights, largest difference {np.abs(here - there).max():.7f}")

    smoke, statistics, constraints = evaluation("smoke-test", "statistics", "constraints")
    gate = labelled(rows(), MODEL.slices.gate)
    usual, sent = MODEL.score(gate), pd.DataFrame(smoke["request"]["instances"])
    right = MODEL.encoding.matrix
    hands: dict[str, Hands] = {
        "the one transform": (lambda flights: flights, right),
        "missing as 0": (lambda flights: flights, lambda flights: np.nan_to_num(right(flights))),
        "codes by request": (lambda flights: flights, by_request),
        "hour in UTC": (
            lambda flights: flights.assign(sched_hour=flights.scheduled_departure.dt.hour),
            right,
        ),
        "degrees Celsius": (lambda flights: flights.assign(temp_f=(flights.temp_f - 32) / 1.8), right),
    }
    print(f"{'':18}{'AUC':>8}{'scores':>8}{'calls':>8}  smoke test  monitor")
    for name, (client, endpoint) in hands.items():
        scores = MODEL.predictor.score(endpoint(client(gate)))
        other = np.mean(np.abs(scores - usual) > 1e-6)
        calls = np.mean((scores >= MODEL.threshold) != (usual >= MODEL.threshold))
        # A release sends the rows of the smoke test as they are, without any client.
        first = MODEL.predictor.score(endpoint(sent))
        same = np.abs(first - smoke["expectedScores"]).max() <= smoke["tolerance"]
        _, seen = drift.measure(client(gate), statistics, constraints)
        print(
            f"{name:18}{auc(gate[schema.label_column()].to_numpy(), scores):8.4f}{other:8.1%}{calls:8.1%}  "
            f"{'passes' if same else 'refuses':<12}{', '.join(found.feature for found in seen) or '-'}"
        )


def evaluation(*names: str) -> list[dict[str, Any]]:
    """Files of the evaluation that judged this model."""
    for decision in PULLED.glob("evaluations/*/decision.json"):
        if json.loads(decision.read_text())["identity"] == MODEL.identity:
            return [json.loads((decision.parent / f"{name}.json").read_text()) for name in names]
    raise FileNotFoundError(f"no evaluation of model {MODEL.identity} below {PULLED}: pull it")


if __name__ == "__main__":
    main()
