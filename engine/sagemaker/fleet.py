"""The servers of an endpoint: one process per instance, reached over the loopback."""

import http.client
import itertools
import random
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

from botocore.exceptions import ClientError

from engine.sagemaker import image
from engine.sagemaker.capture import Capture
from engine.sagemaker.ground import Ground, LogStream
from engine.sagemaker.store import MODEL, Record
from engine.sagemaker.transfer import ArchiveError, RoleS3, reason, unpack

# SageMaker gives a container minutes (serverless 180 s); a local server starts in two or three seconds. Each
# instance adds the same time, because all start on the same few cores.
HEALTH_CHECK_SECONDS = 30.0
# gunicorn's worker reloads the model at every ping until it succeeds; SageMaker pings for minutes.
_FAILED_PINGS = 3
# InvokeEndpoint's limit for a container.
_INVOCATION_SECONDS = 60.0
_DRAIN_SECONDS = 5.0


class FleetError(Exception):
    """Why a fleet did not start, as in an endpoint's FailureReason."""


class ContainerTimeoutError(Exception):
    """The container did not answer an invocation in time, or its process has ended."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    content_type: str
    variant: str


class Server:
    """One instance of a variant. Traffic maintains `busy`, `requests` and `errors` (5xx or no answer)."""

    def __init__(
        self, ground: Ground, endpoint: str, variant: Record, capture: Mapping[str, Any] | None
    ) -> None:
        self.variant = variant
        self.name: str = variant["VariantName"]
        self.stream = f"{self.name}/{secrets.token_hex(16)}"
        serverless = variant.get("ServerlessConfig")
        self.capacity = threading.Semaphore(serverless["MaxConcurrency"]) if serverless else None
        self._idle: LifoQueue[http.client.HTTPConnection] = LifoQueue()
        self.busy = self.requests = self.errors = 0
        model = ground.store.get(MODEL, variant["ModelName"])
        folder = ground.folder("endpoint", f"{endpoint}-{self.stream.split('/')[1][:8]}")
        _load(ground, variant, model, folder / "ml")
        self._capture: Capture | None = None
        if capture and capture.get("EnableCapture", True):
            s3 = RoleS3(ground.host, model["ExecutionRoleArn"], "SageMaker")
            self._capture = Capture(capture, f"{endpoint}/{self.name}", s3)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self._port: int = listening.getsockname()[1]
            container = model["_Container"]
            keys = ground.host.credentials(model["ExecutionRoleArn"], "SageMaker")
            environment = {**image.ENVIRONMENT, **container.get("Environment", {})}
            self._process = ground.sandbox.start(
                image.entrypoint(listening.fileno()),
                folder / "ml",
                {**ground.sandbox.environment(keys, {}), **environment},
                keep_open=[listening.fileno()],
                image=image.xgboost(folder / "venv", ground.host, serverless=serverless is not None),
            )
        log = LogStream(
            ground.host, f"/aws/sagemaker/Endpoints/{endpoint}", self.stream, folder / "log.txt", every=0
        )
        threading.Thread(target=self._follow, args=(log,), daemon=True).start()

    def _follow(self, log: LogStream) -> None:
        for _ in log.follow(self._process.lines()):
            pass

    def await_health(self, deadline: float) -> bool:
        """Whether /ping returned 200 before `deadline` (of the monotonic clock)."""
        failed = 0
        while time.monotonic() < deadline and failed < _FAILED_PINGS and not self._process.ended:
            try:
                if self._exchange("GET", "/ping", b"", {}, timeout=2)[0] == 200:
                    return True
                failed += 1
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        return False

    def invoke(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            status, content, content_type = self._exchange(
                "POST", "/invocations", body, headers, _INVOCATION_SECONDS
            )
        except (OSError, http.client.HTTPException) as fault:
            raise ContainerTimeoutError(str(fault)) from fault
        if self._capture and 200 <= status < 300:
            self._capture.add(headers, body, content_type, content)
        return Answer(status, content, content_type, self.name)

    def _exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> tuple[int, bytes, str]:
        """One request on a kept or new connection; failed connections are dropped."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)
        with suppress(Empty):
            connection = self._idle.get_nowait()
        kept = connection.sock is not None
        if connection.sock:
            connection.sock.settimeout(timeout)  # it was opened with another one
        try:
            connection.request(method, path, body or None, dict(headers))
            response = connection.getresponse()
            content = response.read()
        except BaseException as fault:
            connection.close()
            if kept and isinstance(fault, ConnectionError):
                # gunicorn closes a connection that is idle for two seconds.
                return self._exchange(method, path, body, headers, timeout)
            raise
        self._idle.put(connection)
        return response.status, content, response.headers.get("Content-Type", "application/json")

    def stop(self) -> None:
        """End the process once it has answered its requests."""
        until = time.monotonic() + _DRAIN_SECONDS
        while self.busy and time.monotonic() < until:
            time.sleep(0.02)
        self._process.kill()
        if self._capture:
            self._capture.close()
        while not self._idle.empty():
            self._idle.get_nowait().close()


