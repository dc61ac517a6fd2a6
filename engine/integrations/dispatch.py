"""Runs a state's service integration as a real SDK call under the state machine's role."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError, UnknownServiceError

from engine import clients
from engine.integrations import naming
from engine.integrations.table import OPTIMIZED, SDK_SERVICES, Integration, Wait

_RESOURCE = re.compile(
    r"arn:aws:states:::(?P<sdk>aws-sdk:)?(?P<service>\w+):(?P<action>\w+)(?P<pattern>\.sync(?::2)?|\.waitForTaskToken)?"
)
_POLL_SECONDS = 0.1
_RESULT_LIMIT = 262_144  # bytes of a state's result: a Step Functions quota
# A Lambda may run for 15 minutes; retries are the state machine's, never the SDK's.
_CONFIG = Config(read_timeout=930, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


class TaskError(Exception):
    """A task's failure as Retry and Catch see it."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name}: {cause}")
        self.name, self.cause = name, cause


@dataclass(frozen=True)
class Caller:
    """The execution of a task. `check` returns the denial's text for (action, resource), or None; `pause`
    waits for seconds and returns whether the task was cancelled meanwhile."""

    credentials: Mapping[str, str]
    check: Callable[[str, str], str | None]
    pause: Callable[[float], bool]


class Dispatcher:
    """`run` performs one task. Thread-safe."""

    def __init__(self, endpoint: str, region: str, account: str) -> None:
        self._endpoint, self._region = endpoint, region
        self._arn_prefix = f"arn:aws:sagemaker:{region}:{account}"

    def run(self, resource: str, arguments: Any, caller: Caller) -> Any:
        """The task's result; raises TaskError."""
        match = _RESOURCE.fullmatch(resource)
        if match is None:
            raise TaskError("States.Runtime", f"{resource} is not a service integration")
        pattern = match["pattern"] or ""
        if match["sdk"]:
            result = self._run_sdk(match["service"], match["action"], arguments, caller)
        else:
            integration = OPTIMIZED.get(f"{match['service']}:{match['action']}")
            if integration is None or (pattern.startswith(".sync") and integration.wait is None):
                raise TaskError(
                    "States.Runtime",
                    f"{resource} is not rehearsed. Add it to engine/integrations/table.py.",
                )
            result = self._run_optimized(integration, pattern, arguments, caller)
        if len(json.dumps(result).encode()) > _RESULT_LIMIT:
            raise TaskError(
                "States.DataLimitExceeded",
                f"The state/task '{resource}' returned a result with a size exceeding the maximum "
                "number of bytes service limit.",
            )
        return result

    def _run_sdk(self, service: str, action: str, arguments: Any, caller: Caller) -> Any:
        client = self._client(SDK_SERVICES.get(service, service), caller)
        name = action[:1].upper() + action[1:]
        if name not in client.meta.service_model.operation_names:
            raise TaskError("States.Runtime", f"{service} has no API action {action}")
        prefix = naming.service_name(client.meta.service_model)
        integration = Integration(service, name, prefix, f"{prefix}Exception")
        answer, shape = _call(client, integration, name, arguments, text_members=False)
        return {} if shape is None else naming.to_result(answer, shape)

    def _run_optimized(self, integration: Integration, pattern: str, arguments: Any, caller: Caller) -> Any:
        client = self._client(integration.service, caller)
        if integration.operation == "Invoke":
            arguments = {**arguments, "Payload": json.dumps(arguments.get("Payload", {}))}
        wait = integration.wait if pattern.startswith(".sync") else None
        if wait:
            for action, resource in integration.permissions(arguments, self._arn_prefix):
                if denied := caller.check(action, resource):
                    raise TaskError(f"{integration.prefix}.{integration.unmodeled}", denied)
        answer, shape = _call(client, integration, integration.operation, arguments, text_members=True)
        if wait:
            operation = client.meta.service_model.operation_model(integration.operation)
            params = naming.to_request(arguments, operation.input_shape, text_members=True)
            result = _follow(client, integration, wait, params, answer, caller)
            if pattern == ".sync:2" and wait.json_output:
                member = naming.java_name(wait.json_output)
                result[member] = json.loads(result.get(member) or "null")
            return result
        if integration.operation == "Invoke":
            return _invocation_result(answer)
        if answer.get("FailedEntryCount"):
            raise TaskError("EventBridge.FailedEntry", json.dumps(answer["Entries"]))
        result = naming.to_result(answer, shape, epoch_millis=True)
        return {**result, **_metadata(answer)} if integration.with_metadata else result

    def _client(self, service: str, caller: Caller) -> Any:
        try:
            return clients.client(service, self._endpoint, self._region, caller.credentials, _CONFIG)
        except UnknownServiceError as error:
            raise TaskError("States.Runtime", f"{service} is not a service of the AWS SDK") from error


def _follow(
    client: Any,
    integration: Integration,
    wait: Wait,
    params: Mapping[str, Any],
    started: Mapping[str, Any],
    caller: Caller,
) -> Any:
    """The result of a task once what it started has succeeded."""
    while True:
        key = wait.key(params, started)
        answer, shape = _call(client, integration, wait.describe, key, text_members=False)
        if wait.inside:
            answer, shape = answer[wait.inside], shape.members[wait.inside]
        status = wait.status(answer)
        if status in wait.succeeded | wait.failed:
            result = naming.to_result(answer, shape, epoch_millis=True)
            if status in wait.failed:
                raise TaskError("States.TaskFailed", json.dumps(result))
            return result
        if caller.pause(_POLL_SECONDS):
            _call(client, integration, wait.stop, wait.stop_key(params, started), text_members=False)
            raise TaskError("States.Timeout", f"the task was cancelled and {wait.stop} called")


def _call(
    client: Any, integration: Integration, name: str, arguments: Any, text_members: bool
) -> tuple[Any, Any]:
    """The answer of an operation of the integration's service, with its shape."""
    operation = client.meta.service_model.operation_model(name)
    params = naming.to_request(arguments or {}, operation.input_shape, text_members)
    try:
        return getattr(client, xform_name(name))(**params), operation.output_shape
    except ParamValidationError as error:
        # AWS refuses most of these when the state machine is created; none can be caught.
        raise TaskError("States.Runtime", f"{integration.prefix}:{name}: {error}") from error
    except ClientError as error:
        known = naming.error_name(error, operation, integration.unmodeled)
        raise TaskError(f"{integration.prefix}.{known}", naming.cause(error, operation)) from error


def _invocation_result(answer: Mapping[str, Any]) -> dict[str, Any]:
    text = answer["Payload"].read().decode()
    payload = json.loads(text) if text else None
    if answer.get("FunctionError"):
        # Error is the function's errorType, Cause the whole error object as text.
        raise TaskError((payload or {}).get("errorType") or "Lambda.Unknown", text)
    return {
        "ExecutedVersion": answer.get("ExecutedVersion", "$LATEST"),
        "Payload": payload,
        "StatusCode": answer["StatusCode"],
        **_metadata(answer),
    }


def _metadata(answer: Mapping[str, Any]) -> dict[str, Any]:
    metadata = answer.get("ResponseMetadata", {})
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {},
            "HttpHeaders": {},
            "HttpStatusCode": metadata.get("HTTPStatusCode"),
        },
        "SdkResponseMetadata": {"RequestId": metadata.get("RequestId", "")},
    }
