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
    evaluator = pinned.module("core.iam_evaluator")
    original = evaluator.enforce
    _word_denials()

    def enforce(
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

    evaluator.enforce = enforce
    _declare_loopback_secure()
    _restore_authority()
    _add_condition_keys()
    _guard_passed_roles()


def _word_denials() -> None:
    """Names the resource, as AWS does; most of the emulator's answers name principal and action only."""
    actions = pinned.module("core.iam_actions")
    original = actions.access_denied_response

    def access_denied_response(
        service: str, action: str, principal_arn: str, request_id: str, **details: Any
    ) -> Any:
        resource_policy = details.get("explicit_deny") and details.get("resource_policy_arn")
        if not (details.get("message") or details.get("error_code") or resource_policy):
            decision = SimpleNamespace(decision="Deny" if details.get("explicit_deny") else "")
            denied_action, resource = _denied.get((action, "*"))
            details["message"] = denial_text(principal_arn, denied_action, resource, decision)
        return original(service, action, principal_arn, request_id, **details)

    actions.access_denied_response = access_denied_response


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


def _declare_loopback_secure() -> None:
    """The loopback connection counts as TLS, because CDK's `enforceSSL` bucket policies deny plain http."""
    app, evaluator = pinned.module("app"), pinned.module("core.iam_evaluator")
    original = evaluator.pin_request_origin

    def pin_request_origin(source_ip: str, secure_transport: bool) -> None:
        original(source_ip, True)

    evaluator.pin_request_origin = app.pin_request_origin = pin_request_origin


def _restore_authority() -> None:
    """HTTP/2 clients, such as Polly's for JavaScript, sign a pseudo-header that the server passes on as the
    host."""
    sigv4 = pinned.module("core.sigv4")
    original = sigv4.build_canonical_headers

    def build_canonical_headers(headers: Any, signed_headers: str) -> Any:
        return original({":authority": headers.get("host"), **headers}, signed_headers)

    sigv4.build_canonical_headers = build_canonical_headers


def _add_condition_keys() -> None:
    """Adds condition keys that the kit's policies use and the emulator lacks."""
    actions = pinned.module("core.iam_actions")
    original = actions.request_tag_context

    def request_tag_context(service: str, iam_action: str, body: bytes, params: dict[str, Any]) -> Any:
        return {**original(service, iam_action, body, params), **_request_keys(iam_action, body, params)}

    actions.request_tag_context = request_tag_context


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
    async def guarded(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Any:
        access_key = pinned.module("core.router").extract_access_key_id(headers, query_params)
        # Policies apply to sessions and users only: the root may pass any role.
        if access_key and not re.fullmatch(r"\d{12}", access_key):
            for role in _roles_in(body, members):
                denied = _pass_role(service, access_key, role, passed_to, headers)
                if denied:
                    return denied
        return await handler(method, path, headers, body, query_params)

    return guarded


def _pass_role(service: str, access_key: str, role: str, passed_to: str, headers: dict[str, str]) -> Any:
    evaluator = pinned.module("core.iam_evaluator")
    denied = evaluator.enforce(
        access_key, "iam:PassRole", "iam", "us-east-1", role, {"iam:PassedToService": passed_to}
    )
    if denied is None:
        return None
    identity = evaluator.resolve_caller_identity(access_key) or {"userArn": access_key}
    message = denial_text(identity["userArn"], "iam:PassRole", role, denied)
    return pinned.module("core.iam_actions").access_denied_response(
        service, "iam:PassRole", identity["userArn"], "rehearsal", message=message, headers=headers
    )


def _roles_in(body: bytes, members: set[str]) -> Iterator[str]:
    try:
        document: Any = json.loads(body or b"{}")
    except ValueError:
        document = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
    return passed_roles(document, members)
