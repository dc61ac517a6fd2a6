"""Seam: a Node handler's error arrives under its own name, and the warm process outlives it, as on AWS.

The emulator's worker reports the message only ("Runtime.HandlerError"), so Retry and Catch by error name
never match, and it ends the process, so module state is lost."""

from typing import Any

from rehearsal.emulator import pinned

# Carried through the worker's "ok" path, which keeps the process; no handler returns such a key by accident.
_MARKER = "__rehearsal_handler_error__"
_SETTLED_ERROR = """_realStdoutWrite(JSON.stringify({
            status: "error", error: String(err.message || err), trace: err.stack || ""
          }) + "\\n");"""
_THROWN_ERROR = """_realStdoutWrite(JSON.stringify({
        status: "error", error: e.message, trace: e.stack
      }) + "\\n");"""
# As the Lambda Node runtime reports: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
_REPORT = """_realStdoutWrite(JSON.stringify({ status: "ok", result: { MARKER: {
            errorType: (ERR && ERR.name) || typeof ERR,
            errorMessage: ERR && ERR.message !== undefined ? ERR.message : String(ERR),
            trace: String((ERR && ERR.stack) || "").split("\\n"),
          } } }) + "\\n");""".replace("MARKER", _MARKER)


def install() -> None:
    runtime, lambdas = pinned.module("core.lambda_runtime"), pinned.module("services.lambda_svc")
    script = runtime._NODEJS_WORKER_SCRIPT
    for original, name in ((_SETTLED_ERROR, "err"), (_THROWN_ERROR, "e")):
        if script.count(original) != 1:
            raise pinned.SeamError(f"The Node worker no longer reports errors as expected:\n{original}")
        script = script.replace(original, _REPORT.replace("ERR", name))
    runtime._NODEJS_WORKER_SCRIPT = script
    _create_whole()
    execute_warm = lambdas._execute_function_warm

    def execute_function_warm(func: dict[str, Any], event: Any, request_id: str) -> Any:
        result = execute_warm(func, event, request_id)
        body = result.get("body")
        if isinstance(body, dict) and _MARKER in body:
            error = body[_MARKER]
            log = "\n".join(filter(None, [result.get("log", ""), *error["trace"]]))
            return {"body": error, "error": True, "log": log}
        return result

    lambdas._execute_function_warm = execute_function_warm


def _create_whole() -> None:
    """The emulator creates a function without its archive, and then answers for it with a mock; and drops the
    dead-letter queue of a template's function, so that an event that fails for good would be lost."""
    lambdas = pinned.module("services.lambda_svc")
    handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    function = handlers["AWS::Lambda::Function"]

    def create(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        created = function["create"](logical_id, props, stack)
        record, _, _ = lambdas._get_func_record_for_ref(created[0])
        if record is None or not record.get("code_zip"):
            function["delete"](created[0], props)
            raise ValueError(
                f"Error occurred while GetObject of {props.get('Code')}. S3 Error Code: NoSuchKey. "
                "S3 Error Message: The specified key does not exist."
            )
        if props.get("DeadLetterConfig"):
            record["config"]["DeadLetterConfig"] = props["DeadLetterConfig"]
        return created

    handlers["AWS::Lambda::Function"] = {**function, "create": create}
