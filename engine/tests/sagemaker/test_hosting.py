"""Models and endpoints: real server processes, and releases that must not take the old model down."""

import json
import re
import threading
import time

import pytest
from world import IMAGE, POWERLESS_ROLE, ROLE, SERVING_ENVIRONMENT, invoke, served, until

from engine.host import ApiError

SERVE = """
import json, os
VERSION = {version!r}
def model_fn(model_dir):
    return open(os.environ["SM_MODEL_DIR"] + "/weights").read()
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)
def predict_fn(data, model):
    return [VERSION, model, data]
def output_fn(prediction, accept):
    return json.dumps(prediction), accept
"""


@pytest.fixture
def deploy(sagemaker, put):
    """Create model and serverless endpoint configuration `name` around an inference module."""

    def create(name, module, environment=SERVING_ENVIRONMENT, **variant):
        url = put(f"{name}.tar.gz", {"weights": name, **served(module)})
        container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": environment}
        sagemaker.call(
            "CreateModel", {"ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": ROLE}
        )
        serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}}
        variants = [{"VariantName": "AllTraffic", "ModelName": name, **(variant or serverless)}]
        sagemaker.call("CreateEndpointConfig", {"EndpointConfigName": name, "ProductionVariants": variants})

    return create


@pytest.fixture
def settled(sagemaker):
    def wait(name):
        def describe():
            endpoint = sagemaker.call("DescribeEndpoint", {"EndpointName": name})
            return None if endpoint["EndpointStatus"] in ("Creating", "Updating") else endpoint

        return until(describe, 40)

    return wait


def test_an_endpoint_serves_and_takes_a_new_model_without_a_gap(sagemaker, world, deploy, settled, quick):
    deploy("one", SERVE.format(version=1))
    deploy("two", SERVE.format(version=2))
    sagemaker.call("CreateEndpoint", {"EndpointName": "Live", "EndpointConfigName": "one"})
    assert settled("Live")["EndpointStatus"] == "InService"
    status, headers, body = invoke(sagemaker, "Live", b"[7]")
    assert (status, json.loads(body)) == (200, [1, "one", [7]])
    assert headers["x-Amzn-Invoked-Production-Variant"] == "AllTraffic"

    sagemaker.call("UpdateEndpoint", {"EndpointName": "Live", "EndpointConfigName": "two"})
    with pytest.raises(ApiError, match="Cannot update in-progress endpoint"):
        sagemaker.call("UpdateEndpoint", {"EndpointName": "Live", "EndpointConfigName": "one"})
    served = set()
    while 2 not in served:
        status, _, body = invoke(sagemaker, "Live", b"[7]")
        assert status == 200
        served.add(json.loads(body)[0])
    assert 1 in served
    assert settled("Live")["EndpointConfigName"] == "two"
    statuses = [event["EndpointStatus"] for event in world.emitted("SageMaker Endpoint State Change")]
    assert statuses == ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"]
    sagemaker.call("DeleteEndpoint", {"EndpointName": "Live"})
    with pytest.raises(ApiError, match="Could not find endpoint"):
        sagemaker.call("DescribeEndpoint", {"EndpointName": "Live"})
    with pytest.raises(ApiError, match="Endpoint Live of account 123456789012 not found"):
        invoke(sagemaker, "Live", b"[]")


def test_a_bad_update_leaves_the_old_model_serving_and_says_why(sagemaker, world, deploy, settled):
    deploy("good", SERVE.format(version=1))
    deploy("bad", "raise ImportError('no such library')")
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "good"})
    settled("live")
    sagemaker.call("UpdateEndpoint", {"EndpointName": "live", "EndpointConfigName": "bad"})
    endpoint = settled("live")
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", "good")
    assert endpoint["FailureReason"].startswith("Unable to successfully stand up your model")
    assert json.loads(invoke(sagemaker, "live", b"[]")[2])[0] == 1
    until(lambda: "no such library" in world.logged("/aws/sagemaker/Endpoints/live", "AllTraffic/"))


