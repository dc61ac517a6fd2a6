"""Real-time endpoints: instances, traffic between two fleets, alarms that roll an update back."""

import json
import sys
import threading
from pathlib import Path

import pytest
from world import IMAGE, ROLE, SERVING_ENVIRONMENT, invoke, served, until

from engine.host import ApiError
from engine.journal import DEPLOYMENTS, read
from engine.sagemaker import SageMaker

pytestmark = pytest.mark.usefixtures("quick")

SERVE = """
import json, time, uuid
ME = uuid.uuid4().hex
def model_fn(folder):
    if {answer!r} == "slow": time.sleep(1.5)
    return {answer!r}
def input_fn(body, content_type): return body
def predict_fn(data, model):
    if data == b"slow": time.sleep(0.1)
    if model == "bad": raise ValueError("no such feature")
    return [model, ME]
def output_fn(prediction, accept): return json.dumps(prediction), accept
"""
ALARM = "kit/errors"
CANARY = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
            "WaitIntervalInSeconds": 200,
        },
        "TerminationWaitInSeconds": 50,
        "MaximumExecutionTimeoutInSeconds": 3600,
    },
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": ALARM}]},
}


@pytest.fixture
def sagemaker(world):
    service = SageMaker(world, Path(sys.executable), {"ml.m5.large for endpoint usage": 4}, wait_scale=0.01)
    yield service
    service.close()


@pytest.fixture
def endpoint(sagemaker, put):
    """Endpoint `live` of two instances that answer "one"; answers a maker of further configurations."""

    def configure(answer, instances=2, **more):
        container = {
            "Image": IMAGE,
            "ModelDataUrl": put(f"{answer}.tar.gz", served(SERVE.format(answer=answer))),
            "Environment": SERVING_ENVIRONMENT,
        }
        request = {"ModelName": answer, "PrimaryContainer": container, "ExecutionRoleArn": ROLE}
        sagemaker.call("CreateModel", request)
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": answer,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": instances,
        }
        config = {"EndpointConfigName": answer, "ProductionVariants": [variant], **more}
        sagemaker.call("CreateEndpointConfig", config)

    configure("one")
    sagemaker.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "one"})
    settled(sagemaker)
    return configure


def describe(sagemaker):
    return sagemaker.call("DescribeEndpoint", {"EndpointName": "live"})


def settled(sagemaker):
    return until(lambda: (found := describe(sagemaker))["EndpointStatus"] == "InService" and found, 60)


def ask(sagemaker, body=b"fast"):
    """The answering fleet and process; None for an error."""
    status, _, body = invoke(sagemaker, "live", body, "text/plain", "application/json")
    return json.loads(body) if status == 200 else None


def update(sagemaker, answer, **more):
    sagemaker.call("UpdateEndpoint", {"EndpointName": "live", "EndpointConfigName": answer, **more})


def baking(sagemaker):
    pending = describe(sagemaker).get("PendingDeploymentSummary", {"ProductionVariants": []})
    return any(
        status["Status"] == "Baking"
        for variant in pending["ProductionVariants"]
        for status in variant["VariantStatus"]
    )


def test_instances_answer_in_turn(sagemaker, endpoint):
    assert len({ask(sagemaker)[1] for _ in range(6)}) == 2
    shown = describe(sagemaker)["ProductionVariants"][0]
    assert (shown["CurrentInstanceCount"], shown["DesiredInstanceCount"]) == (2, 2)


def test_a_canary_takes_its_share_and_then_all(sagemaker, world, endpoint):
    endpoint("two")
    world.alarms[ALARM] = lambda: "OK"
    update(sagemaker, "two", DeploymentConfig=CANARY)
    until(lambda: baking(sagemaker))
    answers = [ask(sagemaker)[0] for _ in range(40)]
    assert (answers.count("one"), answers.count("two")) == (20, 20)
    shown = describe(sagemaker)["PendingDeploymentSummary"]["ProductionVariants"][0]["VariantStatus"][0]
    assert shown["StatusMessage"] == (
        "Baking for 200 seconds (WaitIntervalInSeconds) "
        "with traffic enabled on canary capacity of 1 instance(s)."
    )
    found = settled(sagemaker)
    assert found["EndpointConfigName"] == "two"
    assert found["LastDeploymentConfig"] == CANARY
    assert "PendingDeploymentSummary" not in found
    assert {ask(sagemaker)[0] for _ in range(4)} == {"two"}
    (line,) = read(world.run_dir / DEPLOYMENTS)
    assert (line["from"], line["to"], line["outcome"]) == ("one", "two", "completed")
    canary, full = line["stages"]
    assert canary["blue"] == canary["green"] == {"requests": 20, "errors": 0}
    assert (full["instances"], full["of"], full["blue"]["requests"]) == (2, 2, 0)
    stages = [
        event["PendingDeploymentSummary"]["ProductionVariants"][0]["VariantStatus"][0]["Status"]
        for event in world.emitted("SageMaker Endpoint Deployment State Change")
    ]
    assert stages == ["Creating", "ActivatingTraffic", "Baking", "ActivatingTraffic", "Baking"]


