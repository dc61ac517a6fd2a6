"""The model server inside an endpoint's sandbox: GET /ping and POST /invocations around a user's module.

Runs as `python -P serve.py <fd>` (a listening socket) with /opt/ml/model filled and the container's
environment. It mirrors the XGBoost container: `model_fn` is required; `input_fn`, `predict_fn` and
`output_fn` have defaults for text/csv and application/json; `transform_fn` replaces these three; any
exception is a 500. Standard library only, but for what the defaults and the user's module import.
"""

import csv
import importlib
import io
import json
import os
import socket
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

MODEL_DIR = f"{os.environ.get('SAGEMAKER_BASE_DIR', '/opt/ml')}/model"
# Werkzeug's answer to an exception, which is all a caller learns; the traceback goes to the log.
ERROR_BODY = (
    b"<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n"
    b"<h1>Internal Server Error</h1>\n<p>The server encountered an internal error and was unable to complete "
    b"your request. Either the server is overloaded or there is an error in the application.</p>\n"
)


class UnsupportedFormatError(Exception):
    """A content type that the default functions do not know."""


def default_input_fn(body: str | bytes, content_type: str) -> Any:
    import numpy
    import xgboost

    if content_type.split(";")[0].strip() != "text/csv":
        raise UnsupportedFormatError(content_type)
    text = body.decode() if isinstance(body, bytes) else body
    found = csv.Sniffer().sniff(text.split("\n")[0][:512]).delimiter
    delimiter = "," if found.isalnum() else found
    rows = [[cell or "nan" for cell in line.split(delimiter)] for line in text.split("\n")]
    return xgboost.DMatrix(numpy.array(rows).astype(float))


def default_predict_fn(data: Any, model: Any) -> Any:
    return model.predict(data, validate_features=False)


def default_output_fn(prediction: Any, accept: str) -> tuple[bytes, str]:
    import numpy

    values = numpy.asarray(prediction)
    if accept == "application/json":
        return json.dumps(values.tolist()).encode(), accept
    if accept == "text/csv":
        text = io.StringIO()
        numpy.savetxt(text, values, delimiter=",", fmt="%s")
        return text.getvalue().encode(), accept
    raise UnsupportedFormatError(accept)


class Model:
    """The user's module with its loaded model."""

    def __init__(self, module: ModuleType) -> None:
        own = {name: getattr(module, name, None) for name in ("input_fn", "predict_fn", "output_fn")}
        self._transform = getattr(module, "transform_fn", None)
        if self._transform and any(own.values()):
            raise ValueError(
                "Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn"
            )
        self._input = own["input_fn"] or default_input_fn
        self._predict = own["predict_fn"] or default_predict_fn
        self._output = own["output_fn"] or default_output_fn
        self._model = module.model_fn(MODEL_DIR)
        # A worker of the container answers one request at a time; user code may count on it.
        self._turn = threading.Lock()

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[int, bytes, str]:
        """Status, body and content type of an invocation."""
        media = content_type.split(";")[0].strip()
        content: str | bytes = body.decode() if media in ("text/csv", "application/json") else body
        with self._turn:
            if self._transform:
                return _response(self._transform(self._model, content, content_type, accept))
            try:
                data = self._input(content, content_type)
            except UnsupportedFormatError as fault:
                return _refusal(415, fault)
            prediction = self._predict(data, self._model)
            try:
                return _response(self._output(prediction, accept))
            except UnsupportedFormatError as fault:
                return _refusal(406, fault)


def _refusal(status: int, fault: Exception) -> tuple[int, bytes, str]:
    told = {
        "error": "UnsupportedFormatError",
        "error-message": str(fault),
        "stack-trace": traceback.format_exc(),
    }
    return status, json.dumps(told).encode(), "application/json"


def _response(result: Any) -> tuple[int, bytes, str]:
    """(body, mimetype) as the container answers it; a bare body leaves as Flask's default, text/html."""
    body, mimetype = result if isinstance(result, tuple) else (result, "text/html")
    content = body if isinstance(body, bytes) else str(body).encode()
    return 200, content, f"{mimetype}; charset=utf-8" if mimetype.startswith("text/") else mimetype


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # callers keep their connections
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for headers and body
    model: Model

    def do_GET(self) -> None:
        self._send(200 if self.path == "/ping" else 404, b"", "application/json")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/invocations":
            self._send(404, b"", "application/json")
            return
        accept = self.headers.get("Accept")
        if accept in (None, "", "*/*"):
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
        try:
            answer = self.model.answer(
                body, self.headers.get("Content-Type", "application/json"), str(accept)
            )
        except Exception:  # noqa: BLE001 - as the container does: any exception of user code is a 500
            traceback.print_exc()
            answer = 500, ERROR_BODY, "text/html; charset=utf-8"
        self._send(*answer)

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if self.path != "/ping":
            super().log_request(code, size)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket) -> None:
        super().__init__(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening


def main(fd: int) -> None:
    base = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", f"{MODEL_DIR}/code")
    sys.path.insert(0, base)
    Handler.model = Model(importlib.import_module(os.environ["SAGEMAKER_PROGRAM"].removesuffix(".py")))
    with Server(socket.socket(fileno=fd)) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
