"""AWS's remote-call protocols: JSON, CBOR and the forms of the query protocol."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs
from xml.etree.ElementTree import Element, SubElement, tostring

import cbor2
from botocore.model import OperationModel, ServiceModel, Shape

from engine.services.values import MalformedError, add_element, decode, decode_text, encode

Response = tuple[int, dict[str, str], bytes]
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Request:
    """`headers` by lower-case name, `path` decoded."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, list[str]]

    @cached_property
    def form(self) -> Mapping[str, list[str]]:
        """The fields of a query protocol request, in its body or its address."""
        return {**parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True), **self.query}


class Json:
    """Calls over JSON, and the codes in which the protocols differ: (code, HTTP status)."""

    malformed = ("SerializationException", 400)
    unknown = ("UnknownOperationException", 400)
    denied = ("AccessDeniedException", 400)
    throttled = ("ThrottlingException", 400)

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        # Names in lower case, because the emulator would otherwise not find and correct them.
        self._headers = {"content-type": f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.0')}"}

    def operation(self, request: Request) -> tuple[str, Labels]:
        """The operation of a request, with the labels of its path; "" when it is unknown."""
        prefix, _, name = request.headers.get("x-amz-target", "").rpartition(".")
        return (name if prefix == self._model.metadata.get("targetPrefix") else ""), {}

    def params(self, request: Request, operation: OperationModel, labels: Labels) -> dict[str, Any]:
        """The request's parameters by their names in the model. Raises MalformedError."""
        return self._load(request.body, operation.input_shape)

    def success(self, operation: OperationModel, answer: Mapping[str, Any], request_id: str) -> Response:
        return 200, dict(self._headers), self._dump(answer, operation.output_shape)

    def failure(self, code: str, fields: Mapping[str, Any], status: int, request_id: str) -> Response:
        """`fields` are the members of the error, including its message."""
        body = json.dumps({"__type": code, **fields}).encode()
        return status, {**self._headers, "x-amzn-errortype": code}, body

    def _load(self, body: bytes, shape: Shape | None) -> dict[str, Any]:
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            raise MalformedError("Could not parse the request body as JSON") from None
        return decode(given, shape) if shape else {}

    def _dump(self, answer: Mapping[str, Any], shape: Shape | None) -> bytes:
        return json.dumps(encode(answer, shape, cbor=False) if shape else {}).encode()


class Cbor(Json):
    """smithy-rpc-v2-cbor, which newer SDKs use for services with calls over JSON."""

    unknown = ("UnknownOperationException", 404)

    def __init__(self, model: ServiceModel) -> None:
        super().__init__(model)
        self._headers = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}

    def operation(self, request: Request) -> tuple[str, Labels]:
        prefix, _, name = request.path.rpartition("/operation/")
        return (name if prefix == f"/service/{self._model.metadata.get('targetPrefix')}" else ""), {}

    def failure(self, code: str, fields: Mapping[str, Any], status: int, request_id: str) -> Response:
        return status, dict(self._headers), cbor2.dumps({"__type": code, **fields})

    def _load(self, body: bytes, shape: Shape | None) -> dict[str, Any]:
        try:
            given = cbor2.loads(body) if body else {}
        except (cbor2.CBORDecodeError, ValueError):
            raise MalformedError("Could not parse the request body as CBOR") from None
        return decode(given, shape) if shape else {}

    def _dump(self, answer: Mapping[str, Any], shape: Shape | None) -> bytes:
        return cbor2.dumps(encode(answer, shape, cbor=True) if shape else {})


class Xml(Json):
    """Shared parts of protocols that answer XML."""

    malformed = ("MalformedInput", 400)
    denied = ("AccessDenied", 403)
    throttled = ("Throttling", 400)

    def __init__(self, model: ServiceModel) -> None:
        super().__init__(model)
        self._headers = {"content-type": "text/xml"}
        namespace = model.metadata.get("xmlNamespace")
        self._namespace = {"xmlns": namespace} if namespace else {}

    def failure(self, code: str, fields: Mapping[str, Any], status: int, request_id: str) -> Response:
        root = Element("ErrorResponse", self._namespace)
        error = SubElement(root, "Error")
        told = {"Type": "Sender" if status < 500 else "Receiver", "Code": code, **fields}
        for name, value in told.items():
            SubElement(error, name[:1].upper() + name[1:]).text = str(value)
        SubElement(root, "RequestId").text = request_id
        return status, dict(self._headers), tostring(root)


class Query(Xml):
    """A form in, XML out."""

    unknown = ("InvalidAction", 400)

    def operation(self, request: Request) -> tuple[str, Labels]:
        return request.form.get("Action", [""])[0], {}

    def params(self, request: Request, operation: OperationModel, labels: Labels) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for key, (value, *_) in request.form.items():
            *above, last = key.split(".")
            node = tree
            for step in above:
                node = node.setdefault(step, {})
                if not isinstance(node, dict):
                    raise MalformedError("Start of list found where not expected")
            node[last] = value
        return decode_text(_listed(tree), operation.input_shape) if operation.input_shape else {}

    def success(self, operation: OperationModel, answer: Mapping[str, Any], request_id: str) -> Response:
        root = Element(f"{operation.name}Response", self._namespace)
        if (shape := operation.output_shape) is not None:
            add_element(root, shape.serialization["resultWrapper"], answer, shape)
        SubElement(SubElement(root, "ResponseMetadata"), "RequestId").text = request_id
        return 200, dict(self._headers), tostring(root)


def _listed(tree: Any) -> Any:
    """A form numbers the items of its lists from 1."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdigit() for key in tree):
        return [_listed(tree[key]) for key in sorted(tree, key=int)]
    return {key: _listed(item) for key, item in tree.items()}
