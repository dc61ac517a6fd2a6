"""A service of the engine, with the call that it serves."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from engine.host import ApiError
from engine.services import shapes

Params = Mapping[str, Any]
Properties = Mapping[str, Any]
Created = tuple[str, dict[str, str]]
# (action, resource, condition keys of the request)
Permission = tuple[str, str, Mapping[str, str]]


@dataclass(frozen=True)
class Caller:
    """The caller of an operation. `denial` returns the denial's text for a permission, or None; audited."""

    arn: str
    account: str
    region: str
    denial: Callable[[str, str, Mapping[str, str]], str | None]

    def require(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        """Raise AccessDeniedException when the caller may not do `action` on `resource` as well."""
        denied = self.denial(action, resource, context or {})
        if denied:
            raise ApiError("AccessDeniedException", denied)


_caller: ContextVar[Caller] = ContextVar("engine_caller")


def caller() -> Caller:
    """The caller of the current operation."""
    return _caller.get()


@contextmanager
def called_by(who: Caller) -> Iterator[None]:
    token = _caller.set(who)
    try:
        yield
    finally:
        _caller.reset(token)


class ResourceType(Protocol):
    """A CloudFormation type. Methods return (physical id, attributes for Fn::GetAtt); a new physical id of an
    update is a replacement, after which CloudFormation deletes the old resource.

    `calls` are those that CloudFormation makes with the stack's role to `create`, `update` or `delete`: a
    resource to create has no physical id, a resource to delete no logical one."""

    def create(self, logical_id: str, props: Properties, stack: str) -> Created: ...
    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created: ...
    def delete(self, physical_id: str, props: Properties) -> None: ...
    def calls(
        self, verb: str, logical_id: str, physical_id: str, old: Properties, new: Properties
    ) -> Iterable[Permission]: ...


class Service:
    """One service by botocore's name. A subclass fills `operations`, which maps names to functions from
    params to answer; they raise ApiError with the service's code and wording. Times in answers are epoch
    seconds or datetimes, blobs are bytes."""

    name: str
    operations: Mapping[str, Callable[[Any], Any]]
    types: Mapping[str, ResourceType] = {}
    # IAM's names of operations that differ.
    actions: Mapping[str, str] = {}
    # Headers of every answer beside those of its protocol.
    headers: Mapping[str, str] = {}

    # Members of answers that the model requires and AWS leaves out, as `<operation>.<member>`.
    omitted: Container[str] = ()

    @property
    def invalid(self) -> str:
        """The code of a request that violates the model."""
        return "ValidationException" if "json" in shapes.model(self.name).protocol else "ValidationError"

    def call(self, operation: str, params: Params) -> dict[str, Any]:
        """Carry out an operation of the model without a caller. Raises ApiError."""
        self.check(operation, params)
        return self.perform(operation, params)

    def check(self, operation: str, params: Params) -> None:
        """Raise ApiError for a request that is refused before authorisation."""
        model = shapes.model(self.name).operation_model(operation)
        shapes.validate(params, model.input_shape, self.invalid)
        self.refuse(operation, params)
        if operation not in self.operations:
            raise ApiError(self.invalid, f"{operation} is not rehearsed.")

    def perform(self, operation: str, params: Params) -> dict[str, Any]:
        """The answer to a checked request. Raises ApiError, or AnswerError for an invalid answer."""
        model = shapes.model(self.name).operation_model(operation)
        return shapes.answer(model, self.operations[operation](params), self.omitted)

    def refuse(self, operation: str, params: Params) -> None:
        """Raise ApiError for refusals beyond the model, for any operation."""

    def resource_arn(self, operation: str, params: Params) -> str:
        """The ARN on which AWS authorises the operation; "*" when it has none."""
        return "*"

    def further(self, operation: str, params: Params) -> Iterable[Permission]:
        """Further permissions of the caller, such as iam:PassRole."""
        return ()

    def tagged(self) -> Iterator[tuple[str, dict[str, str]]]:
        """ARN and tags of every resource that has any."""
        return iter(())

    def close(self) -> None:
        """End the service's processes."""


def passed_roles(params: Any, members: Iterable[str]) -> Iterator[str]:
    """The role ARNs in `members` at any depth of a request."""
    if isinstance(params, list):
        for item in params:
            yield from passed_roles(item, members)
    elif isinstance(params, Mapping):
        for key, member in params.items():
            if key in members and isinstance(member, str) and ":role/" in member:
                yield member
            else:
                yield from passed_roles(member, members)
