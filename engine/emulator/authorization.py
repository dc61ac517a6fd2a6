"""Seam: every authorization decision is audited, and roles may only be passed by callers who hold
iam:PassRole."""

import json
import re
from collections.abc import Iterator
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import cbor2

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost, denial_text
from engine.emulator.services import access_key, caller_of
from engine.services.protocols import Request
from engine.services.service import passed_roles

# Request members that hand a role to a service. The emulator checks the call itself but not the passing.
_PASSED_ROLES = {
    "cloudformation": ({"RoleARN"}, "cloudformation.amazonaws.com"),
    "glue": ({"Role"}, "glue.amazonaws.com"),
    "states": ({"roleArn"}, "states.amazonaws.com"),
    "lambda": ({"Role"}, "lambda.amazonaws.com"),
    "scheduler": ({"RoleArn"}, "scheduler.amazonaws.com"),
    "firehose": ({"RoleARN"}, "firehose.amazonaws.com"),
}

# Adds the resource, or the checked key, to a denial before the emulator drops it.
_denied: ContextVar[tuple[str, str]] = ContextVar("rehearsal_denied")


def install(host: EmulatorHost) -> None:
    _word_denials.install()
    _audit.install(host)
    _declare_loopback_secure.install()
    # The application imported the function by its name.
    pinned.module("app").pin_request_origin = pinned.module("core.iam_evaluator").pin_request_origin
    _restore_authority.install()
    _add_condition_keys.install()
    _guard_passed_roles()


@pinned.replaces("core.iam_actions:access_denied_response")
def _word_denials(
    original: Any, service: str, action: str, principal_arn: str, *call: str, **details: Any
) -> Any:
    """Names the resource, as AWS does; most of the emulator's answers name principal and action only."""
    resource_policy = details.get("explicit_deny") and details.get("resource_policy_arn")
    if not (details.get("message") or details.get("error_code") or resource_policy):
        decision = SimpleNamespace(decision="Deny" if details.get("explicit_deny") else "")
        denied_action, resource = _denied.get((action, "*"))
        details["message"] = denial_text(principal_arn, denied_action, resource, decision)
    return original(service, action, principal_arn, *call, **details)


@pinned.replaces("core.iam_evaluator:enforce")
def _audit(
    original: Any,
    host: EmulatorHost,
    /,
    access_key_id: str,
    iam_action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> Any:
    denied = original(access_key_id, iam_action, service, region, resource_arn, service_context)
    principal = _principal(access_key_id)
    # No policy applies to the root, and its calls are many.
    context = None if principal == "root" else service_context
    host.record(principal, iam_action, resource_arn, _reason(denied), context)
    if denied is not None:
        _denied.set((iam_action, resource_arn))
    return denied


def _principal(access_key: str) -> str:
    """`<role>/<session>`, `user/<name>`, `root`, or `anonymous` for an unsigned request."""
    if not access_key:
        return "anonymous"
    identity = pinned.module("core.iam_evaluator").resolve_caller_identity(access_key)
    if identity is None:
        return f"unknown key {access_key}"
    resource = str(identity["userArn"]).split(":", 5)[-1]
    return resource.removeprefix("assumed-role/")


def _reason(denied: Any) -> str | None:
    if denied is None:
        return None
    if isinstance(denied, pinned.module("core.iam_evaluator").AuthError):
        return f"{denied.code}: {denied.message}"
    return "explicit deny" if denied.decision == "Deny" else "no policy allows it"


@pinned.replaces("core.iam_evaluator:pin_request_origin")
def _declare_loopback_secure(original: Any, /, source_ip: str, secure_transport: bool) -> None:
    """The loopback connection counts as TLS, because CDK's `enforceSSL` bucket policies deny plain http."""
    original(source_ip, True)


@pinned.replaces("core.sigv4:build_canonical_headers")
def _restore_authority(original: Any, /, headers: Any, signed_headers: str) -> Any:
    """HTTP/2 clients, such as Polly's for JavaScript, sign a pseudo-header that the server passes on as the
    host."""
    return original({":authority": headers.get("host"), **headers}, signed_headers)


@pinned.replaces("core.iam_actions:request_tag_context")
def _add_condition_keys(
    original: Any, /, service: str, iam_action: str, body: bytes, params: dict[str, Any]
) -> Any:
    """Adds condition keys that the kit's policies use and the emulator lacks."""
    return {**original(service, iam_action, body, params), **_request_keys(iam_action, body, params)}


def _request_keys(iam_action: str, body: bytes, params: dict[str, Any]) -> dict[str, str | list[str]]:
    if iam_action == "cloudwatch:PutMetricData":
        return {"cloudwatch:namespace": _member(body, params, "Namespace") or ""}
    if iam_action == "events:PutEvents":
        entries = _member(body, params, "Entries") or []
        sources = sorted({str(entry.get("Source")) for entry in entries})
        return {"events:source": sources[0] if len(sources) == 1 else sources}
    if iam_action.startswith("cloudformation:") and params.get("RoleARN"):
        return {"cloudformation:RoleArn": params["RoleARN"][0]}
    return {}


def _member(body: bytes, params: dict[str, Any], name: str) -> Any:
    """A top-level member of a request in any of CloudWatch's three protocols."""
    if name in params:
        return params[name][0]
    if body[:1] == b"{":
        return json.loads(body).get(name)
    return cbor2.loads(body).get(name) if body else None


def _guard_passed_roles() -> None:
    handlers = pinned.module("app").SERVICE_HANDLERS
    for service, (members, passed_to) in _PASSED_ROLES.items():
        if service in handlers:
            handlers[service] = _guarded(service, handlers[service], members, passed_to)


def _guarded(service: str, handler: Any, members: set[str], passed_to: str) -> Any:
    async def guarded(*request: Any) -> Any:
        asked = Request(*request)
        key = access_key(asked)
        # Policies apply to sessions and users only: the root may pass any role.
        if key and not re.fullmatch(r"\d{12}", key):
            who = caller_of(key)
            for role in _roles_in(asked.body, members):
                if message := who.denial("iam:PassRole", role, {"iam:PassedToService": passed_to}):
                    return pinned.module("core.iam_actions").access_denied_response(
                        service, "iam:PassRole", who.arn, "rehearsal", message=message, headers=asked.headers
                    )
        return await handler(*request)

    return guarded


def _roles_in(body: bytes, members: set[str]) -> Iterator[str]:
    try:
        document: Any = json.loads(body or b"{}")
    except ValueError:
        document = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
    return passed_roles(document, members)
