"""Seam: DescribeStacks of a stack in progress answers when its operation ends, at the latest after two
seconds; a role's first UpdateStack of a stack is throttled.

The CDK CLI polls right after it started an operation and then every five seconds. The emulator ends most
operations within one, so a deployment would mostly wait for the CLI. The answer stays true, it only comes
later.

CloudFormation may throttle any call, so every run tests that a state machine retries. The root is excepted,
because it deploys with a CLI that retries anyway."""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

from engine.emulator import pinned
from engine.emulator.services import access_key
from engine.emulator.settings import ROOT_ACCESS_KEY
from engine.services.protocols import Request

# Below every caller's timeout; longer operations, such as a rollout, are seen in progress as on AWS.
_LONGEST_SECONDS = 2.0
_POLL_SECONDS = 0.01
# The stacks whose first update was throttled.
_throttled: set[str] = set()


@pinned.replaces("app:SERVICE_HANDLERS[cloudformation]")
async def answer_when_settled(original: Any, *request: Any) -> Any:
    asked, stacks = Request(*request), pinned.module("services.cloudformation")._stacks
    updated = _stack_of(b"UpdateStack", asked.body)
    if updated and updated not in _throttled and access_key(asked) != ROOT_ACCESS_KEY:
        _throttled.add(updated)
        return pinned.module("services.cloudformation.helpers")._error("Throttling", "Rate exceeded")
    if name := _stack_of(b"DescribeStacks", asked.body):
        deadline = time.monotonic() + _LONGEST_SECONDS
        # Other requests are answered meanwhile, because all share this event loop.
        while _in_progress(stacks.get(name)) and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_SECONDS)
    return await original(*request)


def _stack_of(action: bytes, body: bytes) -> str | None:
    """Name of the stack of a request with this action, from its name or ARN."""
    if b"Action=" + action not in body:
        return None
    name = parse_qs(body.decode("utf-8", "replace")).get("StackName", [""])[0]
    # arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
    return name.split("/")[1] if name.startswith("arn:") else name


def _in_progress(stack: dict[str, Any] | None) -> bool:
    status = str((stack or {}).get("StackStatus", ""))
    # REVIEW_IN_PROGRESS lasts until a person executes a change set.
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
