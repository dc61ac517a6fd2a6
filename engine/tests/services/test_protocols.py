"""What botocore writes is read, and what is written botocore reads, for every operation of real models."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlencode

import pytest
from botocore import parsers, serialize
from botocore.awsrequest import HeadersDict

from engine.services import shapes
from engine.services.protocols import Request
from engine.services.rest import PROTOCOLS
from engine.services.values import MalformedError, encode_text

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SPOKEN = [
    ("sagemaker", "json"),
    ("comprehend", "json"),
    ("comprehend", "smithy-rpc-v2-cbor"),
    ("rekognition", "json"),
    ("rekognition", "smithy-rpc-v2-cbor"),
    ("cloudwatch", "smithy-rpc-v2-cbor"),
    ("sns", "query"),
    ("iam", "query"),
    ("cloudwatch", "query"),
    ("polly", "rest-json"),
    ("sagemaker-runtime", "rest-json"),
    ("lakeformation", "rest-json"),
    ("route53", "rest-xml"),
    ("cloudfront", "rest-xml"),
]


def sample(shape, times, above=()):
    """A value of a shape with every member that does not recur; `times` makes a time what the side under
    test has."""
    below = (*above, shape.name)
    match shape.type_name:
        case "structure":
            members = list(shape.members.items())[: 1 if shape.metadata.get("union") else None]
            return {name: sample(member, times, below) for name, member in members if ends(member, below)}
        case "list":
            return [sample(shape.member, times, below)] * 2
        case "map":
            return {sample(shape.key, times, below): sample(shape.value, times, below)}
        case "string":
            return shape.metadata.get("enum", ["a 1"])[0]
        case "boolean":
            return True
        case "integer" | "long":
            return 200
        case "float" | "double":
            return 2.5
        case "blob":
            return b"\x00bytes"
        case "timestamp":
            return times(MOMENT)
    raise AssertionError(shape.type_name)


def ends(shape, above):
    """Whether a shape leads to something other than itself and what is above it."""
    item = {"list": "member", "map": "value"}.get(shape.type_name)
    if shape.name in above or (item and not ends(getattr(shape, item), (*above, shape.name))):
        return False
    return shape.type_name != "structure" or any(
        ends(member, (*above, shape.name)) for member in shape.members.values()
    )


def operations(service):
    """Those without event streams, which are not hosted."""
    model = shapes.model(service)
    for operation in map(model.operation_model, model.operation_names):
        if not (operation.has_event_stream_output or operation.has_event_stream_input):
            yield operation


def sent(operation, protocol, params):
    """The request that botocore makes of params."""
    wire = serialize.create_serializer(protocol, include_validation=False).serialize_to_request(
        params, operation
    )
    body = wire["body"]
    body = urlencode(body).encode() if isinstance(body, dict) else body
    path, _, literal = wire["url_path"].partition("?")
    address = "&".join(part for part in (urlencode(wire["query_string"], doseq=True), literal) if part)
    query = parse_qs(address, keep_blank_values=True)
    headers = {key.lower(): str(value) for key, value in wire["headers"].items()}
    return Request(wire["method"], unquote(path), headers, body, query)


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_requests_of_botocore_are_read(service, protocol):
    spoken = PROTOCOLS[protocol](shapes.model(service))
    for operation in operations(service):
        shape = operation.input_shape
        params = sample(shape, lambda time: time) if shape else {}
        request = sent(operation, protocol, params)
        name, labels = spoken.operation(request)
        assert name == operation.name
        expected = sample(shape, datetime.timestamp) if shape else {}
        assert spoken.params(request, operation, labels) == expected, operation.name


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_answers_are_read_by_botocore(service, protocol):
    spoken, parser = PROTOCOLS[protocol](shapes.model(service)), parsers.create_parser(protocol)
    for operation in operations(service):
        shape = operation.output_shape
        answer = sample(shape, lambda time: time) if shape else {}
        status, headers, body = spoken.success(operation, answer, "id")
        payload = (
            shape.members[shape.serialization["payload"]]
            if shape and "payload" in shape.serialization
            else None
        )
        streamed = payload is not None and payload.type_name == "blob"
        given = {"status_code": status, "headers": HeadersDict(headers), "body": body}
        read = parser.parse({**given, "body": b"" if streamed else body}, shape)
        read.pop("ResponseMetadata", None)
        if streamed:
            read[shape.serialization["payload"]] = body
        assert read == answer, operation.name


def test_times_in_headers_are_those_of_http():
    member = shapes.model("sagemaker").operation_model("DescribeModel").output_shape.members["CreationTime"]
    assert encode_text(MOMENT.timestamp(), member, "rfc822") == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert encode_text(MOMENT, member, "iso8601") == "2026-01-02T03:04:05.000Z"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_errors_are_read_by_botocore(protocol):
    service = next(service for service, spoken in SPOKEN if spoken == protocol)
    spoken = PROTOCOLS[protocol](shapes.model(service))
    status, headers, body = spoken.failure("SlowDownException", {"message": "Not so <fast>"}, 429, "id-1")
    shape = next(operations(service)).output_shape
    error = parsers.create_parser(protocol).parse(
        {"status_code": status, "headers": HeadersDict(headers), "body": body}, shape
    )
    assert (error["Error"]["Code"], error["Error"]["Message"]) == ("SlowDownException", "Not so <fast>")


@pytest.mark.parametrize(
    ("service", "operation", "body", "message"),
    [
        ("comprehend", "DetectSentiment", '{"Text"', "Could not parse the request body as JSON"),
        ("comprehend", "DetectSentiment", "[]", "Start of list found where not expected"),
        ("comprehend", "DetectSentiment", '{"Text": 1}', "NUMBER_VALUE can not be converted to String"),
        (
            "comprehend",
            "DetectSentiment",
            '{"Text": {}}',
            "Start of structure or map found where not expected.",
        ),
        ("comprehend", "BatchDetectSentiment", '{"TextList": "a"}', "Expected list or null"),
        (
            "comprehend",
            "ListDatasets",
            '{"MaxResults": true}',
            "BOOLEAN_VALUE can not be converted to Integer",
        ),
        (
            "rekognition",
            "DetectText",
            '{"Image": {"Bytes": "?"}}',
            "STRING_VALUE can not be converted to Blob",
        ),
        (
            "sns",
            "Subscribe",
            "Action=Subscribe&Endpoint=a&Endpoint.b=c",
            "Start of list found where not expected",
        ),
        ("sns", "ListTopics", "NextToken.a=b", "Start of structure or map found where not expected."),
        ("cloudwatch", "DescribeAlarms", "MaxRecords=many", "STRING_VALUE can not be converted to Integer"),
        ("route53", "CreateHostedZone", "<Create", "The XML you provided was not well-formed"),
        ("route53", "CreateHostedZone", "<A/>", "A is not valid, expected CreateHostedZoneRequest"),
    ],
)
def test_what_is_not_of_the_model_is_malformed(service, operation, body, message):
    model = shapes.model(service)
    protocol = {"cloudwatch": "query"}.get(service, model.protocol)
    with pytest.raises(MalformedError) as refused:
        PROTOCOLS[protocol](model).params(
            Request("POST", "/", {}, body.encode(), {}), model.operation_model(operation), {}
        )
    assert str(refused.value) == message


def test_members_that_the_model_does_not_know_are_left_out():
    model = shapes.model("comprehend")
    body = json.dumps({"Text": "a", "Mood": "b", "LanguageCode": None}).encode()
    request = Request("POST", "/", {}, body, {})
    assert PROTOCOLS["json"](model).params(request, model.operation_model("DetectSentiment"), {}) == {
        "Text": "a"
    }
