"""Seam: a Node handler's error arrives under its own name, and the warm process outlives it, as on AWS.

The emulator's worker reports the message only ("Runtime.HandlerError"), so Retry and Catch by error name never
match, and it ends the process, so module state is lost."""

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
_REPORT = """_realStdoutWrite(JSON.stringify({ status: "ok", result: { %s: {
            errorType: (ERR && ERR.name) || typeof ERR,
            errorMessage: ERR && ERR.message !== undefined ? ERR.message : String(ERR),
            trace: String((ERR && ERR.stack) || "").split("\\n"),
          } } }) + "\\n");""" % _MARKER


def install() -> None:
    runtime, lambdas = pinned.module("core.lambda_runtime"), pinned.module("services.lambda_svc")
    script = runtime._NODEJS_WORKER_SCRIPT
    for original, name in ((_SETTLED_ERROR, "err"), (_THROWN_ERROR, "e")):
        if script.count(original) != 1:
            raise pinned.SeamError(f"The Node worker script no longer reports errors as expected:\n{original}")
        script = script.replace(original, _REPORT.replace("ERR", name))
    runtime._NODEJS_WORKER_SCRIPT = script
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
