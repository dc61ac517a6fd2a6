"""Actions that the templates grant to each role, and those that a run used."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from engine.audit.names import Names
from engine.audit.policies import Policies
from engine.audit.templates import Templates

# The emulator checks key permissions for S3 only, and writes logs and traces of handlers without IAM.
_NEVER_ASKED = {"kms", "logs", "xray"}


def granted(templates: Templates) -> dict[str, set[str]]:
    """Role id -> the actions, possibly patterns, that its identity policies allow."""
    grants: dict[str, set[str]] = {role.id: set() for role in templates.of_type("AWS::IAM::Role")}
    for statement in Policies(templates).statements:
        if statement.kind == "identity" and statement.body.get("Effect") == "Allow":
            for holder in statement.holders:
                grants[holder].update(statement.actions)
    return grants


def unused(templates: Templates, audit: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """`unused`: grants that the emulator checks, not needed in the run; `unproven`: never checked ones."""
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
    names = Names(templates)
    used: dict[str, set[str]] = defaultdict(set)
    for line in audit:
        if line["decision"] == "Allow":
            owner = names.role(line["principal"].partition("/")[0])
            if owner is not None:
                used[owner.id].add(line["action"])
    return used
