"""Seam: Budgets in an account that is a member of an organization, before its payer lets it have any."""

import json
from typing import Any, NoReturn

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost

_TYPE = "AWS::Budgets::Budget"


def refuse(host: EmulatorHost) -> None:
    refusal = (
        f"Account {host.account} is a linked account. To enable budgets for your account, ask the payer "
        "account to enable budgets first."
    )
    code = "AccessDeniedException"

    async def handler(*request: Any) -> tuple[int, dict[str, str], bytes]:
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
        return 400, headers, json.dumps({"__type": code, "Message": refusal}).encode()

    def create(logical_id: str, props: dict[str, Any], stack: str) -> NoReturn:
        raise RuntimeError(refusal)

    handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    handlers[_TYPE] = {**handlers[_TYPE], "create": create}
    pinned.module("app").SERVICE_HANDLERS["budgets"] = handler
