"""Every service of the running engine, in every protocol of its model: routed, refused, throttled, denied."""

import json
import signal
import urllib.request
from urllib.error import HTTPError

import cbor2
import pytest
import regex
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

import engine.emulator.engine  # noqa: F401 - it imports every service file
from engine.services import Service, shapes
from engine.services.endpoint import Endpoint


def kinds(of):
    for kind in of.__subclasses__():
        yield from kinds(kind) if kind.__subclasses__() else [kind]


SERVICES = sorted(kind.name for kind in kinds(Service) if ".tests." not in kind.__module__)
# Two services may share the name that requests are signed for, so each is met in each of its protocols.
MET = [
    (name, protocol)
    for name in SERVICES
    for protocol in shapes.model(name).protocols
    + ["smithy-rpc-v2-cbor"] * ("json" in shapes.model(name).protocols)
]
MALFORMED = "Start of list found where not expected"


@pytest.fixture(scope="module")
def hosted(engine, start, tmp_path_factory):
    """An engine of a member account, whose budgets are a service too."""
    run_dir = tmp_path_factory.mktemp("hosted")
    process = start(run_dir, "--member-account")
    yield type(engine)(json.loads(process.stdout.readline())["endpoint"], run_dir)
    process.send_signal(signal.SIGTERM)
    process.wait(5)


def operation_of(name):
    """The name of an operation of the model that needs something."""
    model = shapes.model(name)
    found = (
        each for each in model.operation_names if model.operation_model(each).input_shape.required_members
    )
    return {"sagemaker-runtime": "InvokeEndpoint", "polly": "SynthesizeSpeech"}.get(name) or next(found)


def call(hosted, name, protocol, operation, body, credentials=None):
    """(status, code, message, content type) of a signed call."""
    model = shapes.model(name)
    headers, path = {}, "/"
    if protocol == "json":
        headers["x-amz-target"] = f"{model.metadata['targetPrefix']}.{operation}"
        headers["content-type"] = f"application/x-amz-json-{model.metadata['jsonVersion']}"
    elif protocol == "smithy-rpc-v2-cbor":
        headers["smithy-protocol"] = "rpc-v2-cbor"
        path = f"/service/{model.metadata['targetPrefix']}/operation/{operation}"
        body = cbor2.dumps(json.loads(body))
    else:
        known = operation in model.operation_names
        path = model.operation_model(operation).http["requestUri"] if known else f"/{operation}"
        path = path.format(EndpointName=body.decode().strip("{}") or "live")
    request = AWSRequest("POST", f"{hosted.endpoint}{path}", headers, body)
    given = credentials or {"AccessKeyId": "123456789012", "SecretAccessKey": "test"}
    keys = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given.get("SessionToken"))
    SigV4Auth(keys, model.signing_name, "us-east-1").add_auth(request)
    response = URLLib3Session().send(request.prepare())
    read = cbor2.loads if protocol == "smithy-rpc-v2-cbor" else json.loads
    error = read(response.content)
    code = error.get("__type", response.headers.get("x-amzn-errortype"))
    message = error.get("message", error.get("Message"))
    return response.status_code, code, message, response.headers["content-type"]


def content_type(name, protocol):
    version = shapes.model(name).metadata.get("jsonVersion")
    types = {"json": f"application/x-amz-json-{version}", "smithy-rpc-v2-cbor": "application/cbor"}
    return types.get(protocol, "application/json")


@pytest.mark.parametrize(("name", "protocol"), MET)
def test_a_malformed_request(hosted, name, protocol):
    of_container = name == "sagemaker-runtime"
    answer = call(hosted, name, protocol, operation_of(name), b"un_der" if of_container else b"[]")
    if of_container:
        pattern = shapes.model(name).shape_for("EndpointName").metadata["pattern"]
        told = (
            "1 validation error detected: Value 'un_der' at 'endpointName' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {pattern}"
        )
        assert answer == (400, "ValidationError", told, content_type(name, protocol))
    else:
        assert answer == (400, "SerializationException", MALFORMED, content_type(name, protocol))


