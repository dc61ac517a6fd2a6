"""Seam: the engine's own services, routed, authorised and audited like the emulator's."""

import asyncio
import contextvars
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from engine.emulator import pinned
from engine.emulator.host import denial_text
from engine.host import ApiError
from engine.services import Caller, Service
from engine.services.endpoint import Endpoint
from engine.services.protocols import Request, Response

_THROTTLE = "/_engine/throttle"


class Services:
    """The hosted services, by signing name, which several may share."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._endpoints: dict[str, list[Endpoint]] = {}
        for service in services:
            endpoint = Endpoint(service)
            self._endpoints.setdefault(endpoint.model.signing_name, []).append(endpoint)

    def install(self) -> None:
        router, app, actions = (pinned.module(name) for name in ("core.router", "app", "core.iam_actions"))
        for authorisation in _action_of, _resource_of, _denied:
            authorisation.install(self)
        for name, endpoints in self._endpoints.items():
            targets = {endpoint.model.metadata.get("targetPrefix") for endpoint in endpoints} - {None}
            router.SERVICE_PATTERNS[name] = {
                "target_prefixes": [f"{target}." for target in targets],
                "host_patterns": [rf"{endpoint.model.endpoint_prefix}\." for endpoint in endpoints],
            }
            actions.SERVICE_TO_IAM_NAMESPACE.setdefault(name, name)
            app.SERVICE_HANDLERS[name] = self._handler(name)
            pinned.module("services.tagging")._COLLECTORS[name] = self._collector(name)

    def _endpoint(self, name: str, request: Request) -> Endpoint:
        """The service that has the operation, else one that uses the request's protocol."""
        endpoints = self._endpoints[name]
        speaking = [endpoint for endpoint in endpoints if endpoint.protocol(request)]
        having = (endpoint for endpoint in speaking if endpoint.operation(request)[0])
        return next(having, (speaking or endpoints)[0])

    def _handler(self, name: str) -> Any:
        async def handler(*request: Any) -> Response:
            asked = Request(*request)
            who = caller_of(access_key(asked))
            # An operation may call the emulator, so it must not run on the event loop.
            context = contextvars.copy_context()
            answer = self._endpoint(name, asked).answer
            return await asyncio.get_running_loop().run_in_executor(None, context.run, answer, asked, who)

        return handler

    def _collector(self, name: str) -> Any:
        def collect() -> Iterator[tuple[str, list[dict[str, str]]]]:
            for endpoint in self._endpoints[name]:
                for arn, tags in endpoint.service.tagged():
                    yield arn, [{"Key": key, "Value": value} for key, value in tags.items()]

        return collect

    def controlled(self, app: Any) -> Any:
        """The emulator's application, with an additional address by which tests throttle calls."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope.get("path") != _THROTTLE:
                await app(scope, receive, send)
                return
            asked = dict(parse_qsl(scope["query_string"].decode()))
            found = [each for group in self._endpoints.values() for each in group]
            endpoints = [each for each in found if each.service.name == asked["service"]]
            for endpoint in endpoints:
                endpoint.throttle(asked["operation"], int(asked["times"]))
            await send({"type": "http.response.start", "status": 204 if endpoints else 404, "headers": []})
            await send({"type": "http.response.body"})

        return answer


@pinned.replaces("core.iam_actions:extract_iam_action")
def _action_of(original: Any, services: Services, service: str, *request: Any) -> Any:
    if service not in services._endpoints:
        return original(service, *request)
    asked = Request(*request)
    endpoint = services._endpoint(service, asked)
    name, _ = endpoint.operation(asked)
    namespace = pinned.module("core.iam_actions").SERVICE_TO_IAM_NAMESPACE[service]
    return f"{namespace}:{endpoint.service.actions.get(name, name)}" if name else None


@pinned.replaces("core.iam_actions:extract_resource_arn")
def _resource_of(original: Any, services: Services, service: str, *request: Any) -> Any:
    if service not in services._endpoints:
        return original(service, *request)
    asked = Request(*request[:5])
    return services._endpoint(service, asked).resource_arn(asked)


@pinned.replaces("core.iam_actions:access_denied_response")
def _denied(original: Any, services: Services, service: str, *call: str, **details: Any) -> Any:
    # Invalid credentials are refused with the emulator's message, whatever the service.
    if service not in services._endpoints or details.get("error_code"):
        return original(service, *call, **details)
    asked = Request("", "", details["headers"], b"", {})
    refusal = ApiError("AccessDeniedException", details["message"])
    return services._endpoint(service, asked).failure(asked, refusal, call[-1])


def access_key(request: Request) -> str:
    """The key that signed a request."""
    return str(pinned.module("core.router").extract_access_key_id(request.headers, request.query))


def caller_of(key: str) -> Caller:
    """The caller who signs with the key."""
    evaluator, responses = pinned.module("core.iam_evaluator"), pinned.module("core.responses")
    arn = (evaluator.resolve_caller_identity(key) or {"userArn": key})["userArn"]

    def denial(action: str, resource: str, context: Mapping[str, str]) -> str | None:
        service = action.partition(":")[0]
        denied = evaluator.enforce(key, action, service, responses.get_region(), resource, dict(context))
        return None if denied is None else denial_text(arn, action, resource, denied)

    return Caller(arn, responses.get_account_id(), responses.get_region(), denial)
