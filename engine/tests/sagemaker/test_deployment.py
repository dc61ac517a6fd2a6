"""The stages of a DeploymentConfig, and what of one is refused."""

import pytest

from engine.host import ApiError
from engine.sagemaker.deployment import plan


def config(instances=2, **variant):
    return {"ProductionVariants": [{"VariantName": "v", "InitialInstanceCount": instances, **variant}]}


def policy(kind, size=None, interval=600, **more):
    member = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}.get(kind)
    sized = {member: size} if size else {}
    routing = {"Type": kind, "WaitIntervalInSeconds": interval, **sized}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, **more}}


def percent(value):
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def count(value):
    return {"Type": "INSTANCE_COUNT", "Value": value}


@pytest.mark.parametrize(
    ("deployment", "instances", "stages"),
    [
        ({}, 2, [(2, 0)]),
        (policy("ALL_AT_ONCE", TerminationWaitInSeconds=120), 2, [(2, 120)]),
        (policy("CANARY", percent(50), TerminationWaitInSeconds=300), 2, [(1, 600), (2, 300)]),
        (policy("CANARY", percent(50)), 3, [(1, 600), (3, 0)]),
        (policy("CANARY", count(2)), 5, [(2, 600), (5, 0)]),
        (policy("LINEAR", percent(25), 60), 8, [(2, 60), (4, 60), (6, 60), (8, 0)]),
        (policy("LINEAR", count(2), 60), 5, [(2, 60), (4, 60), (5, 0)]),
    ],
)
def test_traffic_moves_in_stages(deployment, instances, stages):
    found = plan(deployment, config(instances)).stages
    assert [(stage.instances, stage.seconds) for stage in found] == stages
    assert found[-1].share == 1


def test_every_linear_deployment_grows_to_the_whole_fleet():
    for instances in range(2, 40):
        for size in range(10, 51):
            stages = plan(policy("LINEAR", percent(size)), config(instances)).stages
            shares = [stage.share for stage in stages]
            assert shares == sorted(set(shares))
            assert shares[-1] == 1


@pytest.mark.parametrize(
    ("deployment", "configured", "message"),
    [
        (policy("CANARY", percent(51)), config(), "is not 1 to 50 % of the variant's 2 instance"),
        (policy("CANARY", count(2)), config(3), "is not 1 to 50 % of the variant's 3 instance"),
        (policy("CANARY", percent(50)), config(1), "of the variant's 1 instance"),
        (policy("LINEAR", percent(5)), config(10), "is not 10 to 50 %"),
        (policy("CANARY"), config(), "needs CanarySize"),
        (
            policy("CANARY", percent(50), TerminationWaitInSeconds=300, MaximumExecutionTimeoutInSeconds=900),
            config(),
            "must be larger than the total waiting time",
        ),
        ({"RollingUpdatePolicy": {}}, config(), "RollingUpdatePolicy is not rehearsed"),
        (policy("ALL_AT_ONCE"), config(ServerlessConfig={}), "endpoints of one variant on instances"),
    ],
)
def test_what_is_refused(deployment, configured, message):
    with pytest.raises(ApiError, match=message) as refusal:
        plan(deployment, configured)
    assert refusal.value.code == "ValidationException"
