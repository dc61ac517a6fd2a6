"""Validation of a body against a request model, with the messages of $context.error.validationErrorString.

API Gateway validates JSON Schema draft 4 with a Java library (java-json-tools/json-schema-validator) and
passes its messages on; this module has those of the keywords in a flat request model."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


Check = Callable[[Any], bool]
# Keywords that are compiled; a schema with any other keyword is interpreted for each value.
_COMPILED = {"type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems"}
_ANNOTATIONS = {"$schema", "id", "title", "description", "default"}


def compiled(schema: Any, read: Callable[[Any, Any], bool]) -> Check:
    """Whether a value parsed from JSON fulfils `schema`; `read` evaluates keywords that are missing here."""
    if not isinstance(schema, dict) or schema.keys() - _COMPILED - _ANNOTATIONS:
        return lambda value: read(schema, value)
    allowed = schema.get("type", list(_TYPES))
    names = [allowed] if isinstance(allowed, str) else allowed
    apart = isinstance(schema.get("items"), list) or isinstance(schema.get("additionalProperties"), dict)
    if apart or not _TYPES.keys() >= set(names):
        return lambda value: read(schema, value)
    # Exact types, because a bool is an int in Python but not in JSON.
    types = {each for name in names for each in _TYPES[name]}
    if types.isdisjoint((dict, list)):
        return lambda value: type(value) in types
    item = compiled(schema["items"], read) if "items" in schema else None
    least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    required, closed = set(schema.get("required", [])), schema.get("additionalProperties") is False
    members = {name: compiled(part, read) for name, part in schema.get("properties", {}).items()}

    def check(value: Any) -> bool:
        kind = type(value)
        if kind not in types:
            return False
        if kind is dict:
            if not required <= value.keys() or (closed and not value.keys() <= members.keys()):
                return False
            return all(members[name](found) for name, found in value.items() if name in members)
        if kind is list:
            return least <= len(value) <= most and (item is None or all(item(found) for found in value))
        return True

    return check


def violations(schema: dict[str, Any], value: Any) -> list[str]:
    """Every violation, outer ones first."""
    return list(_violations(schema, value))


def _violations(schema: dict[str, Any], value: Any) -> Iterator[str]:
    allowed = schema.get("type", [])
    allowed = [allowed] if isinstance(allowed, str) else allowed
    if allowed and not any(_is(value, name) for name in allowed):
        found = next(name for name in ("integer", *_TYPES) if _is(value, name))
        yield f"instance type ({found}) does not match any allowed primitive type (allowed: {_list(allowed)})"
        return
    if "enum" in schema and value not in schema["enum"]:
        possible = _list(schema["enum"])
        yield f"instance value ({json.dumps(value)}) not found in enum (possible values: {possible})"
    if isinstance(value, dict):
        yield from _object(schema, value)
    elif isinstance(value, list):
        yield from _array(schema, value)
    elif isinstance(value, str):
        yield from _string(schema, value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number(schema, value)


def _object(schema: dict[str, Any], value: dict[str, Any]) -> Iterator[str]:
    properties = schema.get("properties", {})
    missing = [name for name in schema.get("required", []) if name not in value]
    if missing:
        yield f"object has missing required properties ({_list(sorted(missing))})"
    unknown = sorted(set(value) - set(properties))
    if unknown and schema.get("additionalProperties") is False:
        yield f"object instance has properties which are not allowed by the schema: {_list(unknown)}"
    for name, member in value.items():
        if name in properties:
            yield from _violations(properties[name], member)


def _array(schema: dict[str, Any], value: list[Any]) -> Iterator[str]:
    least, most, length = schema.get("minItems", 0), schema.get("maxItems"), len(value)
    if length < least:
        yield f"array is too short: must have at least {least} elements but instance has {length} elements"
    if most is not None and length > most:
        yield f"array is too long: must have at most {most} elements but instance has {length} elements"
    for item in value:
        yield from _violations(schema.get("items", {}), item)


def _string(schema: dict[str, Any], value: str) -> Iterator[str]:
    least, most, length = schema.get("minLength", 0), schema.get("maxLength"), len(value)
    if length < least:
        yield f'string "{value}" is too short (length: {length}, required minimum: {least})'
    if most is not None and length > most:
        yield f'string "{value}" is too long (length: {length}, maximum allowed: {most})'
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f'ECMA 262 regex "{schema["pattern"]}" does not match input string "{value}"'


def _number(schema: dict[str, Any], value: float) -> Iterator[str]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and value < least:
        yield f"numeric instance is lower than the required minimum (minimum: {least}, found: {value})"
    if most is not None and value > most:
        yield f"numeric instance is greater than the required maximum (maximum: {most}, found: {value})"


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _list(values: list[Any]) -> str:
    return json.dumps(values, separators=(",", ":"))
