"""Seam: corrections of the emulator's Amazon States Language interpreter (found by probes, 1.5.33)."""

import copy
import threading
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.journal import now

# "States.ALL ... can't catch the States.DataLimitExceeded terminal error and Runtime error types":
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
_TERMINAL = {"States.Runtime", "States.DataLimitExceeded"}


def install(host: EmulatorHost, wait_scale: float) -> None:
    sfn = pinned.module("services.stepfunctions")
    _keep_terminal_errors(sfn)
    _evaluate_assign_at_once(sfn)
    _apply_choice_default_output(sfn)
    _apply_succeed_output(sfn)
    _run_parallel_in_jsonata(sfn)
    _scope_variables(sfn)
    _time_out_executions(sfn)
    if wait_scale != 1:
        host.not_rehearsed(
            "length of Wait states and Retry delays",
            f"a state machine's second lasts {wait_scale} s; MaxDelaySeconds and JitterStrategy are ignored",
        )


def _keep_terminal_errors(sfn: Any) -> None:
    original = sfn._error_matches

    def error_matches(error_equals: list[str], error: str) -> bool:
        if error in _TERMINAL:
            return error in error_equals
        return bool(original(error_equals, error))

    sfn._error_matches = error_matches


def _evaluate_assign_at_once(sfn: Any) -> None:
    """All expressions of one Assign use the variables as of the start of the state."""
    original = sfn._apply_state_assign

    def apply_state_assign(
        state_def: dict[str, Any], raw_input: Any, ctx: Any, result: Any = None, error_output: Any = None
    ) -> None:
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

    sfn._apply_state_assign = apply_state_assign


def _apply_choice_default_output(sfn: Any) -> None:
    """Output and Assign of the state itself apply to its Default; the emulator drops the Output."""
    original = sfn._execute_choice

    def execute_choice(state_def: dict[str, Any], raw_input: Any, ctx: Any = None) -> Any:
        default = state_def.get("Default")
        if default is None or sfn._state_query_language(state_def, ctx) != "JSONata":
            return original(state_def, raw_input, ctx)
        otherwise = {"Condition": True, "Next": default}
        otherwise |= {key: state_def[key] for key in ("Output", "Assign") if key in state_def}
        # A rule is evaluated like a state, with the query language of the machine.
        return original({**state_def, "Choices": [*state_def["Choices"], otherwise]}, raw_input, ctx)

    sfn._execute_choice = execute_choice


def _apply_succeed_output(sfn: Any) -> None:
    """The Output of a Succeed state is that of the execution; the emulator evaluates its OutputPath only."""
    original = sfn._apply_output_path

    def apply_output_path(state_def: dict[str, Any], data: Any, ctx: Any = None) -> Any:
        if state_def.get("Type") == "Succeed" and "Output" in state_def:
            return sfn._apply_jsonata_output(state_def, data, ctx)
        return original(state_def, data, ctx)

    sfn._apply_output_path = apply_output_path


def _run_parallel_in_jsonata(sfn: Any) -> None:
    """The emulator reads a Parallel state's JSONPath fields only, so Arguments, Output and Assign were
    ignored."""
    original = sfn._run_parallel_branches

    def run_parallel_branches(
        state_def: dict[str, Any], raw_input: Any, execution: dict[str, Any], ctx: Any
    ) -> Any:
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

    sfn._run_parallel_branches = run_parallel_branches


def _scope_variables(sfn: Any) -> None:
    """Branches and iterations read the outer variables; their assignments are local."""
    original = sfn._run_sub_machine

    def run_sub_machine(
        states: dict[str, Any], start_at: str, input_data: Any, execution: dict[str, Any], ctx: Any
    ) -> Any:
        return original(states, start_at, input_data, execution, copy.deepcopy(ctx))

    sfn._run_sub_machine = run_sub_machine


def _time_out_executions(sfn: Any) -> None:
    """TimeoutSeconds of the machine itself, in real seconds, with an end that nothing overwrites."""
    run, fail = sfn._run_execution, sfn._fail_execution

    def fail_execution(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    def time_out(execution: dict[str, Any]) -> None:
        if execution["status"] != "RUNNING":
            return
        execution.update(status="TIMED_OUT", stopDate=now(), error="States.Timeout")
        sfn._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
        sfn._emit_execution_status_event(execution)

    def run_execution(exec_arn: str) -> None:
        execution = sfn._executions.get(exec_arn) or {}
        machine = sfn._state_machines.get(execution.get("stateMachineArn")) or {}
        seconds = sfn.json.loads(machine.get("definition", "{}")).get("TimeoutSeconds")
        timer = threading.Timer(seconds or 0, time_out, [execution])
        timer.daemon = True
        if seconds:
            timer.start()
        try:
            run(exec_arn)
        finally:
            timer.cancel()

    sfn._fail_execution = fail_execution
    sfn._run_execution = run_execution
