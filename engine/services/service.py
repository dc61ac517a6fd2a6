"""A service of the engine, and what it may learn of the call that it answers."""

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
    """Whoever made the call. `denial` answers the denial's text for a permission, or None; audited."""

    arn: str
    account: str
    region: str
    denial: Callable[[str, str, Mapping[str, str]], str | None]

    def require(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        """Raise AccessDeniedException where the caller may not do `action` on `resource` as well."""
        denied = self.denial(action, resource, context or {})
        if denied:
            raise ApiError("AccessDeniedException", denied)


_caller: ContextVar[Caller] = ContextVar("engine_caller")


def caller() -> Caller:
    """The caller of the operation that runs."""
    return _caller.get()


@contextmanager
def called_by(who: Caller) -> Iterator[None]:
    token = _caller.set(who)
    try:
        yield
    finally:
        _caller.reset(token)


class ResourceType(Protocol):
    """A CloudFormation type. Answers are (physical id, attributes for Fn::GetAtt); an update that answers
    another physical id is a replacement, after which CloudFormation deletes the old resource.

    `calls` are those that CloudFormation makes with the stack's role to `create`, `update` or `delete`: what
    is to be created has no physical id, what is to be deleted no logical one."""

    def create(self, logical_id: str, props: Properties, stack: str) -> Created: ...
    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created: ...
    def delete(self, physical_id: str, props: Properties) -> None: ...
    def calls(
        self, verb: str, logical_id: str, physical_id: str, old: Properties, new: Properties
    ) -> Iterable[Permission]: ...


class Service:
    """One service by botocore's name for it. A subclass fills `operations`: from the name of an operation to
    the function that carries it out, params to answer, which raises ApiError with the service's code and
    wording. Times in answers are epoch seconds or datetimes, blobs are bytes."""

    name: str
    operations: Mapping[str, Callable[[Any], Any]]
    types: Mapping[str, ResourceType] = {}
    # IAM's name of an operation, where it is another one.
    actions: Mapping[str, str] = {}
    # What every answer carries beside its protocol's own.
    headers: Mapping[str, str] = {}

    # Members of answers that the model requires and AWS leaves out, as `<operation>.<member>`.
    omitted: Container[str] = ()

    @property
    def invalid(self) -> str:
        """The code of a request that the model refuses."""
        return "ValidationException" if "json" in shapes.model(self.name).protocol else "ValidationError"

    def call(self, operation: str, params: Params) -> dict[str, Any]:
        """Carry out an operation of the model, for nobody in particular. Raises ApiError."""
        self.check(operation, params)
        return self.perform(operation, params)

    def check(self, operation: str, params: Params) -> None:
        """Raise ApiError for a request that is refused before it is anybody's."""
        model = shapes.model(self.name).operation_model(operation)
        shapes.validate(params, model.input_shape, self.invalid)
        self.refuse(operation, params)
        if operation not in self.operations:
            raise ApiError(self.invalid, f"{operation} is not rehearsed.")

    def perform(self, operation: str, params: Params) -> dict[str, Any]:
        """The answer to a checked request. Raises ApiError, or AnswerError where it breaks the model."""
        model = shapes.model(self.name).operation_model(operation)
        return shapes.answer(model, self.operations[operation](params), self.omitted)

    def refuse(self, operation: str, params: Params) -> None:
        """Raise ApiError for what the service refuses beside its model, whatever the operation."""

    def resource_arn(self, operation: str, params: Params) -> str:
        """The ARN that AWS authorises the operation on, "*" where it has none."""
        return "*"

    def further(self, operation: str, params: Params) -> Iterable[Permission]:
        """What else the caller needs, such as iam:PassRole."""
        return ()

    def tagged(self) -> Iterator[tuple[str, dict[str, str]]]:
        """ARN and tags of every resource that has any."""
        return iter(())

    def close(self) -> None:
        """End what the service runs."""


def passed_roles(params: Any, members: Iterable[str]) -> Iterator[str]:
    """The ARNs of roles that stand in `members` at any depth of a request."""
    if isinstance(params, list):
        for item in params:
            yield from passed_roles(item, members)
    elif isinstance(params, Mapping):
        for key, member in params.items():
            if key in members and isinstance(member, str) and ":role/" in member:
                yield member
            else:
                yield from passed_roles(member, members)
