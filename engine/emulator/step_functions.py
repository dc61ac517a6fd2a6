"""Seam: state machine tasks are real calls under the machine's role, instead of calls within the emulator."""

import contextvars
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, NamedTuple

from engine.emulator import map_runs, pinned
from engine.emulator.host import EmulatorHost
from engine.host import ApiError
from engine.integrations.dispatch import Caller, Dispatcher, TaskError


class _Task(NamedTuple):
    role_arn: str
    execution: dict[str, Any]
    cancelled: threading.Event


_task: contextvars.ContextVar[_Task] = contextvars.ContextVar("rehearsal_task")


def install(host: EmulatorHost) -> None:
    sfn = pinned.module("services.stepfunctions")
    dispatcher = Dispatcher(host.endpoint, host.region, host.account)
    execute_task, invoke_resource = sfn._execute_task, sfn._invoke_resource

    def role_of(execution: dict[str, Any]) -> str:
        # A child of a distributed map has its parent's role; its machine is `<machine>/<label>`.
        machine = sfn._state_machines.get(execution["stateMachineArn"].partition("/")[0]) or {}
        return str(machine.get("roleArn", ""))

    def execute(state_def: dict[str, Any], raw_input: Any, execution: dict[str, Any], ctx: Any) -> Any:
        token = _task.set(_Task(role_of(execution), execution, threading.Event()))
        try:
            timeout = _timeout_seconds(sfn, state_def, raw_input, ctx)
            return execute_task({**state_def, **timeout}, raw_input, execution, ctx)
        finally:
            _task.reset(token)

    def dispatch(resource: str, arguments: Any) -> Any:
        return perform(_task.get(), resource, arguments)

    def perform(task: _Task, resource: str, arguments: Any) -> Any:
        _show_parameters(task.execution, resource, arguments)
        session = str(task.execution.get("name", "execution"))
        try:
            caller = Caller(
                credentials=host.credentials(task.role_arn, session),
                check=lambda action, arn: host.check(task.role_arn, action, arn, None, session),
                pause=lambda seconds: _pause(task, seconds),
            )
            return dispatcher.run(resource, arguments, caller)
        except TaskError as error:
            raise sfn._ExecutionError(error.name, error.cause) from error
        except ApiError as error:
            raise sfn._ExecutionError("States.Runtime", error.message) from error

    def invoke(resource: str, input_data: Any) -> Any:
        if resource.startswith("arn:aws:states:::"):
            return dispatch(resource, input_data)
        return invoke_resource(resource, input_data)

    def call_lambda(func_ref: str, event: Any) -> Any:
        arguments = {"FunctionName": func_ref, "Payload": event}
        return dispatch("arn:aws:states:::lambda:invoke", arguments)["Payload"]

    def invoke_with_timeout(resource: str, input_data: Any, timeout: float) -> Any:
        pool = ThreadPoolExecutor(max_workers=1)
        future = pool.submit(contextvars.copy_context().run, invoke, resource, input_data)
        pool.shutdown(wait=False)
        try:
            return future.result(timeout=timeout)
        except FutureTimeoutError:
            _task.get().cancelled.set()  # the dispatcher stops the job it waits for
            raise sfn._ExecutionError("States.Timeout", f"Task timed out after {timeout} seconds") from None

    def call(execution: dict[str, Any], resource: str, arguments: Any) -> Any:
        return perform(_Task(role_of(execution), execution, threading.Event()), resource, arguments)

    def check(execution: dict[str, Any], action: str, resource: str) -> str | None:
        return host.check(role_of(execution), action, resource, None, str(execution["name"]))

    map_runs.install(call, check)
    sfn._execute_task = execute
    sfn._invoke_resource = invoke
    sfn._invoke_resource_with_timeout = invoke_with_timeout
    sfn._call_lambda = call_lambda
    # The callback pattern (.waitForTaskToken) sends its message through these two.
    sfn._SERVICE_DISPATCH.clear()
    sfn._SERVICE_DISPATCH["arn:aws:states:::"] = _without_pattern(dispatch)
    sfn._invoke_aws_sdk_integration = _without_pattern(dispatch)
    _start_once.install(sfn)


def _show_parameters(execution: dict[str, Any], resource: str, arguments: Any) -> None:
    """A history contains the parameters of a task; the emulator's has the resource only."""
    for event in reversed(execution["events"]):
        details = event.get("taskScheduledEventDetails", {})
        if details.get("resource") == resource and "parameters" not in details:
            details["parameters"] = json.dumps(arguments)
            return


def _without_pattern(dispatch: Any) -> Any:
    return lambda resource, arguments: dispatch(re.sub(r"\.\w+(:2)?$", "", resource), arguments)


def _pause(task: _Task, seconds: float) -> bool:
    """Wait; true when the task timed out, or the execution ended (StopExecution, its own timeout)."""
    return task.cancelled.wait(seconds) or task.execution["status"] != "RUNNING"


def _timeout_seconds(sfn: Any, state_def: dict[str, Any], raw_input: Any, ctx: Any) -> dict[str, Any]:
    """TimeoutSeconds may be a JSONata expression; the emulator takes only a number."""
    if not isinstance(state_def.get("TimeoutSeconds"), str):
        return {}
    value = sfn._jsonata_state_field(state_def, "TimeoutSeconds", "number", raw_input, ctx)
    return {"TimeoutSeconds": value}


@pinned.replaces("services.stepfunctions:_start_execution")
def _start_once(original: Any, sfn: Any, /, data: dict[str, Any]) -> Any:
    """A second start with the same name and input succeeds while the first one runs, as on AWS:
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""
    machine, name = str(data.get("stateMachineArn", "")), data.get("name")
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    running = sfn._executions.get(arn) if name else None
    if running and running["status"] == "RUNNING" and _same(running["input"], data.get("input", "{}")):
        answer = {"executionArn": arn, "startDate": running["startDate"]}
        return 200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(answer).encode()
    return original(data)


def _same(first: str, second: str) -> bool:
    try:
        return bool(json.loads(first) == json.loads(second))
    except ValueError:
        return first == second
