"""Seam: corrections of the emulator's Amazon States Language interpreter (found by probes, 1.5.33)."""

import copy
import json
import threading
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.journal import now

Json = dict[str, Any]

# "States.ALL ... can't catch the States.DataLimitExceeded terminal error and Runtime error types":
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
_TERMINAL = {"States.Runtime", "States.DataLimitExceeded"}


def install(host: EmulatorHost, wait_scale: float) -> None:
    sfn = pinned.module("services.stepfunctions")
    _keep_terminal_errors.install()
    _evaluate_assign_at_once.install()
    _apply_choice_default_output.install(sfn)
    _apply_succeed_output.install(sfn)
    _run_parallel_in_jsonata.install(sfn)
    _scope_variables.install()
    _fail_once.install()
    _time_out_executions.install(sfn)
    if wait_scale != 1:
        host.not_rehearsed(
            "length of Wait states and Retry delays",
            f"a state machine's second lasts {wait_scale} s; MaxDelaySeconds and JitterStrategy are ignored",
        )


@pinned.replaces("services.stepfunctions:_error_matches")
def _keep_terminal_errors(original: Any, /, error_equals: list[str], error: str) -> bool:
    if error in _TERMINAL:
        return error in error_equals
    return bool(original(error_equals, error))


@pinned.replaces("services.stepfunctions:_apply_state_assign")
def _evaluate_assign_at_once(
    original: Any, /, state_def: Json, raw_input: Any, ctx: Any, result: Any = None, error_output: Any = None
) -> None:
    """All expressions of one Assign use the variables as of the start of the state."""
    assign = state_def.get("Assign")
    if ctx is None or not isinstance(assign, dict):
        return
    before = ctx.setdefault("variables", {})
    assigned = {}
    for name in assign:
        scratch = {**ctx, "variables": dict(before)}
        one = {**state_def, "Assign": {name: assign[name]}}
        original(one, raw_input, scratch, result, error_output)
        if name in scratch["variables"]:
            assigned[name] = scratch["variables"][name]
    before.update(assigned)


@pinned.replaces("services.stepfunctions:_execute_choice")
def _apply_choice_default_output(
    original: Any, sfn: Any, /, state_def: Json, raw_input: Any, ctx: Any = None
) -> Any:
    """Output and Assign of the state itself apply to its Default; the emulator drops the Output."""
    default = state_def.get("Default")
    if default is None or sfn._state_query_language(state_def, ctx) != "JSONata":
        return original(state_def, raw_input, ctx)
    otherwise = {"Condition": True, "Next": default}
    otherwise |= {key: state_def[key] for key in ("Output", "Assign") if key in state_def}
    # A rule is evaluated like a state, with the query language of the machine.
    return original({**state_def, "Choices": [*state_def["Choices"], otherwise]}, raw_input, ctx)


@pinned.replaces("services.stepfunctions:_apply_output_path")
def _apply_succeed_output(original: Any, sfn: Any, /, state_def: Json, data: Any, ctx: Any = None) -> Any:
    """The Output of a Succeed state is that of the execution; the emulator evaluates its OutputPath only."""
    if state_def.get("Type") == "Succeed" and "Output" in state_def:
        return sfn._apply_jsonata_output(state_def, data, ctx)
    return original(state_def, data, ctx)


@pinned.replaces("services.stepfunctions:_run_parallel_branches")
def _run_parallel_in_jsonata(
    original: Any, sfn: Any, /, state_def: Json, raw_input: Any, execution: Json, ctx: Any
) -> Any:
    """The emulator reads a Parallel state's JSONPath fields only, so Arguments, Output and Assign were
    ignored."""
    if sfn._state_query_language(state_def, ctx) != "JSONata":
        return original(state_def, raw_input, execution, ctx)
    state = ctx["State"]
    arguments = sfn._apply_jsonata_arguments(state_def, raw_input, ctx)
    branches = {"Branches": state_def["Branches"], "End": True}
    results, _ = original(branches, arguments, execution, ctx)
    ctx["State"] = state
    output = sfn._apply_jsonata_output(state_def, raw_input, ctx, result=results, default=results)
    sfn._apply_state_assign(state_def, raw_input, ctx, result=results)
    return output, sfn._next_or_end(state_def)


@pinned.replaces("services.stepfunctions:_run_sub_machine")
def _scope_variables(
    original: Any, /, states: Json, start_at: str, input_data: Any, execution: Json, ctx: Any
) -> Any:
    """Branches and iterations read the outer variables; their assignments are local."""
    return original(states, start_at, input_data, execution, copy.deepcopy(ctx))


@pinned.replaces("services.stepfunctions:_fail_execution")
def _fail_once(original: Any, /, execution: Json, error: str, cause: str) -> None:
    """Nothing overwrites the end of an execution that timed out."""
    if execution["status"] == "RUNNING":
        original(execution, error, cause)


@pinned.replaces("services.stepfunctions:_run_execution")
def _time_out_executions(original: Any, sfn: Any, /, exec_arn: str) -> None:
    """TimeoutSeconds of the machine itself, in real seconds."""
    execution = sfn._executions.get(exec_arn) or {}
    machine = sfn._state_machines.get(execution.get("stateMachineArn")) or {}
    seconds = json.loads(machine.get("definition", "{}")).get("TimeoutSeconds")

    def time_out() -> None:
        if execution["status"] != "RUNNING":
            return
        execution.update(status="TIMED_OUT", stopDate=now(), error="States.Timeout")
        sfn._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
        sfn._emit_execution_status_event(execution)

    timer = threading.Timer(seconds or 0, time_out)
    timer.daemon = True
    if seconds:
        timer.start()
    try:
        original(exec_arn)
    finally:
        timer.cancel()
