"""Other questions to the parcels of the tests: how many minutes late, and how late by class."""

from copy import deepcopy
from typing import Any

from common import schema

COMMON = {"question": "How late?", "decision": "They come later.", "affected": "Recipients."}
FLOOR = {"skill": 0.01, "meaning": "the mean of the depot says as much"}
MINUTES = {
    **COMMON,
    "task": "regression",
    "target": "delay_minutes",
    "positiveFrom": 15,
    "loss": "squared",
    "intervalLevel": 0.8,
    "floor": FLOOR,
}
CLASSES = {
    **COMMON,
    "task": "multiclass",
    "target": "delay_minutes",
    "label": "lateness",
    "classes": [{"name": "early", "below": 0}, {"name": "late", "below": 30}, {"name": "very late"}],
    "positive": ["late", "very late"],
    "floor": FLOOR,
}


def asked(problem: dict[str, Any]) -> dict[str, Any]:
    """The dataset of the tests with another question."""
    dataset = deepcopy(schema.dataset())
    schema.declared.check({**dataset, "problem": problem}, schema._json("dataset.schema.json"))
    return {**dataset, "problem": problem}
