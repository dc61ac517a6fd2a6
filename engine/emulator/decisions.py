"""The emulator's policy evaluation for policies that are not deployed."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.audit.templates import listed
from engine.emulator import pinned
from engine.emulator.settings import ACCOUNT, REGION

Documents = Sequence[Mapping[str, Any]]


def role_may(
    role: str,
    action: str,
    resource: str,
    identity: Documents,
    protecting: Documents | None,
    context: Mapping[str, Any],
) -> bool:
    """Whether a session of `role` may do `action`.

    identity: statements of the role's policies; protecting: those of the resource's own policy, None
    where it has no policy; context: condition keys of the request."""
    evaluator = pinned.module("core.iam_evaluator")
    asked = evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/rehearsal",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region=REGION,
        # The emulated API does the same: authorization._declare_loopback_secure.
        secure_transport=True,
        # A request without tags has no aws:TagKeys, as in enforce.
        service_context={"aws:tagkeys": None, **{key.lower(): value for key, value in context.items()}},
    )
    result = evaluator.evaluate(asked, [evaluator.parse_policy_document({"Statement": list(identity)})])
    service = action.partition(":")[0]
    if protecting is not None:
        policy = {"Statement": list(protecting)}
        required = service in evaluator._POLICY_REQUIRED
        result = evaluator.combine_resource_policy(result, asked, policy, ACCOUNT, required=required)
    return bool(result.decision == "Allow")


def service_may(
    service: str, action: str, resource: str, protecting: Documents, context: Mapping[str, Any]
) -> bool:
    """Whether a resource's policy permits a service to do `action` on its own behalf.

    The actions are compared literally, because the templates write no patterns there."""
    evaluator = pinned.module("core.iam_evaluator")
    asked = evaluator.EvalContext(
        principal_arn=service,
        principal_type="Service",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region=REGION,
        service_context={key.lower(): value for key, value in context.items()},
    )
    return any(
        service in listed(statement.get("Principal", {}).get("Service"))
        and statement.get("Action") in (action, f"{action.partition(':')[0]}:*")
        and evaluator._conditions_met(statement.get("Condition", {}), asked)
        for statement in protecting
    )
