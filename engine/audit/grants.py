"""Which actions each role was granted by the templates, and which of them a run used."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from engine.audit.templates import Resource, Templates, listed, statements

# The emulator asks for the key only where S3 does, and writes handlers' logs and traces without asking IAM.
_NEVER_ASKED = {"kms", "logs", "xray"}
# A physical role name is `<stack>-<logical id>-<13 characters>`, cut before the suffix at 64.
_NAME_PREFIX = 64 - 13


def granted(templates: Templates) -> dict[str, set[str]]:
    """Role id -> the actions, possibly patterns, that its identity policies allow."""
    grants: dict[str, set[str]] = {role.id: set() for role in templates.of_type("AWS::IAM::Role")}
    for role_id, document in _policies(templates):
        for statement in statements(document):
            if statement.get("Effect") == "Allow":
                grants[role_id].update(listed(statement.get("Action")))
    return grants


def unused(templates: Templates, audit: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """`unused`: grants the emulator could have asked for and did not; `unproven`: those it never asks for."""
    used = _used(templates, audit)
    lists: dict[str, list[dict[str, str]]] = {"unused": [], "unproven": []}
    for role, actions in sorted(granted(templates).items()):
        for action in sorted(actions):
            if any(matches(action, done) for done in used[role]):
                continue
            kind = "unproven" if action.partition(":")[0] in _NEVER_ASKED else "unused"
            lists[kind].append({"principal": role, "action": action})
    return lists


def matches(pattern: str, action: str) -> bool:
    """Whether an IAM action pattern covers an action; case does not matter."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, action, re.IGNORECASE) is not None


def _used(templates: Templates, audit: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    roles = list(templates.of_type("AWS::IAM::Role"))
    used: dict[str, set[str]] = defaultdict(set)
    owners: dict[str, str | None] = {}
    for line in audit:
        name = line["principal"].partition("/")[0]
        if name not in owners:
            owners[name] = next((role.id for role in roles if _is_name_of(name, role)), None)
        owner = owners[name]
        if owner is not None and line["decision"] == "Allow":
            used[owner].add(line["action"])
    return used


def _is_name_of(name: str, role: Resource) -> bool:
    given = role.properties.get("RoleName")
    if isinstance(given, str):
        return name == given
    prefix = f"{role.stack}-{role.logical_id}-"[:_NAME_PREFIX]
    return name.startswith(prefix) and len(name) == len(prefix) + 13


def _policies(templates: Templates) -> Iterator[tuple[str, Any]]:
    for role in templates.of_type("AWS::IAM::Role"):
        for inline in role.properties.get("Policies", []):
            yield role.id, inline["PolicyDocument"]
        for managed in role.properties.get("ManagedPolicyArns", []):
            policy = templates.target(role.stack, managed)
            if policy is not None:
                yield role.id, policy.properties["PolicyDocument"]
    for policy in templates.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for reference in policy.properties.get("Roles", []):
            attached = templates.target(policy.stack, reference)
            if attached is not None:
                yield attached.id, policy.properties["PolicyDocument"]
