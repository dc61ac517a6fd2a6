"""The command `doctor` against an emulated new account, as a user runs it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def bootstrapped(engine: Any) -> Any:
    """What `cdk bootstrap` leaves for doctor to read."""
    version = {"Name": "/cdk-bootstrap/hnb659fds/version", "Value": "27", "Type": "String", "Overwrite": True}
    engine.client("ssm").put_parameter(**version)
    return engine


def doctor(engine: Any, *options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and document of `doctor --json`, for a kit that no other test deploys."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    signed = {
        "AWS_ENDPOINT_URL": engine.endpoint,
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }
    command = ["node_modules/.bin/ts-node", "scripts/cli.ts", "--kit", "fresh", "doctor", "--json", *options]
    ended = subprocess.run(
        command, cwd=ROOT, env={**kept, **signed}, capture_output=True, text=True, check=False
    )
    return ended.returncode, json.loads(ended.stdout)


@pytest.fixture(scope="module")
def fresh(bootstrapped: Any) -> tuple[int, dict[str, Any]]:
    return doctor(bootstrapped)


def of(found: dict[str, Any], verdict: str) -> list[dict[str, Any]]:
    return [check for check in found["checks"] if check["verdict"] == verdict]


def test_sandbox_passes_in_a_new_account(fresh):
    code, found = fresh
    assert (code, found["verdict"], of(found, "warn"), of(found, "fail")) == (0, "ok", [], [])
    told = {
        check["evidence"]["code"]: check["evidence"]["default"]
        for check in of(found, "ok")
        if "quota" in check["about"]
    }
    assert told["L-29688C85"] == 4
    assert told["L-B99A9384"] == 1000


def test_the_warehouse_needs_a_default_vpc(bootstrapped):
    with_room = ("--config", '{"rooms": ["warehouse"]}')
    _, found = doctor(bootstrapped, *with_room)
    [network] = [check for check in found["checks"] if check["about"] == "network"]
    assert network["verdict"] == "ok"
    ec2 = bootstrapped.client("ec2")
    ours = [{"Name": "default-for-az", "Values": ["true"]}]
    for subnet in ec2.describe_subnets(Filters=ours)["Subnets"][1:]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    code, found = doctor(bootstrapped, *with_room)
    [network] = of(found, "fail")
    assert code == 1
    assert network["found"] == "zones of the default VPC: 1, and Redshift Serverless needs two"


def test_the_image_is_looked_for_in_the_registry_of_the_region(bootstrapped, fresh):
    _, found = fresh
    [image] = [check for check in found["checks"] if check["about"] == "image"]
    assert image == {"about": "image", "verdict": "ok", "found": "sagemaker-xgboost:3.2-0 is in the registry"}
    answer = bootstrapped.client("ecr").batch_get_image(
        registryId="683313688378",
        repositoryName="sagemaker-xgboost",
        imageIds=[{"imageTag": "3.2-0-cpu-py3"}],
    )
    assert [failure["failureCode"] for failure in answer["failures"]] == ["ImageNotFound"]


def test_standard_lacks_quotas_and_names_each_with_its_code(bootstrapped):
    code, found = doctor(bootstrapped, "--profile", "standard", "--config", '{"training":{"spot":false}}')
    assert code == 1
    lacking = {check["evidence"]["code"]: check for check in of(found, "fail")}
    assert set(lacking) == {"L-614B09FD", "L-611FA074"}
    assert lacking["L-614B09FD"]["found"].startswith("ml.m5.large for endpoint usage (L-614B09FD): 0")
    assert "--quota-code L-614B09FD --desired-value 4" in lacking["L-614B09FD"]["fix"]
