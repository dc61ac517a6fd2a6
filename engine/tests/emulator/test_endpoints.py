"""A real-time endpoint as a stack makes it: scaling, capture under the model's role, and a guardrail that
rolls an update back because requests really failed."""

import json
import signal
import sys
import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).parents[1] / "sagemaker"))

import world

INSTANCE = "ml.m5.large"
SERVE = """
import json
def model_fn(folder): return {answer!r}
def input_fn(body, content_type): return body
def predict_fn(data, model):
    if model == "bad": raise ValueError("no such feature")
    return model
def output_fn(prediction, accept): return json.dumps(prediction), accept
"""


@pytest.fixture(scope="module")
def granted(engine, start, tmp_path_factory):
    """An engine of its own, in an account with the quota that a canary of two instances needs."""
    run_dir = tmp_path_factory.mktemp("granted")
    process = start(run_dir, "--quota", f"{INSTANCE} for endpoint usage=4")
    yield type(engine)(json.loads(process.stdout.readline())["endpoint"], run_dir)
    process.send_signal(signal.SIGTERM)
    process.wait(5)


def model(engine, bucket, answer):
    """Put a model archive that serves `answer`; answers its URI."""
    body = world.archive(world.served(SERVE.format(answer=answer)))
    engine.client("s3").put_object(Bucket=bucket, Key=f"{answer}.tar.gz", Body=body)
    return f"s3://{bucket}/{answer}.tar.gz"


def template(name, bucket, role, instance_type=INSTANCE):
    """An endpoint with canary, alarm, capture and scaling, whose model is a parameter."""
    container = {
        "Image": "image",
        "ModelDataUrl": {"Ref": "ModelData"},
        "Environment": world.SERVING_ENVIRONMENT,
    }
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InstanceType": instance_type,
        "InitialInstanceCount": 2,
    }
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{bucket}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
    }
    routing = {
        "Type": "CANARY",
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 600,
    }
    alarm = {
        "AlarmName": f"{name}/errors",
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Dimensions": [
            {"Name": "EndpointName", "Value": name},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 2,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    target = {
        "ServiceNamespace": "sagemaker",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "MinCapacity": 2,
        "MaxCapacity": 4,
    }
    endpoint = {
        "EndpointName": name,
        "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
        "RetainAllVariantProperties": True,
        "DeploymentConfig": {
            "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": {"Ref": "Alarm"}}]},
        },
    }
    resources = {
        "Model": {"PrimaryContainer": container, "ExecutionRoleArn": role},
        "EndpointConfig": {"ProductionVariants": [variant], "DataCaptureConfig": capture},
        "Endpoint": endpoint,
    }
    return {
        "Parameters": {"ModelData": {"Type": "String"}},
        "Resources": {
            "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
            **{
                logical_id.removeprefix("Endpoint") or logical_id: {
                    "Type": f"AWS::SageMaker::{logical_id}",
                    "Properties": properties,
                }
                for logical_id, properties in resources.items()
            },
            "Target": {
                "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
                "DependsOn": "Endpoint",
                "Properties": target,
            },
        },
    }


def data(uri):
    return [{"ParameterKey": "ModelData", "ParameterValue": uri}]


def ask(engine, name):
    request = {"EndpointName": name, "ContentType": "application/json", "Body": b"{}"}
    return json.loads(engine.client("sagemaker-runtime").invoke_endpoint(**request)["Body"].read())


def test_a_new_account_has_no_instances_for_it(engine, admin):
    name, bucket = engine.name("endpoint"), engine.name("models")
    engine.client("s3").create_bucket(Bucket=bucket)
    stack = engine.stack(template(name, bucket, admin), Parameters=data(model(engine, bucket, "one")))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = engine.client("cloudformation").describe_stack_events(StackName=stack["StackName"])[
        "StackEvents"
    ]
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in events)
    assert f"'{INSTANCE} for endpoint usage' is 0 Instances" in reasons


def test_burstable_instances_are_not_scaled(engine, admin):
    name, bucket = engine.name("endpoint"), engine.name("models")
    engine.client("s3").create_bucket(Bucket=bucket)
    stack = engine.stack(
        template(name, bucket, admin, "ml.t2.medium"), Parameters=data(model(engine, bucket, "one"))
    )
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = engine.client("cloudformation").describe_stack_events(StackName=stack["StackName"])[
        "StackEvents"
    ]
    assert any("burstable" in event.get("ResourceStatusReason", "") for event in events)


def test_failing_requests_ring_and_roll_the_stack_back(granted, allow, until):
    name, bucket = granted.name("endpoint"), granted.name("models")
    granted.client("s3").create_bucket(Bucket=bucket)
    role = granted.role(allow("*"))
    uris = {answer: model(granted, bucket, answer) for answer in ("one", "two", "bad")}
    stack = granted.stack(template(name, bucket, role), Parameters=data(uris["one"]))
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert ask(granted, name) == "one"
    (target,) = granted.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="sagemaker"
    )["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 4)

    done, failed = threading.Event(), []

    def traffic():
        while not done.wait(0.05):
            try:
                ask(granted, name)
            except ClientError as error:
                failed.append(error.response["Error"]["Code"])

    client = threading.Thread(target=traffic)
    client.start()
    try:
        good = granted.stack({}, stack["StackName"], Parameters=data(uris["two"]))
        assert good["StackStatus"] == "UPDATE_COMPLETE"
        assert failed == []
        bad = granted.stack({}, stack["StackName"], Parameters=data(uris["bad"]))
    finally:
        done.set()
        client.join()
    assert bad["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert set(failed) == {"ModelError"}
    assert ask(granted, name) == "two"
    described = granted.client("sagemaker").describe_endpoint(EndpointName=name)
    assert described["EndpointStatus"] == "InService"
    assert f"Alarm {name}/errors went off while baking" in described["FailureReason"]
    events = granted.client("cloudformation").describe_stack_events(StackName=stack["StackName"])
    assert any(
        f"Alarm {name}/errors went off" in event.get("ResourceStatusReason", "")
        for event in events["StackEvents"]
    )
    deployments = [
        json.loads(line) for line in (granted.run_dir / "deployments.jsonl").read_text().splitlines()
    ]
    assert [line["outcome"] for line in deployments] == ["completed", "rolled back"]
    assert deployments[1]["stages"][0]["green"]["errors"] > 0
    granted.client("cloudformation").delete_stack(StackName=stack["StackName"])
    scaling = granted.client("application-autoscaling")
    until(lambda: not scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"])


def test_a_role_that_may_not_capture_is_silent_but_audited(granted, allow, until):
    name, bucket = granted.name("endpoint"), granted.name("models")
    granted.client("s3").create_bucket(Bucket=bucket)
    role = granted.role(allow("s3:GetObject"), allow("cloudwatch:DescribeAlarms"))
    stack = granted.stack(template(name, bucket, role), Parameters=data(model(granted, bucket, "one")))
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert ask(granted, name) == "one"
    denied = until(lambda: granted.decisions(role=role, action="s3:PutObject", decision="Deny"))
    assert denied[0]["resource"].startswith(f"arn:aws:s3:::{bucket}/captured/{name}/AllTraffic/")
    assert ask(granted, name) == "one"
    granted.client("cloudformation").delete_stack(StackName=stack["StackName"])
