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
from engine.emulator.settings import ROOT_ACCESS_KEY

# Below every caller's timeout; longer operations, such as a rollout, are seen in progress as on AWS.
_LONGEST_SECONDS = 2.0
_POLL_SECONDS = 0.01


def install() -> None:
    handlers = pinned.module("app").SERVICE_HANDLERS
    stacks, answer = pinned.module("services.cloudformation")._stacks, handlers["cloudformation"]
    access_key = pinned.module("core.router").extract_access_key_id
    throttled: set[str] = set()

    async def answer_when_settled(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Any:
        updated = _stack_of(b"UpdateStack", body)
        if updated and updated not in throttled and access_key(headers, query_params) != ROOT_ACCESS_KEY:
            throttled.add(updated)
            return pinned.module("services.cloudformation.helpers")._error("Throttling", "Rate exceeded")
        if name := _stack_of(b"DescribeStacks", body):
            deadline = time.monotonic() + _LONGEST_SECONDS
            # Other requests are answered meanwhile, because all share this event loop.
            while _in_progress(stacks.get(name)) and time.monotonic() < deadline:
                await asyncio.sleep(_POLL_SECONDS)
        return await answer(method, path, headers, body, query_params)

    handlers["cloudformation"] = answer_when_settled


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
