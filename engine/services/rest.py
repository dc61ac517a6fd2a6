"""The protocols with parameters in path, query, headers and body."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape

from engine.services.protocols import Cbor, Json, Labels, Query, Request, Response, Xml
from engine.services.values import (
    MalformedError,
    add_element,
    decode_text,
    encode_text,
    wire_name,
)


class RestJson(Json):
    unknown = ("UnknownOperationException", 404)
    denied = ("AccessDeniedException", 403)
    throttled = ("ThrottlingException", 429)

    def __init__(self, model: ServiceModel) -> None:
        super().__init__(model)
        self._headers = {"content-type": "application/json"}
        self._routes = _routes(model)

    def operation(self, request: Request) -> tuple[str, Labels]:
        for pattern, labels, operation in self._routes:
            match = pattern.fullmatch(f"{request.method} {request.path}")
            literal = parse_qs(operation.http["requestUri"].partition("?")[2], keep_blank_values=True)
            if match and all(request.query.get(key) == value for key, value in literal.items()):
                return operation.name, dict(zip(labels, match.groups(), strict=True))
        return "", {}

    def params(self, request: Request, operation: OperationModel, labels: Labels) -> dict[str, Any]:
        shape = operation.input_shape
        if shape is None:
            return {}
        payload = shape.serialization.get("payload")
        if payload and shape.members[payload].type_name == "blob":
            params: dict[str, Any] = {payload: request.body}
        elif payload:
            params = {payload: self._load(request.body, shape.members[payload])} if request.body else {}
        else:
            params = self._load(request.body, shape)
        for name, member in shape.members.items():
            value = _located(name, member, request, labels)
            if value:
                params[name] = decode_text(value, member)
        return params

    def success(self, operation: OperationModel, answer: Mapping[str, Any], request_id: str) -> Response:
        status, headers = operation.http.get("responseCode", 200), dict(self._headers)
        shape = operation.output_shape
        if shape is None:
            return status, headers, b""
        rest = {}
        for name, value in answer.items():
            member = shape.members[name]
            match member.serialization.get("location"):
                case "header":
                    headers[wire_name(name, member).lower()] = encode_text(value, member, "rfc822")
                case "statusCode":
                    status = value
                case None:
                    rest[name] = value
        if not (payload := shape.serialization.get("payload")):
            return status, headers, self._dump(rest, shape)
        body = rest.get(payload, b"")
        return status, headers, body if isinstance(body, bytes) else self._dump(body, shape.members[payload])

    def failure(self, code: str, fields: Mapping[str, Any], status: int, request_id: str) -> Response:
        return status, {**self._headers, "x-amzn-errortype": code}, json.dumps(fields).encode()


class RestXml(Xml, RestJson):
    def _load(self, body: bytes, shape: Shape | None) -> dict[str, Any]:
        if not body or shape is None:
            return {}
        try:
            root = fromstring(body)
        except ParseError:
            raise MalformedError("The XML you provided was not well-formed") from None
        name, wanted = _tag(root), wire_name(shape.name, shape)
        if name != wanted:
            raise MalformedError(f"{name} is not valid, expected {wanted}")
        return decode_text(_tree(root), shape)

    def _dump(self, answer: Mapping[str, Any], shape: Shape | None) -> bytes:
        holder = Element("holder")
        if shape is not None:
            add_element(holder, wire_name(shape.name, shape), answer, shape)
            holder[0].attrib.update(self._namespace)
        return b"".join(tostring(element) for element in holder)


def _routes(model: ServiceModel) -> list[tuple[re.Pattern[str], list[str], OperationModel]]:
    """Order of paths for matching: those with a query parameter, with most literal parts, the longest."""
    found = []
    for operation in map(model.operation_model, model.operation_names):
        path, _, literal = operation.http["requestUri"].partition("?")
        parts = re.split(r"\{([^}]+)\}", path.rstrip("/"))
        # A label arrives percent-decoded: it may contain slashes, as ARNs do.
        pattern = f"{operation.http['method']} {'(.+?)'.join(map(re.escape, parts[::2]))}/?"
        labels = [label.rstrip("+") for label in parts[1::2]]
        order = (not literal, len(labels) - path.count("/"), -len(labels))
        found.append((order, (re.compile(pattern), labels, operation)))
    return [route for _, route in sorted(found, key=lambda entry: entry[0])]


def _located(name: str, member: Shape, request: Request, labels: Labels) -> Any:
    """The value of a member outside of the request's body; None or empty when it is absent."""
    wire = wire_name(name, member)
    match member.serialization.get("location"):
        case "uri":
            return labels.get(wire)
        case "header":
            value = request.headers.get(wire.lower())
            return _listed(value.split(","), member) if value and isinstance(member, ListShape) else value
        case "querystring" if not isinstance(member, MapShape):
            values = request.query.get(wire)
            return values and (_listed(values, member) if isinstance(member, ListShape) else values[0])
    return None


def _listed(values: list[str], shape: ListShape) -> dict[str, list[str]]:
    return {wire_name("member", shape.member): [value.strip() for value in values]}


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _tree(element: Element) -> Any:
    """An element as dicts, lists of repeated elements, and texts."""
    if not len(element):
        return element.text or ""
    tree: dict[str, Any] = {}
    for child in element:
        tree.setdefault(_tag(child), []).append(_tree(child))
    return {name: items if len(items) > 1 else items[0] for name, items in tree.items()}


PROTOCOLS: dict[str, type[Json]] = {
    "json": Json,
    "smithy-rpc-v2-cbor": Cbor,
    "query": Query,
    "rest-json": RestJson,
    "rest-xml": RestXml,
}
