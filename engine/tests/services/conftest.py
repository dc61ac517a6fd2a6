"""Services of a test, answered over HTTP to real clients."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session
import pytest
from botocore.config import Config

from engine.services import Caller, Service
from engine.services.endpoint import Endpoint
from engine.services.protocols import Request

ROLE = "arn:aws:sts::123456789012:assumed-role/Reader/session"


def may_do_nothing(action: str, resource: str, context: Any) -> str:
    return f"User: {ROLE} is not authorized to perform: {action} on resource: {resource}"


@contextmanager
def served(endpoint: Endpoint) -> Iterator[str]:
    who = Caller(ROLE, "123456789012", "us-east-1", may_do_nothing)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path, _, query = self.path.partition("?")
            request = Request(
                self.command,
                unquote(path),
                {key.lower(): value for key, value in self.headers.items()},
                self.rfile.read(int(self.headers.get("content-length", 0))),
                parse_qs(query, keep_blank_values=True),
            )
            status, headers, body = endpoint.answer(request, who)
            self.send_response(status)
            for key, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        do_DELETE = do_GET = do_POST = answer  # noqa: N815 - the names of http.server

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(name="connect")
def _connect(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Answers a client of a service, which speaks `protocol` or the first of its model, and its endpoint."""
    with ExitStack() as stack:

        def connect(service: Service, protocol: str | None = None) -> tuple[Any, Endpoint]:
            endpoint = Endpoint(service)
            session = botocore.session.get_session()
            loader = session.get_component("data_loader")
            if protocol:
                version = loader.determine_latest_version(service.name, "service-2")
                model = loader.load_service_model(service.name, "service-2")
                model["metadata"]["protocols"] = [protocol]
                folder = tmp_path / service.name / version
                folder.mkdir(parents=True)
                (folder / "service-2.json").write_text(json.dumps(model))
                loader = botocore.session.Session().get_component("data_loader")
                loader.search_paths.insert(0, str(tmp_path))
                session = botocore.session.get_session()
                session.register_component("data_loader", loader)
            client = session.create_client(
                service.name,
                endpoint_url=stack.enter_context(served(endpoint)),
                region_name="us-east-1",
                aws_access_key_id="key",
                aws_secret_access_key="secret",
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
            )
            return client, endpoint

        yield connect