def test_an_endpoint_that_never_gets_healthy_fails(sagemaker, deploy, settled):
    deploy(
        "bad",
        "def model_fn(folder): raise OSError('corrupt')",
        InstanceType="ml.t2.medium",
        InitialInstanceCount=1,
    )
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "bad"})
    endpoint = settled("live")
    assert endpoint["EndpointStatus"] == "Failed"
    assert endpoint["FailureReason"] == (
        "The primary container for production variant AllTraffic did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )


def test_a_corrupt_archive_fails_the_endpoint_with_its_url(sagemaker, put, deploy, settled, quick):
    deploy("one", SERVE.format(version=1))
    url = put("one.tar.gz", b"no archive")
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "one"})
    reason = settled("live")["FailureReason"]
    assert reason.startswith(f'Failed to extract model data archive from URL "{url}"')


def test_an_answer_may_take_longer_than_a_health_check(sagemaker, deploy, settled, quick):
    module = SERVE.format(version=1) + "\nimport time\ndef predict_fn(data, model): time.sleep(2.3); return 1"
    deploy("slow", module)
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "slow"})
    settled("live")
    assert invoke(sagemaker, "live", b"0")[0] == 200


WHERE = """
import json, os
def model_fn(folder):
    return {"user": os.getuid(), "code": __file__, "model": os.environ["SM_MODEL_DIR"]}
def input_fn(body, content_type): return body
def predict_fn(data, model): return model
def output_fn(prediction, accept): return json.dumps(prediction), accept
"""


@pytest.mark.parametrize("opt_ml", ["writable", "read-only"])
def test_a_serverless_container_starts_without_root_and_writes_to_tmp(
    sagemaker, world, deploy, settled, opt_ml
):
    world.unknowns["serverless-opt-ml"] = opt_ml
    deploy("live", WHERE)
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "live"})
    assert settled("live")["EndpointStatus"] == "InService"
    assert json.loads(invoke(sagemaker, "live", b"0")[2]) == {
        "user": 1000,
        "code": "/tmp/sm/code/inference.py",
        "model": "/opt/ml/model",
    }


BY_DEFAULT = {name: SERVING_ENVIRONMENT[name] for name in ("SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY")}


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({}, "Read-only file system: '/etc/sagemaker-nginx.conf'"),
        ({"SAGEMAKER_USE_NGINX": "false", "TMPDIR": "/tmp", "PIP_NO_INDEX": "1"}, "InstallModuleError"),
    ],
)
def test_a_serverless_container_refuses_the_image_s_own_settings(
    sagemaker, world, deploy, settled, settings, refused
):
    deploy("live", WHERE, {**BY_DEFAULT, **settings})
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "live"})
    assert settled("live")["EndpointStatus"] == "Failed"
    until(lambda: refused in world.logged("/aws/sagemaker/Endpoints/live", "AllTraffic/"))


def test_an_instance_takes_the_image_s_own_settings(sagemaker, world, deploy, settled):
    deploy("live", WHERE, BY_DEFAULT, InstanceType="ml.t2.medium", InitialInstanceCount=1)
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "live"})
    assert settled("live")["EndpointStatus"] == "InService"
    answer = json.loads(invoke(sagemaker, "live", b"0")[2])
    assert (answer["user"], answer["code"]) == (0, "/opt/ml/code/inference.py")
    assert "nginx in front of gunicorn" in world.notes


def test_a_refusing_container_is_a_model_error(sagemaker, deploy, settled):
    deploy("one", SERVE.format(version=1))
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "one"})
    settled("live")
    status, _, body = invoke(sagemaker, "live", b"1,2", "text/csv")
    assert status == 424
    answer = json.loads(body)
    assert answer["OriginalStatusCode"] == 500
    assert answer["Message"].startswith("Received server error (500) from primary with message")
    assert invoke(sagemaker, "live", b"[1]")[0] == 200


def test_default_functions_speak_csv_and_json(sagemaker, deploy, settled):
    module = """
class Sum:
    def predict(self, data, validate_features):
        return data.get_data().toarray().sum(axis=1)
def model_fn(folder):
    return Sum()
"""
    deploy("sum", module)
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "sum"})
    settled("live")
    status, headers, body = invoke(sagemaker, "live", b"1,2,3\n4,5,6", "text/csv", "text/csv")
    assert (status, body) == (200, b"6.0\n15.0\n")
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert invoke(sagemaker, "live", b"1,2,3", "text/csv")[2] == b"[6.0]"
    # The image's server would answer 415 if its transformer did not wrap what a default function raises.
    status, _, body = invoke(sagemaker, "live", b"[1]", "application/json")
    assert (status, json.loads(body)["OriginalStatusCode"]) == (424, 500)


