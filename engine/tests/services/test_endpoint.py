"""A small service of each protocol, met by real clients."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from engine.emulator.services import Services
from engine.host import ApiError
from engine.services import Service, caller, shapes
from engine.services.protocols import Request

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ZONE = {"Id": "/hostedzone/Z1", "Name": "example.org.", "CallerReference": "once"}


class Toy(Service):
    def __init__(self, name, **operations):
        self.name, self.operations = name, operations


def missing(params):
    raise ApiError("NotFoundException", f"No topic {params['TopicArn']}")


TOYS = {
    "json": Toy(
        "comprehend",
        DetectSentiment=lambda params: {
            "Sentiment": "POSITIVE",
            "SentimentScore": {"Positive": len(params["Text"]) / 2},
            "Mood": "left out",
        },
        DescribeDataset=lambda params: {"DatasetProperties": {"CreationTime": MOMENT}},
    ),
    "query": Toy(
        "sns",
        GetTopicAttributes=missing,
        CreateTopic=lambda params: {"TopicArn": f"{params['Name']}-{params['Attributes']['A']}"},
        ListTopics=lambda params: {"Topics": [{"TopicArn": "a"}, {"TopicArn": "b"}]},
    ),
    "rest-json": Toy(
        "polly",
        SynthesizeSpeech=lambda params: {
            "AudioStream": params["Text"].encode(),
            "ContentType": "audio/mpeg",
            "RequestCharacters": len(params["Text"]),
        },
        GetLexicon=lambda params: {
            "Lexicon": {"Name": params["Name"]},
            "LexiconAttributes": {"LastModified": MOMENT.timestamp()},
        },
        DescribeVoices=lambda params: {"Voices": [{"Id": "Joanna", "LanguageCode": params["LanguageCode"]}]},
    ),
    "rest-xml": Toy(
        "route53",
        GetHostedZone=lambda params: {"HostedZone": {**ZONE, "Id": params["Id"]}},
        CreateHostedZone=lambda params: {
            "HostedZone": {**ZONE, "Name": params["Name"]},
            "ChangeInfo": {"Id": "C1", "Status": "PENDING", "SubmittedAt": MOMENT},
            "DelegationSet": {"NameServers": ["ns-1", "ns-2"]},
            "Location": "https://example.org/Z1",
        },
    ),
}
TOYS["smithy-rpc-v2-cbor"] = TOYS["json"]
# A call that the toy knows, one of which the model misses a member, and the code of the refusal.
CALLS = {
    "json": ("detect_sentiment", {"Text": "good", "LanguageCode": "en"}, "ValidationException"),
    "smithy-rpc-v2-cbor": ("detect_sentiment", {"Text": "good", "LanguageCode": "en"}, "ValidationException"),
    "query": ("create_topic", {"Name": "a", "Attributes": {"A": "b"}}, "ValidationError"),
    "rest-json": (
        "synthesize_speech",
        {"Text": "hi", "VoiceId": "Joanna", "OutputFormat": "mp3"},
        "ValidationException",
    ),
    "rest-xml": ("create_hosted_zone", {"Name": "example.org", "CallerReference": "once"}, "ValidationError"),
}
THROTTLED = {
    "json": ("ThrottlingException", 400),
    "smithy-rpc-v2-cbor": ("ThrottlingException", 400),
    "query": ("Throttled", 429),
    "rest-json": ("ThrottlingException", 400),
    "rest-xml": ("ThrottlingException", 400),
}


def refusal(call, **params):
    with pytest.raises(ClientError) as refused:
        call(**params)
    response = refused.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], status, response["Error"].get("Message", "")


@pytest.fixture(params=CALLS)
def toy(request, connect):
    """(protocol, client, endpoint)"""
    protocol = request.param
    service = TOYS[protocol]
    return protocol, *connect(service, protocol if protocol.startswith("smithy") else None)


@pytest.mark.parametrize("protocol", [None, "smithy-rpc-v2-cbor"])
def test_answers_of_calls_over_json_and_cbor(connect, protocol):
    client, _ = connect(TOYS["json"], protocol)
    answer = client.detect_sentiment(Text="good", LanguageCode="en")
    answer.pop("ResponseMetadata")
    assert answer == {"Sentiment": "POSITIVE", "SentimentScore": {"Positive": 2.0}}
    arn = "arn:aws:comprehend:us-east-1:123456789012:flywheel/f/dataset/d"
    assert client.describe_dataset(DatasetArn=arn)["DatasetProperties"]["CreationTime"] == MOMENT


def test_answers_of_the_query_protocol(connect):
    client, _ = connect(TOYS["query"])
    assert client.create_topic(Name="a", Attributes={"A": "b"})["TopicArn"] == "a-b"
    assert [topic["TopicArn"] for topic in client.list_topics()["Topics"]] == ["a", "b"]
    with pytest.raises(client.exceptions.NotFoundException, match="No topic a"):
        client.get_topic_attributes(TopicArn="a")


def test_answers_of_rest_over_json(connect):
    client, _ = connect(TOYS["rest-json"])
    spoken = client.synthesize_speech(Text="hello", VoiceId="Joanna", OutputFormat="mp3")
    assert spoken["AudioStream"].read() == b"hello"
    assert (spoken["ContentType"], spoken["RequestCharacters"]) == ("audio/mpeg", 5)
    assert client.get_lexicon(Name="w3c")["LexiconAttributes"]["LastModified"] == MOMENT
    assert client.describe_voices(LanguageCode="en-US")["Voices"][0]["LanguageCode"] == "en-US"


def test_answers_of_rest_over_xml(connect):
    client, _ = connect(TOYS["rest-xml"])
    assert client.get_hosted_zone(Id="Z9")["HostedZone"]["Id"] == "Z9"
    made = client.create_hosted_zone(Name="<&>", CallerReference="once")
    assert (made["HostedZone"]["Name"], made["Location"]) == ("<&>", "https://example.org/Z1")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["ChangeInfo"]["SubmittedAt"] == MOMENT
    assert made["DelegationSet"]["NameServers"] == ["ns-1", "ns-2"]


def test_a_request_without_a_required_member_is_invalid(toy):
    protocol, client, _ = toy
    method, params, code = CALLS[protocol]
    member, *rest = params
    found, status, message = refusal(getattr(client, method), **{key: params[key] for key in rest})
    assert (found, status) == (code, 400)
    at = member[:1].lower() + member[1:]
    broken = f"Value null at '{at}' failed to satisfy constraint: Member must not be null"
    assert message == f"1 validation error detected: {broken}"


def test_the_next_calls_are_throttled_by_the_name_that_the_model_has(toy):
    protocol, client, endpoint = toy
    method, params, _ = CALLS[protocol]
    endpoint.throttle(client.meta.method_to_api_mapping[method], 2)
    for _ in range(2):
        assert refusal(getattr(client, method), **params) == (*THROTTLED[protocol], "Rate exceeded")
    getattr(client, method)(**params)


def test_an_answer_that_breaks_the_model_is_the_engine_s_fault(toy, monkeypatch):
    protocol, client, _ = toy
    method, params, _ = CALLS[protocol]
    operation = client.meta.method_to_api_mapping[method]
    shape = client.meta.service_model.operation_model(operation).output_shape
    member = next(
        name for name, member in shape.members.items() if member.type_name in ("structure", "string")
    )
    broken = {**TOYS[protocol].operations, operation: lambda params: {member: [1]}}
    monkeypatch.setattr(TOYS[protocol], "operations", broken)
    code, status, message = refusal(getattr(client, method), **params)
    assert (code, status) == ("InternalFailure", 500)
    assert member in message


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({}, "DescribeModel.CreationTime is required and missing"),
        ({"CreationTime": True}, "DescribeModel.CreationTime is True, not a timestamp"),
        ({"CreationTime": MOMENT, "PrimaryContainer": {"Mode": "Some"}}, "Mode is 'Some', not one of"),
    ],
)
def test_answers_are_held_against_the_model(answer, fault):
    kept = {"ModelArn": "arn", "Unknown": 1}
    service = Toy("sagemaker", DescribeModel=lambda params: {**params, **kept, **answer})
    with pytest.raises(shapes.AnswerError, match=fault):
        service.call("DescribeModel", {"ModelName": "m"})
    service.omitted = ("DescribeModel.CreationTime",)
    if not answer:
        assert service.call("DescribeModel", {"ModelName": "m"}) == {"ModelName": "m", "ModelArn": "arn"}


def test_services_that_are_signed_for_by_one_name_are_told_apart():
    names = ("sagemaker-runtime", "sagemaker-featurestore-runtime", "sagemaker")
    services = Services([Toy(name) for name in names])
    for method, path, target, name in (
        ("POST", "/endpoints/e/invocations", None, "sagemaker-runtime"),
        ("GET", "/FeatureGroup/f", None, "sagemaker-featurestore-runtime"),
        ("POST", "/", "SageMaker.ListModels", "sagemaker"),
        ("POST", "/nowhere", None, "sagemaker-runtime"),
    ):
        headers = {"x-amz-target": target} if target else {}
        asked = Request(method, path, headers, b"", {})
        assert services._endpoint("sagemaker", asked).service.name == name


def test_what_a_file_leaves_out_says_so(toy):
    protocol, client, _ = toy
    method, params = {
        "query": ("delete_topic", {"TopicArn": "a"}),
        "rest-json": ("delete_lexicon", {"Name": "a"}),
        "rest-xml": ("delete_hosted_zone", {"Id": "a"}),
    }.get(protocol, ("detect_syntax", {"Text": "a", "LanguageCode": "en"}))
    assert refusal(getattr(client, method), **params)[2].endswith("is not rehearsed.")


def test_an_operation_learns_of_its_caller_and_asks_for_more(toy, monkeypatch):
    protocol, client, _ = toy
    method, params, _ = CALLS[protocol]

    def operation(params):
        assert caller().account == "123456789012"
        caller().require("s3:GetObject", "arn:aws:s3:::b/k")

    name = client.meta.method_to_api_mapping[method]
    monkeypatch.setattr(TOYS[protocol], "operations", {name: operation})
    code, status, message = refusal(getattr(client, method), **params)
    assert (code, status) == {
        "json": ("AccessDeniedException", 400),
        "smithy-rpc-v2-cbor": ("AccessDeniedException", 400),
        "rest-json": ("AccessDeniedException", 403),
    }.get(protocol, ("AccessDenied", 403))
    assert "is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k" in message
