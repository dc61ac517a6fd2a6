"""Comprehend, Rekognition and Polly: what they refuse, in whose name they read, and their mark."""

import json
import socket
import struct
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from h2.connection import H2Connection
from h2.events import ResponseReceived

ENGLISH = {"LanguageCode": "en"}
SPEECH = {"VoiceId": "Joanna", "OutputFormat": "pcm", "Text": "Hello there"}
SSML = {**SPEECH, "TextType": "ssml"}


def png(width, height):
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + bytes(8)


def jpeg(width, height):
    comment, frame = b"\xff\xfe\x00\x04hi", b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width)
    return b"\xff\xd8" + comment + frame + bytes(8)


def refused(call, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    return error.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("detect_sentiment", {"Text": "x" * 5001, **ENGLISH}, "TextSizeLimitExceededException"),
        ("detect_sentiment", {"Text": "ä" * 2501, **ENGLISH}, "TextSizeLimitExceededException"),
        ("detect_key_phrases", {"Text": "x" * 100_000, **ENGLISH}, "TextSizeLimitExceededException"),
        ("detect_entities", {"Text": "x" * 100_001, **ENGLISH}, "TextSizeLimitExceededException"),
        ("detect_entities", {"Text": "without a language"}, "InvalidRequestException"),
        ("detect_dominant_language", {"Text": "x" * 100_001}, "TextSizeLimitExceededException"),
        ("detect_pii_entities", {"Text": "x", "LanguageCode": "fr"}, "UnsupportedLanguageException"),
        ("detect_sentiment", {"Text": "x", "LanguageCode": "nl"}, "ValidationException"),
        ("batch_detect_sentiment", {"TextList": ["x"] * 26, **ENGLISH}, "BatchSizeLimitExceededException"),
        (
            "batch_detect_entities",
            {"TextList": ["x", "x" * 5001], **ENGLISH},
            "TextSizeLimitExceededException",
        ),
        ("detect_syntax", {"Text": "x", **ENGLISH}, "ValidationException"),
    ],
)
def test_comprehend_refuses(engine, operation, params, code):
    assert refused(getattr(engine.client("comprehend"), operation), **params) == code


def test_comprehend_takes_what_its_limits_allow(engine):
    comprehend = engine.client("comprehend")
    comprehend.detect_sentiment(Text="x" * 5000, **ENGLISH)
    comprehend.detect_key_phrases(Text="x" * 99_999, **ENGLISH)
    assert len(comprehend.batch_detect_entities(TextList=["x" * 5000] * 25, **ENGLISH)["ResultList"]) == 25


def test_findings_have_places_in_code_points(engine):
    comprehend = engine.client("comprehend")
    text = (
        "😀 My name is Ann Lee, ann@example.org, (212) 555-0100. I flew from Newark and the crew was great."
    )
    points = list(text)
    found = comprehend.detect_pii_entities(Text=text, **ENGLISH)["Entities"]
    shown = {each["Type"]: "".join(points[each["BeginOffset"] : each["EndOffset"]]) for each in found}
    assert shown == {"NAME": "Ann Lee", "EMAIL": "ann@example.org", "PHONE": "(212) 555-0100"}
    entities = comprehend.detect_entities(Text=text, **ENGLISH)["Entities"]
    assert ("LOCATION", "Newark") in [(each["Type"], each["Text"]) for each in entities]
    assert len({each["BeginOffset"] for each in entities}) == len(entities)
    assert comprehend.detect_sentiment(Text=text, **ENGLISH)["Sentiment"] == "POSITIVE"
    assert comprehend.detect_sentiment(Text="x", **ENGLISH)["Sentiment"] == "NEUTRAL"
    languages = comprehend.detect_dominant_language(Text="le vol est en retard et les bagages")["Languages"]
    assert languages[0]["LanguageCode"] == "fr"


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ({"Bytes": b"GIF89a"}, "InvalidImageFormatException"),
        ({"Bytes": png(80, 80)[:20]}, "InvalidImageFormatException"),
        ({"Bytes": b"\xff\xd8\xff\xd9"}, "InvalidImageFormatException"),
        ({"Bytes": png(79, 100)}, "InvalidParameterException"),
        ({"Bytes": jpeg(10_001, 100)}, "ImageTooLargeException"),
        ({"Bytes": bytes(5 * 1024 * 1024 + 1)}, "ValidationException"),
        ({}, "InvalidParameterException"),
        ({"Bytes": png(80, 80), "S3Object": {"Bucket": "abc", "Name": "a"}}, "InvalidParameterException"),
        ({"S3Object": {"Bucket": "abc", "Name": "nothing.png"}}, "InvalidS3ObjectException"),
    ],
)
def test_rekognition_refuses(engine, image, code):
    assert refused(engine.client("rekognition").detect_labels, Image=image) == code


