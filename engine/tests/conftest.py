"""One engine for all contract tests: the real emulator with every seam, started once on a free port."""

import io
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
_numbers = itertools.count(1)


class Engine:
    """A running engine and what tests do with it."""

    def __init__(self, endpoint: str, run_dir: Path) -> None:
        self.endpoint, self.run_dir = endpoint, run_dir

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """A client as the account root, or with the credentials of an assumed role."""
        given = credentials or {"AccessKeyId": ACCOUNT, "SecretAccessKey": "test"}
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def role(self, *statements: dict[str, Any]) -> str:
        """A role of its own, for any service or the account to assume, with these policy statements."""
        name, iam = self.name("role"), self.client("iam")
        principal = {
            "Service": [f"{service}.amazonaws.com" for service in ("states", "lambda", "firehose")],
            "AWS": f"arn:aws:iam::{ACCOUNT}:root",
        }
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="grants", PolicyDocument=policy(*statements))
        return str(role)

    def assume(self, role: str) -> dict[str, str]:
        answer = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
        return dict(answer["Credentials"])

    def name(self, prefix: str) -> str:
        return f"{prefix}-{next(_numbers)}"

    def node_function(self, code: str, role: str | None = None, **settings: Any) -> str:
        """A Node function with `code` as index.js; answers its ARN."""
        return self.function("index.js", code, "nodejs24.x", role, **settings)

    def function(self, file: str, code: str, runtime: str, role: str | None = None, **settings: Any) -> str:
        """A function of one file, whose `handler` is called; answers its ARN."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(file, code)
        answer = self.client("lambda").create_function(
            FunctionName=self.name("function"),
            Runtime=runtime,
            Role=role or self.role(),
            Handler="index.handler",
            Code={"ZipFile": buffer.getvalue()},
            **settings,
        )
        return str(answer["FunctionArn"])

    def run(self, definition: dict[str, Any], role: str, data: Any = None) -> dict[str, Any]:
        """Run a JSONata state machine to its end; the description with input and output parsed."""
        sfn = self.client("stepfunctions")
        machine = sfn.create_state_machine(
            name=self.name("machine"),
            roleArn=role,
            definition=json.dumps({"QueryLanguage": "JSONata", **definition}),
        )["stateMachineArn"]
        execution = sfn.start_execution(stateMachineArn=machine, input=json.dumps(data))["executionArn"]
        until(lambda: sfn.describe_execution(executionArn=execution)["status"] != "RUNNING")
        described = dict(sfn.describe_execution(executionArn=execution))
        described["output"] = json.loads(described.get("output") or "null")
        return described

    def task(self, resource: str, arguments: Any, role: str, **state: Any) -> dict[str, Any]:
        """Run a machine of the one task `arn:aws:states:::<resource>`."""
        task = {
            "Type": "Task",
            "Resource": f"arn:aws:states:::{resource}",
            "Arguments": arguments,
            "End": True,
            **state,
        }
        return self.run({"StartAt": "Task", "States": {"Task": task}}, role)

    def stack(self, template: dict[str, Any], name: str | None = None, **request: Any) -> dict[str, Any]:
        """Create a stack, or update `name`, wait for the end and answer its description."""
        cloudformation = self.client("cloudformation")
        given = {"TemplateBody": json.dumps(template)} if template else {"UsePreviousTemplate": True}
        operate = cloudformation.update_stack if name else cloudformation.create_stack
        name = name or self.name("stack")
        operate(StackName=name, Capabilities=["CAPABILITY_NAMED_IAM"], **given, **request)
        return self.settled(name)

    def settled(self, name: str) -> dict[str, Any]:
        """A stack's description once no operation runs."""
        cloudformation = self.client("cloudformation")

        def describe() -> dict[str, Any]:
            return dict(cloudformation.describe_stacks(StackName=name)["Stacks"][0])

        until(lambda: not describe()["StackStatus"].endswith("_IN_PROGRESS"))
        stack = describe()
        stack["Outputs"] = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        return stack

    def resources(self, name: str) -> dict[str, str]:
        """Logical to physical ids of a stack."""
        answer = self.client("cloudformation").describe_stack_resources(StackName=name)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in answer["StackResources"]
        }

    def decisions(self, **wanted: str) -> list[dict[str, Any]]:
        """Audit lines with these members; a principal matches by its role."""
        lines = [json.loads(line) for line in (self.run_dir / "audit.jsonl").read_text().splitlines()]
        role = wanted.pop("role", "").rpartition("/")[2]
        return [
            line
            for line in lines
            if line["principal"].startswith(role) and all(line[key] == value for key, value in wanted.items())
        ]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on}


def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """The first true value of `condition`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still false after {seconds} s"
        time.sleep(0.05)
    return value


def start(run_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "--run-dir", str(run_dir), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    run_dir = tmp_path_factory.mktemp("engine")
    process = start(run_dir)
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()
    yield Engine(json.loads(line)["endpoint"], run_dir)
    process.send_signal(signal.SIGTERM)
    process.wait(5)


@pytest.fixture(name="allow", scope="session")
def _allow() -> Callable[..., dict[str, Any]]:
    return allow


@pytest.fixture(name="until", scope="session")
def _until() -> Callable[..., Any]:
    return until


@pytest.fixture(name="start", scope="session")
def _start() -> Callable[..., subprocess.Popen[str]]:
    return start


@pytest.fixture(scope="session")
def admin(engine: Engine) -> str:
    """A role that may do everything, for tests that are not about permissions."""
    return engine.role(allow("*"))
