"""Seam: a stack operation's resource calls are checked against CloudFormation's role for the stack."""

from collections.abc import Iterable
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.host import ApiError
from engine.services import Permission


class ServiceRoles:
    """Keeps each stack's role: the given RoleARN (kept for later operations, as on AWS), else the role of the
    caller. Stacks operated by the account root are not limited."""

    def __init__(self, host: EmulatorHost) -> None:
        self._host = host
        self._roles: dict[str, str | None] = {}
        self._passed: set[str] = set()

    def install(self) -> None:
        handlers = pinned.module("services.cloudformation.handlers")._ACTION_HANDLERS
        # The CDK CLI creates and updates stacks by change sets, which carry the role.
        for action in ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet"):
            handlers[action] = self._remembering(handlers[action])

    def require(self, stack: str, calls: Iterable[Permission]) -> None:
        """Raise ApiError when the stack's role may not make a call: (action, resource, condition context)."""
        role = self._roles.get(stack)
        for action, resource, context in calls if role else ():
            denied = self._host.check(role or "", action, resource, context, "AWSCloudFormation")
            if denied:
                raise ApiError("AccessDeniedException", denied)

    def _remembering(self, handler: Any) -> Any:
        def remembering(params: dict[str, Any]) -> Any:
            answer = handler(params)
            if answer[0] == 200:
                name = params.get("StackName", [""])[0]
                # arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
                self._remember(name.split("/")[1] if name.startswith("arn:") else name, params)
            return answer

        return remembering

    def _remember(self, stack: str, params: dict[str, Any]) -> None:
        if params.get("RoleARN"):
            self._roles[stack] = params["RoleARN"][0]
            self._passed.add(stack)
        elif stack not in self._passed:
            caller = pinned.module("core.iam_evaluator").caller_arn()
            # arn:aws:sts::<account>:assumed-role/<role>/<session>
            assumed = ":assumed-role/" in caller
            self._roles[stack] = (
                f"arn:aws:iam::{self._host.account}:role/{caller.split('/')[1]}" if assumed else None
            )