def test_a_call_costs_milliseconds_and_concurrency_is_limited(sagemaker, deploy, settled, quick):
    deploy(
        "slow",
        SERVE.format(version=1) + "\nimport time\ndef predict_fn(data, model): time.sleep(data); return 1",
    )
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "slow"})
    settled("live")
    invoke(sagemaker, "live", b"0")
    started = time.perf_counter()
    for _ in range(50):
        invoke(sagemaker, "live", b"0")
    assert (time.perf_counter() - started) / 50 < 0.02
    callers = [threading.Thread(target=invoke, args=(sagemaker, "live", b"0.7")) for _ in range(2)]
    for caller in callers:
        caller.start()
    time.sleep(0.3)
    with pytest.raises(ApiError) as refused:
        invoke(sagemaker, "live", b"0")
    assert (refused.value.code, refused.value.status) == ("ThrottlingException", 429)
    for caller in callers:
        caller.join()


def test_a_real_time_endpoint_captures_what_it_answers(sagemaker, world, put, deploy, settled):
    deploy("one", SERVE.format(version=1), InstanceType="ml.t2.medium", InitialInstanceCount=1)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "one",
        "InstanceType": "ml.t2.medium",
        "InitialInstanceCount": 1,
    }
    capture = {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{world.bucket}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
    }
    config = {
        "EndpointConfigName": "capturing",
        "ProductionVariants": [variant],
        "DataCaptureConfig": capture,
    }
    sagemaker.call("CreateEndpointConfig", config)
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "capturing"})
    settled("live")
    invoke(sagemaker, "live", b"[1]", "application/json", None, "ride-7")
    invoke(sagemaker, "live", b"refused", "text/csv", None, "ride-8")
    sagemaker.call("DeleteEndpoint", {"EndpointName": "live"})
    (found,) = world.s3.list_objects_v2(Bucket=world.bucket, Prefix="captured/")["Contents"]
    assert re.fullmatch(r"captured/live/AllTraffic/\d{4}/\d\d/\d\d/\d\d/[\w-]+\.jsonl", found["Key"])
    (line,) = world.s3.get_object(Bucket=world.bucket, Key=found["Key"])["Body"].read().splitlines()
    record = json.loads(line)
    assert record["captureData"]["endpointInput"] == {
        "observedContentType": "application/json", "mode": "INPUT", "data": "[1]", "encoding": "JSON",
    }  # fmt: skip
    assert record["captureData"]["endpointOutput"]["data"] == '[1, "one", [1]]'
    assert record["eventMetadata"]["inferenceId"] == "ride-7"
    assert record["eventVersion"] == "0"


def test_model_data_must_exist_and_be_readable_by_the_role(sagemaker, put):
    def model(url, role):
        container = {"Image": IMAGE, "ModelDataUrl": url}
        request = {"ModelName": "m", "PrimaryContainer": container, "ExecutionRoleArn": role}
        return sagemaker.call("CreateModel", request)

    url = put("model.tar.gz", b"x")
    with pytest.raises(ApiError, match="Could not access model data at") as refused:
        model(f"{url}-missing", ROLE)
    assert refused.value.code == "ValidationException"
    with pytest.raises(ApiError, match="Could not access model data at"):
        model(url, POWERLESS_ROLE)
    assert model(url, ROLE)["ModelArn"].endswith(":model/m")
    with pytest.raises(ApiError, match='Cannot create already existing model "arn:aws:sagemaker'):
        model(url, ROLE)


def test_serverless_takes_no_capture_and_no_vpc(sagemaker, deploy):
    deploy("one", SERVE.format(version=1))
    variant = {
        "VariantName": "v",
        "ModelName": "one",
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
    }
    capture = {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://x/y",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    request = {"EndpointConfigName": "c", "ProductionVariants": [variant]}
    with pytest.raises(ApiError, match="DataCaptureConfig is not supported for serverless"):
        sagemaker.call("CreateEndpointConfig", {**request, "DataCaptureConfig": capture})
    variant["ServerlessConfig"]["MemorySizeInMB"] = 1500
    with pytest.raises(ApiError, match="multiple of 1024"):
        sagemaker.call("CreateEndpointConfig", request)