def test_an_alarm_while_baking_puts_the_old_fleet_back(sagemaker, world, endpoint):
    endpoint("bad")

    def errors():
        return sum(metric["value"] for metric in world.metrics if metric["name"] == "Invocation5XXErrors")

    world.alarms[ALARM] = lambda: "ALARM" if errors() >= 3 else "OK"
    update(sagemaker, "bad", DeploymentConfig=CANARY)
    until(lambda: baking(sagemaker))
    answers = [ask(sagemaker) for _ in range(6)]
    assert answers.count(None) == 3
    found = settled(sagemaker)
    assert found["EndpointConfigName"] == "one"
    assert found["FailureReason"].startswith(f"Alarm {ALARM} went off while baking with traffic on canary")
    assert {ask(sagemaker)[0] for _ in range(6)} == {"one"}
    (line,) = read(world.run_dir / DEPLOYMENTS)
    assert line["outcome"] == "rolled back"
    assert line["stages"][0]["green"] == {"requests": 3, "errors": 3}
    assert line["stages"][0]["blue"]["errors"] == 0
    events = [event["EndpointStatus"] for event in world.emitted("SageMaker Endpoint State Change")]
    assert events == ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"]
    # The endpoint takes the next update as if nothing had been.
    endpoint("two")
    update(sagemaker, "two")
    assert "FailureReason" not in settled(sagemaker)


def test_the_deployment_timeout_counts_start_and_waits(sagemaker, world, endpoint):
    endpoint("slow")
    world.alarms[ALARM] = lambda: "OK"
    short = json.loads(json.dumps(CANARY))
    # The waits alone fit, by one second.
    limits = {"MaximumExecutionTimeoutInSeconds": 600, "TerminationWaitInSeconds": 399}
    short["BlueGreenUpdatePolicy"] |= limits
    update(sagemaker, "slow", DeploymentConfig=short)
    found = settled(sagemaker)
    assert found["FailureReason"] == "The deployment took longer than 600 seconds."
    assert ask(sagemaker)[0] == "one"


def test_an_alarm_that_does_not_exist_is_refused(sagemaker, endpoint):
    endpoint("two")
    with pytest.raises(ApiError, match="Alarm kit/errors does not exist"):
        update(sagemaker, "two", DeploymentConfig=CANARY)


def test_an_endpoint_without_its_configuration_takes_no_update(sagemaker, endpoint):
    endpoint("two")
    sagemaker.call("DeleteEndpointConfig", {"EndpointConfigName": "one"})
    with pytest.raises(ApiError, match=r'Could not find endpoint configuration ".*endpoint-config/one"'):
        update(sagemaker, "two")


def test_both_fleets_count_against_the_quota(sagemaker, endpoint):
    endpoint("three", instances=3)
    with pytest.raises(ApiError, match="with current utilization of 2 Instances and a request delta of 3"):
        update(sagemaker, "three")


def test_a_scaled_endpoint_keeps_its_count_when_asked_to(sagemaker, endpoint):
    change = {"VariantName": "AllTraffic", "DesiredInstanceCount": 1}
    request = {"EndpointName": "live", "DesiredWeightsAndCapacities": [change]}
    sagemaker.call("UpdateEndpointWeightsAndCapacities", request)
    settled(sagemaker)
    assert len({ask(sagemaker)[1] for _ in range(6)}) == 1
    endpoint("two")
    update(sagemaker, "two", RetainAllVariantProperties=True)
    assert settled(sagemaker)["ProductionVariants"][0]["CurrentInstanceCount"] == 1
    sagemaker.call("CreateEndpointConfig", _renamed(sagemaker, "two", "again"))
    update(sagemaker, "again")
    assert settled(sagemaker)["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert len({ask(sagemaker)[1] for _ in range(6)}) == 2


def _renamed(sagemaker, name, new):
    found = sagemaker.call("DescribeEndpointConfig", {"EndpointConfigName": name})
    return {"EndpointConfigName": new, "ProductionVariants": found["ProductionVariants"]}


def test_metrics_are_those_of_sagemaker(sagemaker, world, endpoint):
    ask(sagemaker)
    found = {metric["name"]: metric for metric in world.metrics}
    assert set(found) == {
        "Invocations",
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "ModelLatency",
        "OverheadLatency",
    }
    assert all(
        (metric["namespace"], metric["EndpointName"], metric["VariantName"])
        == ("AWS/SageMaker", "live", "AllTraffic")
        for metric in found.values()
    )
    assert found["Invocation5XXErrors"]["value"] == 0
    # Microseconds: a call takes a millisecond or more.
    assert found["ModelLatency"]["value"] > 100


@pytest.mark.parametrize("how", [{"DeploymentConfig": CANARY}, {}], ids=["by canary", "at once"])
def test_no_request_is_lost_while_traffic_moves(sagemaker, world, endpoint, how):
    endpoint("two")
    world.alarms[ALARM] = lambda: "OK"
    done, lost = threading.Event(), []

    def keep_asking():
        while not done.is_set():
            if ask(sagemaker, b"slow") is None:
                lost.append(1)

    callers = [threading.Thread(target=keep_asking) for _ in range(3)]
    for caller in callers:
        caller.start()
    update(sagemaker, "two", **how)
    found = settled(sagemaker)
    done.set()
    for caller in callers:
        caller.join()
    assert found["EndpointConfigName"] == "two"
    assert lost == []
