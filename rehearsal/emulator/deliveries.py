"""Seam: rules and schedules start state machines with the role their target names, and schedules say when.

The emulator starts them inside its process whoever the role is, and leaves a schedule's placeholders as
they are."""

import logging
import uuid
from datetime import UTC, datetime
from typing import Any

from rehearsal.emulator import pinned
from rehearsal.emulator.host import EmulatorHost
from rehearsal.host import ApiError

_log = logging.getLogger("rehearsal.deliveries")


def install(host: EmulatorHost) -> None:
    eventbridge = pinned.module("services.eventbridge")
    original = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], event: dict[str, Any], rule: Any, view: Any = None) -> None:
        if event.get("Source") == "aws.scheduler" and target.get("Input"):
            target = {**target, "Input": _fill(target["Input"], event)}
        denied = _denied(host, target)
        if denied:
            _log.error("%s is not delivered: %s", target["Arn"], denied)
            return
        original(target, event, rule, view)

    eventbridge._invoke_target = invoke_target


def _denied(host: EmulatorHost, target: dict[str, Any]) -> str | None:
    if ":stateMachine:" not in target.get("Arn", ""):
        return None
    try:
        return host.check(
            target.get("RoleArn", ""), "states:StartExecution", target["Arn"], None, "EventBridge"
        )
    except ApiError as error:
        return error.message


def _fill(text: str, event: dict[str, Any]) -> str:
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
