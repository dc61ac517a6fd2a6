"""Requests and answers held against botocore's SageMaker model.

botocore's own validator checks types, required members and lower bounds; the service also refuses
patterns, enumerations and upper bounds, so those are walked here.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from engine.host import ApiError

# Java's Unicode classes as Python's re spells them, good enough inside the bracket expressions AWS uses.
_JAVA_CLASSES = {
    r"\p{L}": r"\w", r"\p{M}": r"\w", r"\p{N}": r"\w", r"\p{Z}": r"\s", r"\p{Alnum}": "a-zA-Z0-9",
    r"\p{S}": r"$+<=>^`|~", r"\p{P}": r"!-#%-*,-/:;?@\[-\]_{}",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
}  # fmt: skip


@cache
def service_model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("sagemaker")


def _input(operation: str) -> Shape:
    shape = service_model().operation_model(operation).input_shape
    assert shape is not None  # every SageMaker operation has one
    return shape


def validate(operation: str, params: Mapping[str, Any]) -> None:
    """Raise ValidationException, in the service's wording, for a request its model refuses."""
    shape = _input(operation)
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        raise ApiError("ValidationException", report.generate_report())
    broken = list(_broken_constraints(params, shape, ""))
    if broken:
        plural = "s" if len(broken) > 1 else ""
        raise ApiError(
            "ValidationException",
            f"{len(broken)} validation error{plural} detected: {'; '.join(broken)}",
        )


def answer(operation: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The members of `record` that the operation's output shape knows, at every depth."""
    shape = service_model().operation_model(operation).output_shape
    return {} if shape is None else project(record, shape)


def project(value: Any, shape: Shape) -> Any:
    if isinstance(shape, StructureShape):
        # Copied in one step first: the thread of a job may be adding members to its record.
        known = ((k, v) for k, v in dict(value).items() if k in shape.members and v is not None)
        return {k: project(v, shape.members[k]) for k, v in known}
    if isinstance(shape, ListShape):
        return [project(item, shape.member) for item in value]
    if isinstance(shape, MapShape):
        return {key: project(item, shape.value) for key, item in value.items()}
    return value


def coerce(operation: str, props: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation properties as a request: known members only, numbers and booleans out of strings."""
    shape = _input(operation)
    result: dict[str, Any] = _coerced(props, shape)
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
        return str(value).lower() == "true"
    return str(value) if isinstance(value, int | float) else value


def _broken_constraints(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """One sentence for each constraint of the model that `value` breaks."""
    rules = shape.metadata
    at = f"at '{path}' failed to satisfy constraint: Member must"
    if isinstance(shape, StructureShape):
        for name, item in value.items():
            member = name[:1].lower() + name[1:]
            yield from _broken_constraints(item, shape.members[name], f"{path}.{member}" if path else member)
    elif isinstance(shape, ListShape):
        if len(value) > rules.get("max", len(value)):
            yield f"Value '{value}' {at} have length less than or equal to {rules['max']}"
        for position, item in enumerate(value, start=1):
            yield from _broken_constraints(item, shape.member, f"{path}.{position}.member")
    elif isinstance(shape, MapShape):
        if len(value) > rules.get("max", len(value)):
            yield f"Value '{value}' {at} have length less than or equal to {rules['max']}"
        for key, item in value.items():
            yield from _broken_constraints(key, shape.key, f"{path}.key")
            yield from _broken_constraints(item, shape.value, f"{path}.{key}.member")
    elif shape.type_name == "string":
        if rules.get("enum") and value not in rules["enum"]:
            yield f"Value '{value}' {at} satisfy enum value set: [{', '.join(rules['enum'])}]"
        if len(value) > rules.get("max", len(value)):
            yield f"Value '{value}' {at} have length less than or equal to {rules['max']}"
        if "pattern" in rules and not _compiled(rules["pattern"]).fullmatch(value):
            yield f"Value '{value}' {at} satisfy regular expression pattern: {rules['pattern']}"
    elif shape.type_name in ("integer", "long", "float", "double") and value > rules.get("max", value):
        yield f"Value '{value}' {at} have value less than or equal to {rules['max']}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    for java, python in _JAVA_CLASSES.items():
        pattern = pattern.replace(java, python)
    # CustomerMetadataKey quantifies its end anchor (`${1,128}), which Python's re refuses.
    return re.compile(re.sub(r"\$\{\d+,\d+\}$", "", pattern))
