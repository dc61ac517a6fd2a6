"""One service over the wire: decodes requests and encodes answers and errors in its protocols."""

import logging
import uuid
from collections import Counter
from typing import Any

from botocore.model import Shape

from engine.host import ApiError
from engine.services import shapes
from engine.services.protocols import Json, Labels, Request, Response
from engine.services.rest import PROTOCOLS
from engine.services.service import Caller, Service, called_by
from engine.services.values import MalformedError

# Protocols of requests without a header of their own.
_ADDRESSED = {"query", "rest-json", "rest-xml"}
_log = logging.getLogger("engine.services")
# Error codes for a throttled call; the first one that the operation or its service has.
_THROTTLED = (
    "ThrottlingException",
    "TooManyRequestsException",
    "Throttling",
    "ThrottledException",
    "RequestLimitExceeded",
)


class Endpoint:
    """Thread-safe where the service is."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.model = shapes.model(service.name)
        # A model may list JSON alone today, and CBOR too in the next release of the SDKs.
        spoken = [*self.model.protocols, *(["smithy-rpc-v2-cbor"] if "json" in self.model.protocols else [])]
        self._protocols = {name: PROTOCOLS[name](self.model) for name in spoken}
        # A model may give an error another code on the wire than its name.
        self._errors = {
            code: shape for shape in self.model.error_shapes for code in (shape.name, shape.error_code)
        }
        self._throttles: Counter[str] = Counter()

    def protocol(self, request: Request) -> Json | None:
        """The protocol of a request; None when the service does not support it."""
        if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
            return self._protocols.get("smithy-rpc-v2-cbor")
        if "x-amz-target" in request.headers:
            return self._protocols.get("json")
        return next((self._protocols[name] for name in self._protocols if name in _ADDRESSED), None)

    def operation(self, request: Request) -> tuple[str, Labels]:
        """The operation of a request; "" when the service has no such operation."""
        protocol = self.protocol(request)
        name, labels = protocol.operation(request) if protocol else ("", {})
        return (name, labels) if name in self.model.operation_names else ("", {})

    def params(self, request: Request) -> dict[str, Any]:
        """The parameters of a request that names an operation. Raises ApiError."""
        name, labels = self.operation(request)
        protocol = self._speaking(request)
        try:
            return protocol.params(request, self.model.operation_model(name), labels)
        except MalformedError as error:
            raise ApiError(protocol.malformed[0], str(error), protocol.malformed[1]) from None

    def resource_arn(self, request: Request) -> str:
        """The ARN for authorising a call; "*" when the call lacks it and is refused afterwards."""
        try:
            return self.service.resource_arn(self.operation(request)[0], self.params(request))
        except (ApiError, KeyError):
            return "*"

    def throttle(self, operation: str, times: int) -> None:
        """Refuse the next calls of an operation by any caller."""
        self._throttles[operation] = times

    def answer(self, request: Request, who: Caller) -> Response:
        protocol, request_id = self._speaking(request), str(uuid.uuid4())
        try:
            name, _ = self.operation(request)
            if not name:
                code, status = protocol.unknown
                raise ApiError(code, "The requested operation is not one of this service.", status)
            if self._throttles[name] > 0:
                self._throttles[name] -= 1
                raise self._throttling(protocol, name)
            params = self.params(request)
            self.service.check(name, params)
            for permission in self.service.further(name, params):
                who.require(*permission)
            with called_by(who):
                answer = self.service.perform(name, params)
            status, headers, body = protocol.success(self.model.operation_model(name), answer, request_id)
            return status, {**headers, **self.service.headers}, body
        except ApiError as error:
            return self.failure(request, error, request_id)
        except Exception as error:  # noqa: BLE001 - a defect is answered in the service's protocol too
            _log.exception("The engine failed to answer a call of %s", self.service.name)
            return protocol.failure("InternalFailure", {"message": str(error)}, 500, request_id)

    def failure(self, request: Request, error: ApiError, request_id: str) -> Response:
        protocol, shape = self._speaking(request), self._errors.get(error.code)
        code, status = shape.error_code if shape else error.code, 400
        if code == "AccessDeniedException":
            code, status = protocol.denied
        message = next((name for name in shape.members if name.lower() == "message"), "") if shape else ""
        fields = {message or "message": error.message, **error.fields}
        return protocol.failure(code, fields, error.status or _status(shape, status), request_id)

    def _throttling(self, protocol: Json, operation: str) -> ApiError:
        own = [shape.name for shape in self.model.operation_model(operation).error_shapes]
        # Too many waiting jobs, when the operation lacks the other error; only in Comprehend.
        known = [*own, *(self._errors.keys() - {"TooManyRequestsException"})]
        code = next((code for code in _THROTTLED if code in known), protocol.throttled[0])
        return ApiError(code, "Rate exceeded", _status(self._errors.get(code), protocol.throttled[1]))

    def _speaking(self, request: Request) -> Json:
        return self.protocol(request) or next(iter(self._protocols.values()))


def _status(shape: Shape | None, default: int) -> int:
    if shape is None:
        return default
    # botocore leaves `fault` out of a shape's metadata.
    fault = 500 if shape._shape_model.get("fault") else default
    return int(shape.metadata.get("error", {}).get("httpStatusCode", fault))
