"""The only importer of ministack. Every symbol that a seam calls or replaces is checked before anything
starts, so that an upgrade of the emulator fails with a message instead of changing behaviour silently."""

import importlib
import importlib.metadata
import inspect
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

PINNED = "1.5.33"

# "module:symbol" -> its parameters, or None when only existence matters (tables, constants, classes). The
# parameters of a function that is replaced by a decorated one are those of its replacement.
SEAMS: dict[str, str | None] = {
    "app:app": "scope receive send",
    "app:AUTH": None,
    "app:SERVICE_HANDLERS": None,
    "app:pin_request_origin": "source_ip secure_transport",
    "core.router:SERVICE_PATTERNS": None,
    "core.router:extract_access_key_id": "headers query_params",
    "core.iam_actions:SERVICE_TO_IAM_NAMESPACE": None,
    "core.iam_actions:extract_iam_action": "service method path headers body query_params",
    "core.iam_actions:extract_resource_arn": (
        "service method path headers body query_params region account_id"
    ),
    "core.iam_actions:access_denied_response": (
        "service action principal_arn request_id error_code message headers resource_arn explicit_deny "
        "resource_policy_arn"
    ),
    "core.iam_evaluator:AuthError": None,
    "core.iam_evaluator:caller_arn": "",
    "core.iam_evaluator:_conditions_met": "conditions ctx",
    "core.iam_evaluator:EvalContext": None,
    "core.iam_evaluator:_POLICY_REQUIRED": None,
    "core.iam_evaluator:combine_resource_policy": "identity ctx policy owner_account required limits",
    "core.iam_evaluator:evaluate": "ctx policies limits",
    "core.iam_evaluator:parse_policy_document": "doc",
    "core.iam_evaluator:resolve_caller_identity": "access_key_id",
    "core.responses:get_account_id": "",
    "core.responses:get_region": "",
    "core.lambda_runtime:_NODEJS_WORKER_SCRIPT": None,
    "core.lambda_runtime:_PYTHON_WORKER_SCRIPT": None,
    "core.lambda_runtime:ProvidedWorker": None,
    "core.lambda_runtime:Worker._drain_stderr": "self",
    "core.lambda_runtime:Worker._drain_stderr_bounded": "self first_line_wait idle_confirm hard_cap",
    "core.lambda_runtime:Worker._read_stderr": "self",
    "services.apigateway_v1:_create_request_validator": "api_id data",
    "services.apigateway_v1:_delete_request_validator": "api_id validator_id",
    "services.apigateway_v1:_handle_execute_in_scope": (
        "api_id stage_name method path headers body query_params owner_account_id owner_region"
    ),
    "services.apigateway_v1:_model_schema": "api_id model_name",
    "services.apigateway_v1:_resources": None,
    "services.apigateway_v1:_rest_apis": None,
    "services.athena:_executions": None,
    "services.athena:_workgroups": None,
    "services.athena:error_response_json": None,
    "services.cloudformation:_exports": None,
    "services.cloudformation:_stacks": None,
    "services.cloudformation.changesets:_evaluate_conditions": "template params",
    "services.cloudformation.engine:_evaluate_conditions": "template params",
    "services.cloudformation.helpers:_error": "code message status",
    "services.cloudformation.handlers:_evaluate_conditions": "template params",
    "services.cloudformation.handlers:_ACTION_HANDLERS": None,
    "services.cloudformation.handlers:_imported_export_names": "stack stack_name",
    "services.cloudformation.handlers:_resolve_stack": "stack_name",
    "services.cloudformation.handlers:_xml": "status root_tag inner",
    "services.cloudformation.provisioners:_RESOURCE_HANDLERS": None,
    "services.cloudformation.stacks:_add_event": (
        "stack_id stack_name logical_id resource_type status reason physical_id detailed_status"
    ),
    "services.cloudformation.stacks:_evaluate_conditions": "template params",
    "services.cloudwatch:_alarms": None,
    "services.cloudwatch:_calc_stats": "points",
    "services.cloudwatch:_dims_from_list": "dimensions",
    "services.cloudwatch:_dims_key": "dims",
    "services.cloudwatch:_cbor_ok": "data",
    "services.cloudwatch:_json_ok": "data",
    "services.cloudwatch:_dashboards": None,
    "services.cloudwatch:_evaluate_alarm": "alarm",
    "services.cloudwatch:_evaluate_parent_alarms": "child seen",
    "services.cloudwatch:_evict_old_metrics": "",
    "services.cloudwatch:_metrics": None,
    "services.cloudwatch:_record_history": ("alarm_name old_state new_state reason alarm_type reason_data"),
    "services.cloudwatch:_stat_value": "stats stat_name points",
    "services.cloudwatch:record_metric": "namespace metric_name value unit dimensions",
    "services.cloudwatch_logs:_create_log_group": "data",
    "services.cloudwatch_logs:_create_log_stream": "data",
    "services.cloudwatch_logs:_put_log_events": "data",
    "services.ecr:json_response": None,
    "services.eventbridge:_dispatch_to_lambda": "arn payload",
    "services.eventbridge:_put_events": "data allow_aws_source",
    "services.firehose:_deliver_records_to_s3": "stream dest records",
    "services.glue:_execute_spark_docker": "run job job_name args script_path docker_client",
    "services.glue:_get_docker": "",
    "services.glue:_job_runs": None,
    "services.glue:_jobs": None,
    "services.glue:_resolve_script": "script_location",
    "services.iam:_roles": None,
    "services.lambda_svc:_emit_lambda_logs": "func request_id log_text error duration_ms log_source",
    "services.lambda_svc:_execution_record_for_config": "func config",
    "services.lambda_svc:_functions": None,
    "services.lambda_svc:function_policy_for_arn": "resource_arn",
    "services.lambda_svc:invoke_async_with_retry": "func event",
    "services.lambda_svc:_get_func_record_for_ref": "function_ref",
    "services.stepfunctions:_ExecutionError": None,
    "services.stepfunctions:_SERVICE_DISPATCH": None,
    "services.stepfunctions:_add_event": "execution event_type details",
    "services.stepfunctions:_apply_jsonata_arguments": "state_def raw_input ctx",
    "services.stepfunctions:_apply_jsonata_template": "value raw_input ctx result error_output",
    "services.stepfunctions:_apply_jsonata_output": ("state_def raw_input ctx result error_output default"),
    "services.stepfunctions:_call_lambda": "func_ref event",
    "services.stepfunctions:_execute_task": "state_def raw_input execution ctx",
    "services.stepfunctions:_executions": None,
    "services.stepfunctions:_invoke_aws_sdk_integration": "resource input_data",
    "services.stepfunctions:_invoke_resource": "resource input_data",
    "services.stepfunctions:_invoke_resource_with_timeout": "resource input_data timeout",
    "services.stepfunctions:_jsonata_state_field": "state_def field expected raw_input ctx",
    "services.stepfunctions:_map_runs": None,
    "services.stepfunctions:_next_or_end": "state_def",
    "services.stepfunctions:_run_distributed_map": "state_def raw_input effective iterator execution ctx",
    "services.stepfunctions:_state_machines": None,
    "services.stepfunctions:_state_query_language": "state_def ctx",
    "services.sqs:_queues": None,
    "services.s3:_bucket_tags": None,
    "services.s3:_buckets": None,
    "services.tagging:_COLLECTORS": None,
    "services.sts:register_session": "access_key session",
}


