"""Every policy statement in the templates, and the decisions that they make together."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.audit.names import Names
from engine.audit.templates import Resource, Templates, listed
from engine.emulator import decisions

# Steps from the root of a template.
Place = tuple[str | int, ...]

_BOUND_TO = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SQS::QueuePolicy": "Queues",
}


@dataclass(frozen=True)
class Statement:
    """One statement: content, place in the template, and owner.

    `kind`: identity (of roles), resource (of a bucket, key …), trust (who may assume a role), managed (a
    policy of AWS attached to a role; its statements are AWS's own). `holders` are ids of the template's
    resources: the roles with the policy, or the protected resource."""

    stack: str
    path: Place
    kind: str
    holders: tuple[str, ...]
    body: dict[str, Any]

    @property
    def id(self) -> str:
        """`<stack>/<logical id>[<n>]`, with the property in between where a resource has several policies."""
        _, logical_id, *where = self.path
        inner = [
            str(step) for step in where[:-1] if step not in ("Properties", "PolicyDocument", "Statement")
        ]
        index = f"[{where[-1]}]" if where else ""
        return f"{self.stack}/{'.'.join([str(logical_id), *inner])}{index}"

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(sorted(listed(self.body.get("Action"))))


@dataclass(frozen=True)
class Call:
    """One request of a run. `principal` is a role's id, a service, or the scenario's user; `context` is a
    JSON object of the request's condition keys."""

    principal: str
    action: str
    resource: str
    context: str = "{}"


class Policies:
    def __init__(self, templates: Templates, client: Sequence[dict[str, Any]] = ()) -> None:
        """`client` are the statements of principals outside of the templates: the scenario's user."""
        self._templates, self._names, self._client = templates, Names(templates), client
        self.statements = list(self._all())

    def allows(self, call: Call, without: Statement | None = None) -> bool:
        """The decision of the emulator's evaluator, optionally without one statement."""
        # A policy without statements is still a policy: a key with an empty one allows nothing.
        protecting = self._protecting(call.resource)
        resource = [s.body for s in protecting if s is not without] if protecting else None
        context = json.loads(call.context)
        if call.principal.endswith(".amazonaws.com"):
            return decisions.service_may(call.principal, call.action, call.resource, resource or [], context)
        role = self._templates.resources.get(call.principal)
        own = self._identity.get(call.principal, []) if role else []
        identity = [s.body for s in own if s is not without] if role else self._client
        name = self._names.name(role) if role else call.principal
        return decisions.role_may(name, call.action, call.resource, identity, resource, context)

    def known(self, principal: str) -> bool:
        """Whether the templates' policies alone decide for a principal."""
        return principal.endswith(".amazonaws.com") or principal in self._templates.resources

    def concerns(self, statement: Statement, call: Call) -> bool:
        """Whether a statement can affect a call at all."""
        if statement.kind == "identity":
            return call.principal in statement.holders
        return statement.kind == "resource" and statement in self._protecting(call.resource)

    @cached_property
    def _identity(self) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for statement in self.statements:
            for holder in statement.holders if statement.kind == "identity" else ():
                found.setdefault(holder, []).append(statement)
        return found

    @cached_property
    def _resource(self) -> dict[str, list[Statement]]:
        """ARN of a protected resource -> the statements of its policy."""
        found: dict[str, list[Statement]] = {}
        for statement in self.statements:
            for holder in statement.holders if statement.kind == "resource" else ():
                arn = self._names.arn(self._templates.resources[holder])
                found.setdefault(arn, []).append(statement)
        return found

    def _protecting(self, arn: str) -> list[Statement]:
        bucket_or_resource = arn.partition("/")[0] if arn.startswith("arn:aws:s3:::") else arn
        return self._resource.get(bucket_or_resource, [])

    def _all(self) -> Iterator[Statement]:
        for resource in self._templates.resources.values():
            if resource.type == "AWS::Lambda::Permission":
                yield self._permission(resource)
            place = ("Resources", resource.logical_id, "Properties")
            for path, bodies in _documents(resource.properties, place):
                kind, holders = self._bound(resource, path)
                for index, body in enumerate(self._names.resolve(resource.stack, bodies)):
                    yield Statement(resource.stack, (*path, index), kind, holders, body)
            if resource.type == "AWS::IAM::Role":
                yield from self._managed(resource)

    def _bound(self, resource: Resource, path: Place) -> tuple[str, tuple[str, ...]]:
        if "AssumeRolePolicyDocument" in path:
            return "trust", (resource.id,)
        if resource.type == "AWS::IAM::Role":
            return "identity", (resource.id,)
        if resource.type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            return "identity", self._ids(resource, "Roles") or self._attached(resource)
        if resource.type in _BOUND_TO:
            return "resource", self._ids(resource, _BOUND_TO[resource.type])
        return "resource", (resource.id,)

    def _ids(self, resource: Resource, member: str) -> tuple[str, ...]:
        found = (
            self._templates.target(resource.stack, reference)
            for reference in listed(resource.properties.get(member))
        )
        return tuple(target.id for target in found if target is not None)

    def _attached(self, policy: Resource) -> tuple[str, ...]:
        return tuple(
            role.id
            for role in self._templates.of_type("AWS::IAM::Role")
            if policy.id in self._ids(role, "ManagedPolicyArns")
        )

    def _managed(self, role: Resource) -> Iterator[Statement]:
        for index, reference in enumerate(role.properties.get("ManagedPolicyArns", [])):
            if self._templates.target(role.stack, reference) is None:
                path = ("Resources", role.logical_id, "Properties", "ManagedPolicyArns", index)
                body = {"Action": self._names.resolve(role.stack, reference)}
                yield Statement(role.stack, path, "managed", (role.id,), body)

    def _permission(self, permission: Resource) -> Statement:
        properties = self._names.resolve(permission.stack, permission.properties)
        body = {
            "Effect": "Allow",
            "Principal": {"Service": properties["Principal"]},
            "Action": properties["Action"],
            "Resource": properties["FunctionName"],
            "Condition": {"ArnLike": {"aws:SourceArn": properties["SourceArn"]}}
            if "SourceArn" in properties
            else {},
        }
        path = ("Resources", permission.logical_id)
        return Statement(permission.stack, path, "resource", self._ids(permission, "FunctionName"), body)


def _documents(value: Any, path: Place) -> Iterator[tuple[Place, list[Any]]]:
    """Every list of statements inside a property, with its path."""
    if isinstance(value, dict):
        if isinstance(value.get("Statement"), list):
            yield (*path, "Statement"), value["Statement"]
        for key, member in value.items():
            yield from _documents(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _documents(member, (*path, index))
