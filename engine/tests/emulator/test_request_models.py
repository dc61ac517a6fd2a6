"""A compiled request model decides what the emulator's own validator decides, and is cheap."""

import time

import pytest

from engine.emulator import pinned
from engine.emulator.request_models import compiled

ROW = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "size"],
    "properties": {
        "name": {"type": "string"},
        "size": {"type": ["number", "null"]},
        "count": {"type": "integer"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "open": {"type": "object"},
        "any": {},
    },
}
MODEL = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "title": "Rows",
    "type": "object",
    "required": ["rows"],
    "properties": {"rows": {"type": "array", "minItems": 1, "maxItems": 3, "items": ROW}},
}
GOOD = {"name": "x", "size": 1.5}
ROWS = [
    GOOD,
    {},
    [],
    None,
    {"name": "x"},
    {**GOOD, "other": 1},
    *({**GOOD, "name": value} for value in ("", None, 1, True)),
    *({**GOOD, "size": value} for value in (1, None, True, "1", [])),
    *({**GOOD, "count": value} for value in (1, 1.0, 1.5, False, None)),
    *({**GOOD, "kind": value} for value in ("a", "c", None)),
    *({**GOOD, "open": value} for value in ({}, {"x": [1]}, [])),
    *({**GOOD, "any": value} for value in ({}, None, 1)),
]
BODIES = [
    None,
    [],
    {},
    {"rows": {}},
    {"rows": []},
    {"rows": [GOOD] * 3, "more": 1},
    {"rows": [GOOD] * 4},
    *({"rows": [GOOD, row]} for row in ROWS),
]


@pytest.fixture
def read():
    """The emulator's validator, which no test of this file replaces."""
    original = pinned.module("services.apigateway_v1")._json_schema_valid
    return lambda schema, value: original(schema, value, schema)


@pytest.mark.parametrize("body", BODIES)
def test_a_compiled_model_decides_as_the_emulator_does(read, body):
    assert compiled(MODEL, read)(body) is read(MODEL, body)


@pytest.mark.parametrize(
    "keyword",
    [
        {"pattern": "^a"},
        {"items": [{"type": "string"}]},
        {"additionalProperties": {"type": "string"}},
        {"type": "unheard of"},
    ],
)
def test_other_keywords_are_left_to_the_emulator(read, keyword):
    for value in ("abc", "xyz", ["a"], [1], {"a": "b"}, {"a": 1}, 1):
        assert compiled(keyword, read)(value) is read(keyword, value)


def test_a_large_batch_is_cheap(read):
    names = [f"column{number}" for number in range(26)]
    row = {**ROW, "required": names, "properties": {name: {"type": ["number", "null"]} for name in names}}
    model = {"type": "array", "items": row}
    body = [dict.fromkeys(names, 1.5)] * 500

    def seconds(check):
        started = time.perf_counter()
        assert check(body)
        return time.perf_counter() - started

    check = compiled(model, read)
    # Measured 25 times as fast: a quarter leaves room for a busy machine, none for reading the schema.
    quickest = min(seconds(check) for _ in range(5))
    assert quickest < min(seconds(lambda value: read(model, value)) for _ in range(5)) / 4
