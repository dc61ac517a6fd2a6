"""Seam: rules and schedules start state machines under the role of their target, and schedules fill
placeholders.

The emulator starts them within its process regardless of the role, and leaves placeholders as they are."""

import json
import logging
import uuid
from datetime import UTC, datetime
from typing import Any

from engine.emulator import decisions, pinned
from engine.emulator.host import EmulatorHost
from engine.host import ApiError

Json = dict[str, Any]

_log = logging.getLogger("rehearsal.deliveries")


def install(host: EmulatorHost) -> None:
    _deliver.install(host)
    _route_failure.install(host)
    pinned.module("services.eventbridge")._dispatch_to_lambda = _invoke_asynchronously


@pinned.replaces("services.eventbridge:_invoke_target")
def _deliver(
    original: Any, host: EmulatorHost, /, target: Json, event: Json, rule: Json, view: Any = None
) -> None:
    if event.get("Source") == "aws.scheduler" and target.get("Input"):
        target = {**target, "Input": _fill(target["Input"], event)}
    denied = _denied(host, target, rule)
    if denied:
        _log.error("%s is not delivered: %s", target["Arn"], denied)
        return
    original(target, event, rule, view)


@pinned.replaces("services.lambda_svc:_route_async_failure")
def _route_failure(
    original: Any, host: EmulatorHost, /, target_arn: str, func_name: str, event: Json, result: Json
) -> None:
    role = pinned.module("services.lambda_svc")._functions[func_name]["config"]["Role"]
    if ":sqs:" in target_arn and host.check(role, "sqs:SendMessage", target_arn, None, func_name):
        return
    host.not_rehearsed(
        "shape of a function's dead letters", "the event arrives inside a destination's envelope"
    )
    original(target_arn, func_name, event, result)


def _invoke_asynchronously(arn: str, payload: str) -> None:
    """Two retries, then the function's dead-letter queue or destination."""
    lambdas = pinned.module("services.lambda_svc")
    function, config, _ = lambdas._get_func_record_for_ref(arn)
    if function is None:
        _log.error("%s is not delivered: no such function", arn)
        return
    record = lambdas._execution_record_for_config(function, config)
    lambdas.invoke_async_with_retry(record, json.loads(payload))


def _denied(host: EmulatorHost, target: Json, rule: Json) -> str | None:
    arn = target.get("Arn", "")
    if ":function:" in arn and ":rule/" in rule.get("Arn", ""):
        return _not_permitted(host, arn, rule["Arn"])
    if ":stateMachine:" in arn:
        try:
            return host.check(target.get("RoleArn", ""), "states:StartExecution", arn, None, "EventBridge")
        except ApiError as error:
            return error.message
    return None


def _not_permitted(host: EmulatorHost, function: str, rule: str) -> str | None:
    """Whether the function's policy denies EventBridge the invocation for this rule."""
    service, action = "events.amazonaws.com", "lambda:InvokeFunction"
    context = {"aws:SourceArn": rule, "aws:SourceAccount": host.account}
    found = pinned.module("services.lambda_svc").function_policy_for_arn(function)
    protecting = found[0].get("Statement", []) if found else []
    allowed = decisions.service_may(service, action, function, protecting, context)
    reason = None if allowed else "no statement of the function's policy allows it"
    host.record(service, action, function, reason, context)
    return reason


def _fill(text: str, event: Json) -> str:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""
    at = datetime.fromtimestamp(float(event["Time"]), UTC).replace(microsecond=0)
    values = {
        "<aws.scheduler.attempt-number>": "1",
        "<aws.scheduler.execution-id>": str(uuid.uuid4()),
        "<aws.scheduler.schedule-arn>": event["Resources"][0],
        "<aws.scheduler.scheduled-time>": at.isoformat().replace("+00:00", "Z"),
    }
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