class SeamError(SystemExit):
    """The installed emulator is not the one for which the seams were written."""


def module(name: str) -> Any:
    """A ministack module, e.g. `services.stepfunctions`."""
    return importlib.import_module(f"ministack.{name}")


class Replacement:
    """A function that takes the place of one of ministack's when it is installed."""

    def __init__(self, seam: str, function: Callable[..., Any]) -> None:
        self.seam, self._function = seam, function
        parameters = inspect.signature(function).parameters.values()
        # What passes on whatever it is called with does not name it.
        passed_on = any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in parameters)
        names = (each.name for each in parameters if each.kind is not each.POSITIONAL_ONLY)
        self.parameters = None if passed_on else " ".join(names)

    def install(self, *own: Any) -> None:
        """`own` are the arguments after the original and before those of a call."""
        name, _, symbol = self.seam.partition(":")
        *path, last = symbol.replace("]", "").split("[")
        table: Any = vars(module(name))
        for key in path:
            table = table[key]
        table[last] = partial(self._function, table[last], *own)


_replacements: list[Replacement] = []


def replaces(seam: str) -> Callable[[Callable[..., Any]], Replacement]:
    """Decorates what takes the place of a function, such as `services.sts:register_session`, or of an entry
    of a table, such as `app:SERVICE_HANDLERS[athena]`. Its first argument is the original; only those after a
    slash are a call's."""

    def replacement(function: Callable[..., Any]) -> Replacement:
        _replacements.append(Replacement(seam, function))
        return _replacements[-1]

    return replacement


def replaces_resource(type_name: str, verb: str) -> Callable[[Callable[..., Any]], Replacement]:
    """`replaces` for what creates, updates or deletes a CloudFormation type."""
    return replaces(f"services.cloudformation.provisioners:_RESOURCE_HANDLERS[{type_name}][{verb}]")


def after_changes(type_name: str, act: Callable[[str, dict[str, Any]], None]) -> None:
    """Call `act` with the physical id and the properties of each resource of a type that was created or
    updated."""
    handlers = module("services.cloudformation.provisioners")._RESOURCE_HANDLERS[type_name]

    def acting(change: Callable[..., Any], *given: Any) -> Any:
        physical_id, attributes = change(*given)
        # The last properties are the new ones.
        (*_, props) = (each for each in given if isinstance(each, dict))
        act(physical_id, props)
        return physical_id, attributes

    for verb in ("create", "update"):
        handlers[verb] = partial(acting, handlers[verb])


def check() -> None:
    """Refuse an emulator whose version or hooked symbols differ from the pinned ones.

    Raises SeamError, naming each difference."""
    try:
        installed = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        raise SeamError(
            f"ministack is not installed. Run `npm run setup`, which installs ministack {PINNED}."
        ) from None
    if installed != PINNED:
        raise SeamError(
            f"ministack {installed} is installed; the rehearsal hooks into ministack {PINNED}. "
            "Install that version, or revise engine/emulator and SEAMS in pinned.py for the new one."
        )
    seams = [*SEAMS.items(), *((each.seam, each.parameters) for each in _replacements)]
    problems = [problem for seam, expected in seams if (problem := _difference(seam, expected))]
    if problems:
        raise SeamError("The emulator does not have the expected seams:\n  " + "\n  ".join(problems))


def _difference(seam: str, expected: str | None) -> str | None:
    module_name, _, symbol = seam.partition(":")
    table = symbol.partition("[")[0]
    try:
        found: Any = operator.attrgetter(table)(module(module_name))
    except AttributeError:
        return f"{seam} does not exist"
    if expected is None or table != symbol:
        return None
    parameters = " ".join(inspect.signature(found).parameters)
    return None if parameters == expected else f"{seam} takes ({parameters}), expected ({expected})"
