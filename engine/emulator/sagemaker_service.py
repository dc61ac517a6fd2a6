"""Seam: SageMaker and its runtime, routed and IAM-checked like the emulator's own services."""

import asyncio
import contextvars
import json
import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import unquote

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost, denial_text
from engine.host import ApiError

_INVOCATION = re.compile(r"/endpoints/([^/]+)/invocations")
_Response = tuple[int, dict[str, str], bytes]


class SageMakerApi(Protocol):
    """What engine.sagemaker.SageMaker offers the emulator."""

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]: ...
    def invoke_endpoint(
        self,
        name: str,
        body: bytes,
        content_type: str,
        accept: str | None,
        inference_id: str | None,
        custom_attributes: str | None = None,
    ) -> _Response: ...
    def resource_arn(self, operation: str, params: Mapping[str, Any]) -> str: ...


def install(host: EmulatorHost, sagemaker: SageMakerApi) -> None:
    router, app, actions = (pinned.module(name) for name in ("core.router", "app", "core.iam_actions"))
    router.SERVICE_PATTERNS["sagemaker"] = {
        "target_prefixes": ["SageMaker."],
        "host_patterns": [r"sagemaker\."],
    }
    actions.SERVICE_TO_IAM_NAMESPACE["sagemaker"] = "sagemaker"
    original_action, original_arn = actions.extract_iam_action, actions.extract_resource_arn

    def extract_iam_action(
        service: str, method: str, path: str, headers: Any, body: bytes, query_params: Any
    ) -> Any:
        if service == "sagemaker" and _INVOCATION.fullmatch(path):
            return "sagemaker:InvokeEndpoint"
        return original_action(service, method, path, headers, body, query_params)

    def extract_resource_arn(
        service: str,
        method: str,
        path: str,
        headers: Any,
        body: bytes,
        query_params: Any,
        region: str,
        account_id: str,
    ) -> Any:
        if service != "sagemaker":
            return original_arn(service, method, path, headers, body, query_params, region, account_id)
        if match := _INVOCATION.fullmatch(path):
            return sagemaker.resource_arn("InvokeEndpoint", {"EndpointName": unquote(match[1])})
        return sagemaker.resource_arn(_operation(headers), _json(body))

    actions.extract_iam_action = extract_iam_action
    actions.extract_resource_arn = extract_resource_arn

    async def handler(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any
    ) -> _Response:
        # Creating an endpoint or a job may call back into the emulator: never on the event loop.
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, context.run, _answer, sagemaker, path, headers, body)

    app.SERVICE_HANDLERS["sagemaker"] = handler


def _answer(sagemaker: SageMakerApi, path: str, headers: dict[str, str], body: bytes) -> _Response:
    try:
        if match := _INVOCATION.fullmatch(path):
            return sagemaker.invoke_endpoint(
                unquote(match[1]),
                body,
                headers.get("content-type", ""),
                headers.get("accept"),
                headers.get("x-amzn-sagemaker-inference-id"),
                headers.get("x-amzn-sagemaker-custom-attributes"),
            )
        operation, params = _operation(headers), _json(body)
        if params.get("Tags"):
            _require_add_tags(headers, sagemaker.resource_arn(operation, params))
        answer = sagemaker.call(operation, params)
    except ApiError as error:
        problem = {"__type": error.code, "message": error.message}
        answer_headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "x-amzn-errortype": error.code,
        }
        return error.status, answer_headers, json.dumps(problem).encode()
    return (
        200,
        {"Content-Type": "application/x-amz-json-1.1"},
        json.dumps(answer).encode(),
    )


def _require_add_tags(headers: dict[str, str], arn: str) -> None:
    """Creating a tagged resource needs sagemaker:AddTags beside the create action."""
    evaluator = pinned.module("core.iam_evaluator")
    access_key = pinned.module("core.router").extract_access_key_id(headers)
    denied = evaluator.enforce(access_key, "sagemaker:AddTags", "sagemaker", "us-east-1", arn)
    if denied is not None:
        identity = evaluator.resolve_caller_identity(access_key) or {"userArn": access_key}
        raise ApiError(
            "AccessDeniedException", denial_text(identity["userArn"], "sagemaker:AddTags", arn, denied)
        )


def _operation(headers: dict[str, str]) -> str:
    return headers.get("x-amz-target", "").rpartition(".")[2]


def _json(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
