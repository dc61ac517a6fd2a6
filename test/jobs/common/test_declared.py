"""The jobs refuse what synth refuses: both are held to the cases of schema/dataset.cases.json."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from common import declared

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "schema/dataset.schema.json").read_text())
CASES = json.loads((ROOT / "schema/dataset.cases.json").read_text())
# What `_shape` reads, and what tells nothing about a value.
KNOWN = {"type", "enum", "const", "pattern", "minLength", "minimum", "maximum", "exclusiveMinimum"}
KNOWN |= {"properties", "required", "additionalProperties", "propertyNames", "items", "minItems"}
KNOWN |= {"description", "$schema"}


def changed(path: list[Any], *value: Any) -> Any:
    dataset = copy.deepcopy(CASES["dataset"])
    *above, last = path
    at = dataset
    for step in above:
        at = at[step]
    if value:
        at[last] = value[0]
    else:
        del at[last]
    return dataset


def test_the_datasets_are_sound() -> None:
    declared.check(CASES["dataset"], SCHEMA)
    for file in (ROOT / "datasets").glob("*/dataset.json"):
        declared.check(json.loads(file.read_text()), SCHEMA)


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: f"{case['at']} {case['says']}")
def test_a_wrong_one_is_refused_with_its_key(case: dict[str, Any]) -> None:
    value = [case["value"]] if "value" in case else []
    with pytest.raises(ValueError, match=r"dataset\.json is refused") as refused:
        declared.check(changed(case["path"], *value), SCHEMA)
    assert f"  {case['at']}: " in str(refused.value)
    assert case["says"] in str(refused.value)


def keywords(schema: Any) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return set(schema).union(*map(keywords, inner))


def test_every_keyword_of_the_schema_is_read() -> None:
    assert keywords(SCHEMA) <= KNOWN