class Fleet:
    """The servers of one endpoint configuration. Raises FleetError when one does not become healthy."""

    def __init__(self, ground: Ground, endpoint: str, config: Record) -> None:
        self.config = config
        self._ground, self._endpoint = ground, endpoint
        self._turns = itertools.count()
        self.servers: dict[str, list[Server]] = {}
        try:
            for variant in config["ProductionVariants"]:
                self._start(variant, variant.get("InitialInstanceCount", 1))
            self._await_health()
        except BaseException:
            self.stop()
            raise

    def _start(self, variant: Record, count: int) -> None:
        capture = self.config.get("DataCaptureConfig")
        servers = self.servers.setdefault(variant["VariantName"], [])
        for _ in range(count):
            servers.append(Server(self._ground, self._endpoint, variant, capture))

    def _await_health(self) -> None:
        servers = list(itertools.chain(*self.servers.values()))
        deadline = time.monotonic() + HEALTH_CHECK_SECONDS * len(servers)
        for server in servers:
            if not server.await_health(deadline):
                raise FleetError(_unhealthy(server.variant))

    def instances(self, instance_type: str) -> int:
        """Number of servers that represent instances of a type."""
        servers = itertools.chain(*self.servers.values())
        return sum(server.variant.get("InstanceType") == instance_type for server in servers)

    def resize(self, config: Record) -> None:
        """Apply the weights and counts of `config`. Raises FleetError when a new server is not healthy."""
        for variant in config["ProductionVariants"]:
            count = variant.get("InitialInstanceCount", 1)
            self._start(variant, count - len(self.servers[variant["VariantName"]]))
        self._await_health()
        self.config = config
        for variant in config["ProductionVariants"]:
            name, count = variant["VariantName"], variant.get("InitialInstanceCount", 1)
            surplus, self.servers[name] = self.servers[name][count:], self.servers[name][:count]
            for server in surplus:
                server.stop()

    def pick(self) -> Server:
        """A server of a variant drawn by weight, the instances in turn."""
        variants = self.config["ProductionVariants"]
        weights = [variant.get("InitialVariantWeight", 1.0) for variant in variants]
        servers = self.servers[random.choices(variants, weights)[0]["VariantName"]]
        return servers[next(self._turns) % len(servers)]

    def tally(self) -> dict[str, int]:
        servers = list(itertools.chain(*self.servers.values()))
        return {
            "requests": sum(server.requests for server in servers),
            "errors": sum(server.errors for server in servers),
        }

    def stop(self) -> None:
        for server in itertools.chain(*self.servers.values()):
            server.stop()


class Traffic:
    """Selects the fleet for a request: the endpoint's own (blue), or its successor."""

    def __init__(self, blue: Fleet) -> None:
        self.blue = blue
        self.green: Fleet | None = None
        self._share = self._credit = 0.0
        self._lock = threading.Lock()

    def shift(self, green: Fleet | None, share: float = 0.0) -> None:
        """Send this share of the requests to the green fleet from now on."""
        with self._lock:
            self.green, self._share, self._credit = green, share, 0.0

    def promote(self) -> Fleet:
        """Make the green fleet the endpoint's own; returns the replaced one."""
        with self._lock:
            old, self.blue = self.blue, self.green or self.blue
            self.green, self._share = None, 0.0
            return old

    @property
    def fleets(self) -> list[Fleet]:
        return [self.blue, self.green] if self.green else [self.blue]

    @contextmanager
    def server(self) -> Iterator[Server]:
        """The server for one request, protected from being stopped meanwhile."""
        with self._lock:
            # Selected without randomness, so that the shares of few requests are the configured ones too.
            self._credit += self._share
            to_green = self.green is not None and self._credit > 1 - 1e-9
            self._credit -= to_green
            fleet = self.green if to_green and self.green else self.blue
            server = fleet.pick()
            server.busy += 1
            # Counted when sent, because a request that is answered after a shift belongs to the stage before.
            server.requests += 1
        try:
            yield server
        finally:
            with self._lock:
                server.busy -= 1

    def count(self, server: Server, failed: bool) -> None:
        """Count the answer to a request, which itself was counted when sent."""
        with self._lock:
            server.errors += failed


def _load(ground: Ground, variant: Record, model: Record, ml: Path) -> None:
    """Extract the model archive with the execution role, as the endpoint's instances do."""
    (ml / "model").mkdir(parents=True, exist_ok=True)
    url = model["_Container"].get("ModelDataUrl")
    if url:
        try:
            unpack(RoleS3(ground.host, model["ExecutionRoleArn"], "SageMaker").read(url), ml / "model")
        except ClientError as refusal:
            raise FleetError(f"Failed to download model data from {url}: {reason(refusal)}") from refusal
        except ArchiveError as fault:
            raise FleetError(f'Failed to extract model data archive from URL "{url}": {fault}') from fault
    environment: dict[str, Any] = model["_Container"].get("Environment", {})
    if "SAGEMAKER_PROGRAM" not in environment:
        raise FleetError(
            "The container has no SAGEMAKER_PROGRAM: the built-in algorithm's server is not rehearsed."
        )
    if "ServerlessConfig" not in variant and environment.get("SAGEMAKER_USE_NGINX", "true") != "false":
        ground.host.not_rehearsed("nginx in front of gunicorn", "callers speak to gunicorn itself")


def _unhealthy(variant: Record) -> str:
    if "ServerlessConfig" in variant:
        return (
            "Unable to successfully stand up your model within the allotted 180 second timeout. Please "
            "ensure that downloading your model artifacts, starting your model container and passing the "
            "ping health checks can be completed within 180 seconds."
        )
    return (
        f"The primary container for production variant {variant['VariantName']} did not pass the ping health "
        "check. Please check CloudWatch logs for this endpoint."
    )
