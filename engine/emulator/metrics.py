"""Seam: metrics that services send by themselves. The emulator (1.5.33) sends those of Lambda alone."""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost

# Status of an execution -> the metric that counts it.
_EXECUTIONS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}
_SENT: Mapping[str, frozenset[str]] = {
    "AWS/ApiGateway": frozenset({"Count", "4XXError", "5XXError"}),
    "AWS/Lambda": frozenset({"Invocations", "Errors", "Throttles", "Duration"}),
    "AWS/SageMaker": frozenset(
        {"Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency", "OverheadLatency"}
    ),
    "AWS/SQS": frozenset({"ApproximateNumberOfMessagesVisible"}),
    "AWS/States": frozenset(_EXECUTIONS.values()),
}
_QUEUES_EVERY_SECONDS = 60

_log = logging.getLogger(__name__)


def install(host: EmulatorHost, scale: float) -> None:
    """Measure executions, requests and queues until the engine ends; `scale` is the length of a period's
    second in real seconds."""
    _count_executions(host)
    _count_requests(host)
    threading.Thread(target=_keep_measuring_queues, args=(host, scale), daemon=True).start()


def sent(namespace: str, name: str) -> bool:
    """Whether a metric has data here; namespaces of one's own have what is put there."""
    return not namespace.startswith("AWS/") or name in _SENT.get(namespace, ())


def _count_executions(host: EmulatorHost) -> None:
    sfn = pinned.module("services.stepfunctions")
    original = sfn._emit_execution_status_event

    def emit(execution: dict[str, Any]) -> None:
        original(execution)
        machine = {"StateMachineArn": execution["stateMachineArn"]}
        host.metric("AWS/States", _EXECUTIONS[execution["status"]], 1, "Count", machine)

    sfn._emit_execution_status_event = emit


def _count_requests(host: EmulatorHost) -> None:
    """AWS counts by the name of an API, and by its methods only where a stage asks for detailed metrics."""
    gateway = pinned.module("services.apigateway_v1")
    handle = gateway._handle_execute_in_scope

    async def handled(api_id: str, *request: Any) -> Any:
        answer = await handle(api_id, *request)
        status, api = answer[0], {"ApiName": gateway._rest_apis.get(api_id, {}).get("name", "")}
        values = {"Count": 1, "4XXError": int(400 <= status < 500), "5XXError": int(status >= 500)}
        for name, value in values.items():
            host.metric("AWS/ApiGateway", name, value, "Count", api)
        return answer

    gateway._handle_execute_in_scope = handled


def _keep_measuring_queues(host: EmulatorHost, scale: float) -> None:
    while True:
        try:
            _measure_queues(host)
        except Exception:  # noqa: BLE001 - a queue that is made at this moment must not end the measurements
            _log.exception("the queues were not measured")
        # A scale of 0 leaves no time between two looks, and they would take all of a processor.
        time.sleep(max(_QUEUES_EVERY_SECONDS * scale, 0.1))


def _measure_queues(host: EmulatorHost) -> None:
    now = time.time()
    for queue in pinned.module("services.sqs")._queues.values():
        visible = sum(message["visible_at"] <= now for message in list(queue["messages"]))
        # Minutes without a message say nothing that an alarm needs, and data never expires here.
        if visible > 0:
            name = {"QueueName": queue["name"]}
            host.metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", visible, "Count", name)
