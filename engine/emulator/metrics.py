"""Seam: metrics that services send by themselves. The emulator (1.5.33) sends those of Lambda alone."""

import logging
import threading
import time
from collections.abc import Container, Mapping
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.sagemaker.hosting import INVOCATION_METRICS

# Status of an execution -> the metric that counts it.
_EXECUTIONS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}
_SENT: Mapping[str, Container[str]] = {
    "AWS/ApiGateway": {"Count", "4XXError", "5XXError"},
    "AWS/Lambda": {"Invocations", "Errors", "Throttles", "Duration"},
    "AWS/SageMaker": INVOCATION_METRICS.keys(),
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
    "AWS/States": _EXECUTIONS.values(),
}
_QUEUES_EVERY_SECONDS = 60

_log = logging.getLogger(__name__)


def install(host: EmulatorHost, scale: float) -> None:
    """Measure executions, requests and queues until the engine ends; `scale` is the length of a period's
    second in real seconds."""
    _count_executions.install(host)
    _count_requests.install(host)
    threading.Thread(target=_keep_measuring_queues, args=(host, scale), daemon=True).start()


def sent(namespace: str, name: str) -> bool:
    """Whether a metric has data here; namespaces of one's own have what is put there."""
    return not namespace.startswith("AWS/") or name in _SENT.get(namespace, ())


@pinned.replaces("services.stepfunctions:_emit_execution_status_event")
def _count_executions(original: Any, host: EmulatorHost, /, execution: dict[str, Any]) -> None:
    original(execution)
    machine = {"StateMachineArn": execution["stateMachineArn"]}
    host.metric("AWS/States", _EXECUTIONS[execution["status"]], 1, "Count", machine)


@pinned.replaces("services.apigateway_v1:_handle_execute_in_scope")
async def _count_requests(original: Any, host: EmulatorHost, api_id: str, *request: Any) -> Any:
    """AWS counts by the name of an API, and by its methods only where a stage asks for detailed metrics."""
    answer = await original(api_id, *request)
    apis = pinned.module("services.apigateway_v1")._rest_apis
    status, api = answer[0], {"ApiName": apis.get(api_id, {}).get("name", "")}
    values = {"Count": 1, "4XXError": int(400 <= status < 500), "5XXError": int(status >= 500)}
    for name, value in values.items():
        host.metric("AWS/ApiGateway", name, value, "Count", api)
    return answer


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