def test_an_object_is_read_as_whoever_calls(engine, allow):
    bucket = engine.name("pictures")
    s3 = engine.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="ramp.jpg", Body=jpeg(640, 480))
    s3.put_object(Bucket=bucket, Key="huge.jpg", Body=jpeg(640, 480) + bytes(15 * 1024 * 1024))
    image = {"S3Object": {"Bucket": bucket, "Name": "ramp.jpg"}}
    grant = allow("rekognition:DetectText")
    blind = engine.client("rekognition", engine.assume(engine.role(grant)))
    assert refused(blind.detect_text, Image=image) == "InvalidS3ObjectException"
    reading = engine.role(grant, allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/*"))
    client = engine.client("rekognition", engine.assume(reading))
    assert {each["Type"] for each in client.detect_text(Image=image)["TextDetections"]} == {"LINE", "WORD"}
    assert refused(client.detect_labels, Image=image) == "AccessDeniedException"
    image["S3Object"]["Name"] = "huge.jpg"
    assert refused(client.detect_text, Image=image) == "ImageTooLargeException"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Text": "x" * 3001}, "TextLengthExceededException"),
        ({**SSML, "Text": f"<speak>x{'<break/>' * 750}</speak>"}, "TextLengthExceededException"),
        ({**SSML, "Text": "<speak>5 < 6</speak>"}, "InvalidSsmlException"),
        ({**SSML, "Text": "<p>no root</p>"}, "InvalidSsmlException"),
        ({**SSML, "Text": "<speak><audio src='x'/>a</speak>"}, "InvalidSsmlException"),
        (
            {**SSML, "Text": "<speak><emphasis>now</emphasis></speak>", "Engine": "neural"},
            "InvalidSsmlException",
        ),
        ({"VoiceId": "Carmen", "Engine": "neural"}, "EngineNotSupportedException"),
        ({"VoiceId": "Ruth"}, "EngineNotSupportedException"),
        ({"SpeechMarkTypes": ["word"]}, "MarksNotSupportedForFormatException"),
        (
            {"OutputFormat": "json", "SpeechMarkTypes": ["ssml"]},
            "SsmlMarksNotSupportedForTextTypeException",
        ),
        ({"OutputFormat": "ogg_vorbis"}, "ValidationException"),
        ({"SampleRate": "8000"}, "ValidationException"),
        ({"VoiceId": "Nobody"}, "ValidationException"),
    ],
)
def test_polly_refuses(engine, changed, code):
    assert refused(engine.client("polly").synthesize_speech, **{**SPEECH, **changed}) == code


def test_speech_is_silence_and_its_marks_are_places_in_the_request(engine):
    polly = engine.client("polly")
    pcm = polly.synthesize_speech(**SPEECH)
    assert (pcm["ContentType"], pcm["RequestCharacters"]) == ("audio/pcm", 11)
    assert set(pcm["AudioStream"].read()) == {0}
    mp3 = polly.synthesize_speech(**{**SPEECH, "OutputFormat": "mp3"})
    assert mp3["AudioStream"].read().startswith(b"\xff\xf3")
    text = "<speak>Größe <mark name='here'/>zwei <amazon:effect name='whispered'>psst</amazon:effect></speak>"
    asked = {**SSML, "Text": text, "OutputFormat": "json", "SpeechMarkTypes": ["word", "ssml", "viseme"]}
    answer = polly.synthesize_speech(**asked)
    marks = [json.loads(line) for line in answer["AudioStream"].read().splitlines()]
    words = [mark for mark in marks if mark["type"] == "word"]
    assert [mark["value"] for mark in words] == ["Größe", "zwei", "psst"]
    assert [text.encode()[mark["start"] : mark["end"]].decode() for mark in words] == [
        "Größe",
        "zwei",
        "psst",
    ]
    assert [mark["value"] for mark in marks if mark["type"] == "ssml"] == ["here"]
    assert answer["RequestCharacters"] == len("Größe zwei psst")


def test_a_client_of_http_2_signs_the_authority(engine, allow):
    address = urlsplit(engine.endpoint)
    keys = engine.assume(engine.role(allow("polly:SynthesizeSpeech")))
    signer = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    body = json.dumps(SPEECH).encode()
    headers = {":authority": address.netloc, "content-type": "application/json"}
    request = AWSRequest("POST", f"{engine.endpoint}/v1/speech", headers, body)
    SigV4Auth(signer, "polly", "us-east-1").add_auth(request)
    assert "SignedHeaders=:authority;" in request.headers["Authorization"]
    connection = H2Connection()
    connection.initiate_connection()
    fields = {":method": "POST", ":path": "/v1/speech", ":scheme": "http", **request.headers}
    connection.send_headers(1, [(name.lower(), value) for name, value in fields.items()])
    connection.send_data(1, body, end_stream=True)
    with socket.create_connection((address.hostname, address.port), 10) as server:
        server.sendall(connection.data_to_send())
        events = []
        while not any(isinstance(event, ResponseReceived) for event in events):
            events += connection.receive_data(server.recv(65_536))
    answer = next(event for event in events if isinstance(event, ResponseReceived))
    assert dict(answer.headers)[b":status"] == b"200"


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("comprehend", "detect_sentiment", {"Text": "x", **ENGLISH}),
        ("rekognition", "detect_labels", {"Image": {"Bytes": png(80, 80)}}),
        ("polly", "synthesize_speech", SPEECH),
    ],
)
def test_an_answer_is_marked_and_the_run_says_so_by_itself(engine, service, operation, params):
    client = engine.client(service)
    answer = getattr(client, operation)(**params)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-rehearsed-by"] == "stand-in"
    action = f"{service}:{client.meta.method_to_api_mapping[operation]}"
    facts = [json.loads(line) for line in (engine.run_dir / "not-rehearsed.jsonl").read_text().splitlines()]
    assert [fact["what"] for fact in facts].count(f"answers of {action}") == 1
