"""The only importer of ministack. Every symbol that a seam calls or replaces is checked before anything
starts, so that an upgrade of the emulator fails with a message instead of changing behaviour silently."""

import importlib
import importlib.metadata
import inspect
import operator
from typing import Any

PINNED = "1.5.33"

# "module:symbol" -> its parameters, or None when only existence matters (tables, constants, classes).
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
    "core.iam_actions:request_tag_context": "service iam_action body params",
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
    "core.iam_evaluator:enforce": ("access_key_id iam_action service region resource_arn service_context"),
    "core.iam_evaluator:resolve_caller_identity": "access_key_id",
    "core.sigv4:build_canonical_headers": "headers signed_headers",
    "core.responses:get_account_id": "",
    "core.responses:get_region": "",
    "core.lambda_runtime:_NODEJS_WORKER_SCRIPT": None,
    "core.lambda_runtime:_PYTHON_WORKER_SCRIPT": None,
    "core.lambda_runtime:ProvidedWorker": None,
    "core.lambda_runtime:Worker._drain_stderr": "self",
    "core.lambda_runtime:Worker._drain_stderr_bounded": "self first_line_wait idle_confirm hard_cap",
    "core.lambda_runtime:Worker._read_stderr": "self",
    "services.apigateway_v1:_check_request_validation": (
        "method_obj api_id request headers body query_params"
    ),
    "services.apigateway_v1:_create_request_validator": "api_id data",
    "services.apigateway_v1:_delete_request_validator": "api_id validator_id",
    "services.apigateway_v1:_gateway_error_response": "error request",
    "services.apigateway_v1:_handle_execute_in_scope": (
        "api_id stage_name method path headers body query_params owner_account_id owner_region"
    ),
    "services.apigateway_v1:_json_schema_valid": "schema value root seen",
    "services.apigateway_v1:_model_schema": "api_id model_name",
    "services.apigateway_v1:_resources": None,
    "services.apigateway_v1:_rest_apis": None,
    "services.athena:_execute_query": "query_id query database ddl catalog",
    "services.athena:_executions": None,
    "services.athena:_get_query_results": "data",
    "services.athena:_start_query_execution": "data",
    "services.athena:_workgroups": None,
    "services.athena:error_response_json": None,
    "services.cloudformation:_exports": None,
    "services.cloudformation:_stacks": None,
    "services.cloudformation.changesets:_evaluate_conditions": "template params",
    "services.cloudformation.engine:_evaluate_conditions": "template params",
    "services.cloudformation.helpers:_error": "code message status",
    "services.cloudformation.handlers:_create_stack": "params",
    "services.cloudformation.handlers:_update_stack": "params",
    "services.cloudformation.handlers:_delete_stack": "params",
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
    "services.cloudformation.stacks:_property_recreation": "resource_type name",
    "services.cloudformation.stacks:_resolve_stack_outputs": (
        "outputs_defs conditions resources param_values mappings stack_name stack_id"
    ),
    "services.cloudformation.stacks:_runs_on_worker_thread": "resource_type",
    "services.cloudwatch:_alarms": None,
    "services.cloudwatch:_calc_stats": "points",
    "services.cloudwatch:_dims_from_list": "dimensions",
    "services.cloudwatch:_dims_key": "dims",
    "services.cloudwatch:_cbor_ok": "data",
    "services.cloudwatch:_json_ok": "data",
    "services.cloudwatch:_dashboards": None,
    "services.cloudwatch:_list_dashboards": "params cbor_data is_cbor is_json",
    "services.cloudwatch:_dispatch_alarm_actions": "alarm old_state new_state reason",
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
    "services.ecr:_batch_get_image": "data",
    "services.ecr:json_response": None,
    "services.eventbridge:_dispatch_to_lambda": "arn payload",
    "services.eventbridge:_invoke_target": "target event rule view",
    "services.eventbridge:_put_events": "data allow_aws_source",
    "services.firehose:_deliver_records_to_s3": "stream dest records",
    "services.glue:_execute_spark_docker": "run job job_name args script_path docker_client",
    "services.glue:_get_docker": "",
    "services.glue:_job_runs": None,
    "services.glue:_jobs": None,
    "services.glue:_resolve_script": "script_location",
    "services.glue:_start_job_run": "data",
    "services.iam:_roles": None,
    "services.lambda_svc:_emit_lambda_logs": "func request_id log_text error duration_ms log_source",
    "services.lambda_svc:_execute_function_warm": "func event request_id",
    "services.lambda_svc:_execution_record_for_config": "func config",
    "services.lambda_svc:_functions": None,
    "services.lambda_svc:_route_async_failure": "target_arn func_name event result",
    "services.lambda_svc:function_policy_for_arn": "resource_arn",
    "services.lambda_svc:invoke_async_with_retry": "func event",
    "services.lambda_svc:_get_func_record_for_ref": "function_ref",
    "services.stepfunctions:_ExecutionError": None,
    "services.stepfunctions:_SERVICE_DISPATCH": None,
    "services.stepfunctions:_add_event": "execution event_type details",
    "services.stepfunctions:_apply_jsonata_arguments": "state_def raw_input ctx",
    "services.stepfunctions:_apply_jsonata_template": "value raw_input ctx result error_output",
    "services.stepfunctions:_apply_jsonata_output": ("state_def raw_input ctx result error_output default"),
    "services.stepfunctions:_apply_output_path": "state_def data ctx",
    "services.stepfunctions:_apply_state_assign": "state_def raw_input ctx result error_output",
    "services.stepfunctions:_call_lambda": "func_ref event",
    "services.stepfunctions:_emit_execution_status_event": "execution",
    "services.stepfunctions:_error_matches": "error_equals error",
    "services.stepfunctions:_execute_choice": "state_def raw_input ctx",
    "services.stepfunctions:_execute_task": "state_def raw_input execution ctx",
    "services.stepfunctions:_executions": None,
    "services.stepfunctions:_fail_execution": "execution error cause",
    "services.stepfunctions:_invoke_aws_sdk_integration": "resource input_data",
    "services.stepfunctions:_invoke_resource": "resource input_data",
    "services.stepfunctions:_invoke_resource_with_timeout": "resource input_data timeout",
    "services.stepfunctions:_jsonata_state_field": "state_def field expected raw_input ctx",
    "services.stepfunctions:_map_runs": None,
    "services.stepfunctions:_next_or_end": "state_def",
    "services.stepfunctions:_run_distributed_map": "state_def raw_input effective iterator execution ctx",
    "services.stepfunctions:_run_execution": "exec_arn",
    "services.stepfunctions:_run_parallel_branches": "state_def raw_input execution ctx",
    "services.stepfunctions:_run_sub_machine": "states start_at input_data execution ctx",
    "services.stepfunctions:_start_execution": "data",
    "services.stepfunctions:_state_machines": None,
    "services.stepfunctions:_state_query_language": "state_def ctx",
    "services.sqs:_queues": None,
    "services.s3:_bucket_tags": None,
    "services.s3:_buckets": None,
    "services.s3:_validate_bucket_name": "name",
    "services.tagging:_COLLECTORS": None,
    "services.sts:register_session": "access_key session",
}


class SeamError(SystemExit):
    """The installed emulator is not the one for which the seams were written."""


def module(name: str) -> Any:
    """A ministack module, e.g. `services.stepfunctions`."""
    return importlib.import_module(f"ministack.{name}")


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
    problems = [problem for seam, expected in SEAMS.items() if (problem := _difference(seam, expected))]
    if problems:
        raise SeamError("The emulator does not have the expected seams:\n  " + "\n  ".join(problems))


def _difference(seam: str, expected: str | None) -> str | None:
    module_name, symbol = seam.split(":")
    try:
        found: Any = operator.attrgetter(symbol)(module(module_name))
    except AttributeError:
        return f"{seam} does not exist"
    if expected is None:
        return None
    parameters = " ".join(inspect.signature(found).parameters)
    return None if parameters == expected else f"{seam} takes ({parameters}), expected ({expected})"
