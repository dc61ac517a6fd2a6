"""Validation of requests and answers against botocore's model of a service.

botocore's own validator has messages of its own and lacks patterns, enumerations and upper bounds."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
import regex
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from engine.host import ApiError

# Python types of values in the models.
_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (Mapping,), "map": (Mapping,), "list": (list, tuple), "string": (str,), "character": (str,),
    "boolean": (bool,), "integer": (int,), "long": (int,), "float": (int, float), "double": (int, float),
    "blob": (str, bytes), "timestamp": (int, float, datetime),
}  # fmt: skip


class AnswerError(Exception):
    """A defect of the engine: an answer that violates the service's model."""


@cache
def model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def validate(params: Mapping[str, Any], shape: Shape | None, code: str) -> None:
    """Raise ApiError `code`, with the services' message, for a request that violates its model."""
    broken = list(_broken_constraints(params, shape, "")) if shape else []
    if broken:
        plural = "s" if len(broken) > 1 else ""
        raise ApiError(code, f"{len(broken)} validation error{plural} detected: {'; '.join(broken)}")


def answer(operation: OperationModel, record: Any, omitted: Container[str] = ()) -> dict[str, Any]:
    """The members of `record` in the operation's output shape, at every depth. Raises AnswerError; `omitted`
    may be missing, as `<operation>.<member>`."""
    shape = operation.output_shape
    return {} if shape is None else _projected(record, shape, operation.name, omitted)


def _projected(value: Any, shape: Shape, at: str, omitted: Container[str]) -> Any:
    if not typed(value, shape):
        raise AnswerError(f"{at} is {value!r}, not a {shape.type_name}")
    if isinstance(shape, StructureShape):
        # Copied in one step, because the thread of a job may add members to its record.
        known = {k: v for k, v in dict(value).items() if k in shape.members and v is not None}
        for name in shape.required_members:
            if name not in known and f"{at}.{name}" not in omitted:
                raise AnswerError(f"{at}.{name} is required and missing")
        return {k: _projected(v, shape.members[k], f"{at}.{k}", omitted) for k, v in known.items()}
    if isinstance(shape, ListShape):
        return [_projected(item, shape.member, at, omitted) for item in value]
    if isinstance(shape, MapShape):
        return {key: _projected(item, shape.value, at, omitted) for key, item in value.items()}
    # Patterns of answers are not checked: SageMaker's own pattern does not match its package names.
    if value not in shape.metadata.get("enum", [value]):
        raise AnswerError(f"{at} is {value!r}, not one of {shape.metadata['enum']}")
    return value


def typed(value: Any, shape: Shape, *more: type) -> bool:
    """Whether a value is of the shape's type, or one of `more`; True is not a number."""
    known = isinstance(value, (*_TYPES[shape.type_name], *more))
    return known and (not isinstance(value, bool) or shape.type_name == "boolean")


def coerce(props: Mapping[str, Any], operation: OperationModel) -> dict[str, Any]:
    """CloudFormation properties as a request: known members, with numbers and booleans parsed."""
    result: dict[str, Any] = _coerced(props, operation.input_shape)
    return result


def _coerced(value: Any, shape: Shape) -> Any:
    if isinstance(shape, StructureShape):
        return {k: _coerced(v, shape.members[k]) for k, v in value.items() if k in shape.members}
    if isinstance(shape, ListShape):
        return [_coerced(item, shape.member) for item in value]
    if isinstance(shape, MapShape):
        return {key: _coerced(item, shape.value) for key, item in value.items()}
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name in ("float", "double"):
        return float(value)
    if shape.type_name == "boolean":
        return is_true(value)
    return str(value) if isinstance(value, int | float) else value


def is_true(value: Any) -> bool:
    """A boolean of CloudFormation, which may be text."""
    return str(value).lower() == "true"


def _broken_constraints(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """One sentence for each constraint of the model that `value` violates."""
    rules = shape.metadata
    at = f"at '{path}' failed to satisfy constraint: Member must"
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            below = name[:1].lower() + name[1:]
            below = f"{path}.{below}" if path else below
            if value.get(name) is not None:
                yield from _broken_constraints(value[name], member, below)
            elif name in shape.required_members:
                yield f"Value null at '{below}' failed to satisfy constraint: Member must not be null"
    elif isinstance(shape, ListShape):
        yield from _out_of_bounds(value, len(value), "length", rules, at)
        for position, item in enumerate(value, start=1):
            yield from _broken_constraints(item, shape.member, f"{path}.{position}.member")
    elif isinstance(shape, MapShape):
        yield from _out_of_bounds(value, len(value), "length", rules, at)
        for key, item in value.items():
            yield from _broken_constraints(key, shape.key, f"{path}.key")
            yield from _broken_constraints(item, shape.value, f"{path}.{key}.member")
    elif shape.type_name == "string":
        if rules.get("enum") and value not in rules["enum"]:
            yield f"Value '{value}' {at} satisfy enum value set: [{', '.join(rules['enum'])}]"
        yield from _out_of_bounds(value, len(value), "length", rules, at)
        if "pattern" in rules and not _compiled(rules["pattern"]).fullmatch(value):
            yield f"Value '{value}' {at} satisfy regular expression pattern: {rules['pattern']}"
    elif shape.type_name == "blob":
        yield from _out_of_bounds("java.nio.HeapByteBuffer", len(value), "length", rules, at)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _out_of_bounds(value, value, "value", rules, at)


def _out_of_bounds(value: Any, size: float, what: str, rules: Mapping[str, Any], at: str) -> Iterator[str]:
    if size < rules.get("min", size):
        yield f"Value '{value}' {at} have {what} greater than or equal to {rules['min']}"
    if size > rules.get("max", size):
        yield f"Value '{value}' {at} have {what} less than or equal to {rules['max']}"


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    # Java counts a pair of surrogates as the one character that it encodes.
    return regex.compile(pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"))