@pytest.mark.parametrize(("name", "protocol"), [met for met in MET if met[0] != "sagemaker-runtime"])
def test_a_request_without_what_its_operation_needs(hosted, name, protocol):
    operation = operation_of(name)
    needed = shapes.model(name).operation_model(operation).input_shape.required_members
    status, code, message, _ = call(hosted, name, protocol, operation, b"{}")
    assert (status, code) == (400, "ValidationException")
    assert message.startswith(f"{len(needed)} validation error")
    assert message.count("Member must not be null") == len(needed)


@pytest.mark.parametrize(("name", "protocol"), MET)
def test_an_operation_that_is_none(hosted, name, protocol):
    status, code, *_, kind = call(hosted, name, protocol, "MakeCoffee", b"{}")
    assert (status, code) == (400 if protocol == "json" else 404, "UnknownOperationException")
    assert kind == content_type(name, protocol)


@pytest.mark.parametrize(("name", "protocol"), MET)
def test_a_denied_call(hosted, name, protocol):
    role = hosted.role()
    operation = operation_of(name)
    answer = call(hosted, name, protocol, operation, b"{}", hosted.assume(role))
    code, status = ("AccessDeniedException", 403 if protocol == "rest-json" else 400)
    assert (answer[0], answer[1], answer[3]) == (status, code, content_type(name, protocol))
    (decision,) = hosted.decisions(role=role)
    signed = shapes.model(name).signing_name
    action = f"{signed}:{ {'CreateBudget': 'ModifyBudget'}.get(operation, operation) }"
    assert (decision["action"], decision["decision"]) == (action, "Deny")
    denied = (
        f"is not authorized to perform: {action} on resource: {decision['resource']} because no identity-"
    )
    assert answer[2].endswith(f"{denied}based policy allows the {action} action")


@pytest.mark.parametrize(("name", "protocol"), MET)
def test_a_throttled_call(hosted, name, protocol):
    operation = operation_of(name)
    asked = f"service={name}&operation={operation}&times=1"
    urllib.request.urlopen(f"{hosted.endpoint}/_engine/throttle?{asked}")
    _, code, message, _ = call(hosted, name, protocol, operation, b"{}")
    modelled = {"service-quotas": "TooManyRequestsException"}
    assert (code, message) == (modelled.get(name, "ThrottlingException"), "Rate exceeded")
    assert call(hosted, name, protocol, operation, b"{}")[1] != code


def test_only_a_service_is_throttled(hosted):
    with pytest.raises(HTTPError, match="404"):
        urllib.request.urlopen(f"{hosted.endpoint}/_engine/throttle?service=coffee&operation=Make&times=1")


def test_tags_need_a_grant_of_their_own_and_are_found(hosted, allow):
    role = hosted.role(allow("sagemaker:CreateModelPackageGroup"))
    request = {"ModelPackageGroupName": hosted.name("group"), "Tags": [{"Key": "kit", "Value": "toy"}]}
    with pytest.raises(
        ClientError, match="is not authorized to perform: sagemaker:AddTags on resource: arn:aws:"
    ):
        hosted.client("sagemaker", hosted.assume(role)).create_model_package_group(**request)
    made = hosted.client("sagemaker").create_model_package_group(**request)["ModelPackageGroupArn"]
    wanted = {"TagFilters": [{"Key": "kit", "Values": ["toy"]}]}
    found = hosted.client("resourcegroupstaggingapi").get_resources(**wanted)["ResourceTagMappingList"]
    assert [resource["ResourceARN"] for resource in found] == [made]


@pytest.mark.parametrize("name", SERVICES)
def test_the_model_of_a_service_can_be_held_against_requests(name):
    """Its protocols are spoken and the patterns of what is asked are understood."""
    model, seen, patterns = Endpoint(type("", (Service,), {"name": name})()).model, set(), set()

    def walk(shape):
        if shape is None or shape.name in seen:
            return
        seen.add(shape.name)
        patterns.update([shape.metadata["pattern"]] if "pattern" in shape.metadata else [])
        for child in [
            *getattr(shape, "members", {}).values(),
            *(getattr(shape, part) for part in ("member", "key", "value") if hasattr(shape, part)),
        ]:
            walk(child)

    for operation in model.operation_names:
        walk(model.operation_model(operation).input_shape)
    assert patterns
    assert all(isinstance(shapes._compiled(pattern), regex.Pattern) for pattern in patterns)
