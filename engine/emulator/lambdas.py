"""Seam: a Node handler's error has its own name, and the warm process outlives it, as on AWS.

The emulator's worker reports the message only ("Runtime.HandlerError"), so Retry and Catch by error name
never match, and it ends the process, so module state is lost.

Seam: the log of a call ends at a line that the worker writes. The emulator waits 50 ms for a line that a
silent handler never writes, and takes a pause of 5 ms for the end."""

import contextlib
import queue
from typing import Any

from engine.emulator import pinned

# Passed through the worker's "ok" path, which keeps the process; no handler returns such a key by accident.
_MARKER = "__rehearsal_handler_error__"
_SETTLED_ERROR = """_realStdoutWrite(JSON.stringify({
            status: "error", error: String(err.message || err), trace: err.stack || ""
          }) + "\\n");"""
_THROWN_ERROR = """_realStdoutWrite(JSON.stringify({
        status: "error", error: e.message, trace: e.stack
      }) + "\\n");"""
# The form of the Lambda Node runtime: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
_REPORT = """_realStdoutWrite(JSON.stringify({ status: "ok", result: { MARKER: {
            errorType: (ERR && ERR.name) || typeof ERR,
            errorMessage: ERR && ERR.message !== undefined ? ERR.message : String(ERR),
            trace: String((ERR && ERR.stack) || "").split("\\n"),
          } } }) + "\\n");""".replace("MARKER", _MARKER)


# The marker is on stderr before the answer is on stdout, because Node's pipes are synchronous.
_END_OF_CALL = "__rehearsal_end_of_call__"
_SETTLED = """_realStdoutWrite(JSON.stringify({ status: "ok", result: res }) + "\\n");"""
_END_IN_NODE = f'_stderrWrite("{_END_OF_CALL}\\n");\n'
_CAUGHT = """"trace": traceback.format_exc()}) + "\\n")
"""
_END_IN_PYTHON = f'        print("{_END_OF_CALL}", file=sys.stderr, flush=True)\n'
# The marker precedes the answer in the pipe; only the reading thread can still be behind.
_END_WITHIN_SECONDS = 5.0


def install() -> None:
    runtime = pinned.module("core.lambda_runtime")
    node = runtime._NODEJS_WORKER_SCRIPT
    for original, name in ((_SETTLED_ERROR, "err"), (_THROWN_ERROR, "e")):
        node = _replaced(node, original, _END_IN_NODE + _REPORT.replace("ERR", name))
    runtime._NODEJS_WORKER_SCRIPT = _replaced(node, _SETTLED, _END_IN_NODE + _SETTLED)
    runtime._PYTHON_WORKER_SCRIPT = _replaced(
        runtime._PYTHON_WORKER_SCRIPT, _CAUGHT, _CAUGHT + _END_IN_PYTHON
    )
    worker, custom = runtime.Worker, runtime.ProvidedWorker
    # A custom runtime has its own program, which writes no such line.
    custom._drain_stderr, custom._drain_stderr_bounded = worker._drain_stderr, worker._drain_stderr_bounded
    worker._read_stderr = _read_stderr
    worker._drain_stderr = worker._drain_stderr_bounded = _log_of_call
    _name_errors.install()
    _create_whole.install()


@pinned.replaces("services.lambda_svc:_execute_function_warm")
def _name_errors(original: Any, /, func: dict[str, Any], event: Any, request_id: str) -> Any:
    result = original(func, event, request_id)
    body = result.get("body")
    if isinstance(body, dict) and _MARKER in body:
        error = body[_MARKER]
        log = "\n".join(filter(None, [result.get("log", ""), *error["trace"]]))
        return {"body": error, "error": True, "log": log}
    return result


def _replaced(script: str, original: str, replacement: str) -> str:
    if script.count(original) != 1:
        raise pinned.SeamError(f"A worker no longer answers as expected:\n{original}")
    return script.replace(original, replacement)


def _read_stderr(worker: Any) -> None:
    """Runs in a thread of its own until the process ends, which also ends a call without an answer."""
    lines, pipe = worker._stderr_queue, worker._proc.stderr
    with contextlib.suppress(Exception):
        for line in pipe:
            lines.put(line.rstrip("\n"))
    lines.put(_END_OF_CALL)


def _log_of_call(worker: Any) -> str:
    """The lines up to the end of the call. Work that a handler continues after its answer is logged with the
    next call, as on AWS."""
    lines: list[str] = []
    with contextlib.suppress(queue.Empty):
        while True:
            # The last line of a handler may lack the newline.
            line, end, _ = worker._stderr_queue.get(timeout=_END_WITHIN_SECONDS).partition(_END_OF_CALL)
            lines += [line] if line or not end else []
            if end:
                break
    return "\n".join(lines)


@pinned.replaces_resource("AWS::Lambda::Function", "create")
def _create_whole(original: Any, logical_id: str, props: dict[str, Any], stack: str) -> Any:
    """The emulator creates a function before its archive, and meanwhile answers with a mock; it also drops
    the dead-letter queue of a template's function, so that a failed event would be lost."""
    created = original(logical_id, props, stack)
    record, _, _ = pinned.module("services.lambda_svc")._get_func_record_for_ref(created[0])
    if record is None or not record.get("code_zip"):
        handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
        handlers["AWS::Lambda::Function"]["delete"](created[0], props)
        raise ValueError(
            f"Error occurred while GetObject of {props.get('Code')}. S3 Error Code: NoSuchKey. "
            "S3 Error Message: The specified key does not exist."
        )
    if props.get("DeadLetterConfig"):
        record["config"]["DeadLetterConfig"] = props["DeadLetterConfig"]
    return created
