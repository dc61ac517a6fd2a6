"""A server that is up at once, for tests of what stands around the containers: nothing is installed."""

import importlib
import os
import socket
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.environ["SAGEMAKER_SUBMIT_DIRECTORY"])
module = importlib.import_module(os.environ["SAGEMAKER_PROGRAM"].removesuffix(".py"))
model = module.model_fn(os.environ["SM_MODEL_DIR"])
turn = threading.Lock()


def answer(body, content_type):
    with turn:
        result = module.predict_fn(module.input_fn(body.decode(), content_type), model)
        content, mimetype = module.output_fn(result, "application/json")
    return 200, content.encode(), mimetype


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # callers keep their connections
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for headers and body

    def do_GET(self):
        self.send(200, b"", "application/json")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            sent = answer(body, self.headers["Content-Type"])
        except Exception:  # noqa: BLE001 - as the container does
            traceback.print_exc()
            sent = 500, b"Internal Server Error", "text/html"
        self.send(*sent)

    def send(self, status, body, content_type):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listening):
        super().__init__(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening


Server(socket.socket(fileno=int(sys.argv[1]))).serve_forever()
