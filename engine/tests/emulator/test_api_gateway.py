"""A REST API with IAM authorization and a request model, as CloudFormation makes it."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

MODEL = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["instances"],
    "additionalProperties": False,
    "properties": {
        "instances": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["origin"],
                "properties": {
                    "origin": {"type": "string", "enum": ["JFK", "LGA"]},
                    "delay": {"type": ["number", "null"], "minimum": 0},
                },
            },
        }
    },
}
BODY = '{"message": $context.error.messageString, "detail": "$context.error.validationErrorString"}'
API = {"RestApiId": {"Ref": "Api"}}


@pytest.fixture(scope="module")
def api(engine):
    function = engine.node_function(
        """exports.handler = async ({ body }) => {
          const broken = body.includes('99');
          return { statusCode: broken ? 502 : 200, body };
        }"""
    )
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    method = {
        **API,
        "ResourceId": {"Ref": "Path"},
        "HttpMethod": "POST",
        "AuthorizationType": "AWS_IAM",
        "RequestModels": {"application/json": {"Ref": "Model"}},
        "RequestValidatorId": {"Ref": "Validator"},
        "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri},
    }
    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    template = {"application/json": BODY}
    resources = {
        "Api": ("RestApi", {"Name": "predict"}),
        "Path": ("Resource", {**API, "ParentId": root, "PathPart": "predictions"}),
        "Model": ("Model", {**API, "ContentType": "application/json", "Name": "Request", "Schema": MODEL}),
        "Validator": ("RequestValidator", {**API, "ValidateRequestBody": True}),
        "Invalid": (
            "GatewayResponse",
            {**API, "ResponseType": "BAD_REQUEST_BODY", "ResponseTemplates": template},
        ),
        "Method": ("Method", method),
        "Deployment": ("Deployment", API),
        "Stage": ("Stage", {**API, "DeploymentId": {"Ref": "Deployment"}, "StageName": "v1"}),
    }
    made = {
        name: {"Type": f"AWS::ApiGateway::{kind}", "Properties": properties}
        for name, (kind, properties) in resources.items()
    }
    made["Deployment"]["DependsOn"] = ["Method", "Invalid"]
    stack = engine.stack({"Resources": made, "Outputs": {"Api": {"Value": {"Ref": "Api"}}}})
    return stack["Outputs"]["Api"]


def post(engine, api, body, credentials=None):
    """(status, parsed body) of a POST to /v1/predictions."""
    url = f"{engine.endpoint}/restapis/{api}/v1/_user_request_/predictions"
    headers = {"content-type": "application/json"}
    if credentials:
        request = AWSRequest("POST", url, data=body, headers=headers)
        signer = Credentials(
            *(credentials[key] for key in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        )
        SigV4Auth(signer, "execute-api", "us-east-1").add_auth(request)
        headers = dict(request.headers)
    request = urllib.request.Request(url, data=body.encode(), headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def caller(engine, api, allow):
    method = f"arn:aws:execute-api:us-east-1:123456789012:{api}/v1/POST/predictions"
    return engine.assume(engine.role(allow("execute-api:Invoke", on=method)))


VALID = '{"instances": [{"origin": "JFK", "delay": null}]}'


def test_an_unsigned_call_is_refused(engine, api):
    assert post(engine, api, VALID) == (403, {"message": "Missing Authentication Token"})


def test_a_role_without_the_grant_is_refused(engine, api, allow):
    stranger = engine.assume(engine.role(allow("s3:GetObject")))
    status, body = post(engine, api, VALID, stranger)
    assert status == 403
    assert "not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api" in body["Message"]


def test_a_valid_body_reaches_the_handler(engine, api, caller):
    assert post(engine, api, VALID, caller) == (200, json.loads(VALID))


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("{}", '[object has missing required properties (["instances"])]'),
        (
            '{"instances": []}',
            "[array is too short: must have at least 1 elements but instance has 0 elements]",
        ),
        (
            '{"instances": [{"origin": "SFO"}]}',
            '[instance value ("SFO") not found in enum (possible values: ["JFK","LGA"])]',
        ),
        (
            '{"instances": [{"origin": "JFK", "delay": "1"}]}',
            '[instance type (string) does not match any allowed primitive type (allowed: ["number","null"])]',
        ),
        (
            '{"instances": [{"origin": "JFK", "delay": -1}]}',
            "[numeric instance is lower than the required minimum (minimum: 0, found: -1)]",
        ),
        ("no json", ""),
    ],
)
def test_a_body_that_breaks_the_model_is_explained(engine, api, caller, body, detail):
    expected = {"message": "Invalid request body", "detail": detail}
    assert post(engine, api, body, caller) == (400, expected)


def test_requests_are_counted_by_how_they_end(engine, api, caller):
    cloudwatch, now = engine.client("cloudwatch"), datetime.now(UTC)

    def count(metric):
        found = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=[{"Name": "ApiName", "Value": "predict"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=86_400,
            Statistics=["Sum"],
        )
        return sum(each["Sum"] for each in found["Datapoints"])

    before = [count(metric) for metric in ("Count", "4XXError", "5XXError")]
    for body in (VALID, "{}", VALID.replace("null", "99")):
        post(engine, api, body, caller)
    after = [count(metric) for metric in ("Count", "4XXError", "5XXError")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [3, 1, 1]
