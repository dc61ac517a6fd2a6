"""Seam: Service Quotas, which the emulator has not, routed and IAM-checked like its own services."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from engine.emulator import pinned
from engine.host import ApiError

_NAME = "servicequotas"
_JSON = "application/x-amz-json-1.1"
_Response = tuple[int, dict[str, str], bytes]


class QuotaApi(Protocol):
    """What engine.quotas.ServiceQuotas offers the emulator."""

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]: ...


def install(quotas: QuotaApi) -> None:
    router, app, actions = (pinned.module(name) for name in ("core.router", "app", "core.iam_actions"))
    router.SERVICE_PATTERNS[_NAME] = {
        "target_prefixes": ["ServiceQuotasV20190624."],
        "host_patterns": [r"servicequotas\."],
    }
    actions.SERVICE_TO_IAM_NAMESPACE[_NAME] = _NAME

    async def handler(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any
    ) -> _Response:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            answer = quotas.call(operation, json.loads(body or b"{}"))
        except ApiError as error:
            problem = {"__type": error.code, "Message": error.message}
            return (
                error.status,
                {"Content-Type": _JSON, "x-amzn-errortype": error.code},
                json.dumps(problem).encode(),
            )
        return 200, {"Content-Type": _JSON}, json.dumps(answer).encode()

    app.SERVICE_HANDLERS[_NAME] = handler
