"""A host for the services under test: a real S3 (the pinned emulator in a process), the rest remembered."""

import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from engine.host import ApiError
from engine.unknowns import DEFAULTS

ACCOUNT = "123456789012"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Job"
# What the kit gives a model package, see lib/training/serving-environment.ts.
SERVING_ENVIRONMENT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_USE_NGINX": "false",
    "SAGEMAKER_BASE_DIR": "/tmp/sm",
    "PIP_TARGET": "/tmp/site",
    "PIP_NO_INDEX": "1",
    "PYTHONPATH": "/opt/ml/model/code",
    "TMPDIR": "/tmp",
    "HOME": "/tmp",
}
# The emulator refuses this one's keys, as it would those of a role without any grant.
POWERLESS_ROLE = f"arn:aws:iam::{ACCOUNT}:role/Powerless"
NO_ROLE = f"arn:aws:iam::{ACCOUNT}:role/Missing"


class World:
    """engine.host.Host, remembering what it was told."""

    region = "us-east-1"
    account = ACCOUNT

    def __init__(self, endpoint: str, run_dir: Path, bucket: str) -> None:
        self.endpoint, self.run_dir, self.bucket = endpoint, run_dir, bucket
        self.events: list[dict[str, Any]] = []
        self.logs: dict[tuple[str, str], list[str]] = {}
        self.notes: dict[str, str] = {}
        self.metrics: list[dict[str, Any]] = []
        # Set by tests: undocumented answers of AWS.
        self.unknowns = {**DEFAULTS}
        # Set by tests: the state of an alarm, asked for each time.
        self.alarms: dict[str, Callable[[], str]] = {}
        self.s3: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=self.region,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="test",
        )
        self.s3.create_bucket(Bucket=bucket)
        self._lock = threading.Lock()

    def credentials(self, role_arn: str, session_name: str) -> Mapping[str, str]:
        if role_arn == NO_ROLE:
            raise ApiError("ValidationException", "no such role")
        key = "AKIAPOWERLESS0000000" if role_arn == POWERLESS_ROLE else ACCOUNT
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "token"}

    def check(
        self, role_arn: str, action: str, resource: str, context: Mapping[str, str] | None = None
    ) -> str | None:
        return None

    def emit(
        self, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> None:
        with self._lock:
            self.events.append(
                {"source": source, "detail-type": detail_type, "detail": dict(detail), "resources": resources}
            )

    def log(self, group: str, stream: str, lines: Sequence[str]) -> None:
        with self._lock:
            self.logs.setdefault((group, stream), []).extend(lines)

    def metric(
        self, namespace: str, name: str, value: float, unit: str, dimensions: Mapping[str, str]
    ) -> None:
        with self._lock:
            self.metrics.append({"namespace": namespace, "name": name, "value": value, **dimensions})

    def alarm_states(self, names: Sequence[str]) -> Mapping[str, str]:
        return {name: self.alarms[name]() for name in names if name in self.alarms}

    def unknown(self, name: str) -> str:
        return self.unknowns[name]

    def not_rehearsed(self, what: str, why: str) -> None:
        self.notes[what] = why

    def emitted(self, detail_type: str) -> list[dict[str, Any]]:
        """The details of the events of a type."""
        return [event["detail"] for event in self.events if event["detail-type"] == detail_type]

    def logged(self, group: str, stream_prefix: str = "") -> str:
        return "\n".join(
            line
            for (kept, stream), lines in self.logs.items()
            if kept == group and stream.startswith(stream_prefix)
            for line in lines
        )


def invoke(
    sagemaker: Any,
    name: str,
    body: bytes,
    content_type: str = "application/json",
    accept: str | None = None,
    inference_id: str | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an endpoint's answer, which may be its container's refusal."""
    given = {"ContentType": content_type, "Accept": accept, "InferenceId": inference_id}
    members = {key: value for key, value in given.items() if value}
    try:
        answer = sagemaker.runtime.call("InvokeEndpoint", {"EndpointName": name, "Body": body, **members})
    except ApiError as error:
        if error.code != "ModelError":
            raise
        return 424, {}, json.dumps({"Message": error.message, **error.fields}).encode()
    headers = {
        "Content-Type": answer["ContentType"],
        "x-Amzn-Invoked-Production-Variant": answer["InvokedProductionVariant"],
    }
    return 200, headers, answer["Body"]


@contextmanager
def s3_emulator() -> Iterator[str]:
    """The endpoint of an emulator that lives as long as the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "false",
        "LAMBDA_EXECUTOR": "local",
        "AUTH": "true",
    }
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack.app"],
            env={**os.environ, **settings, "S3_DATA_DIR": folder},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            endpoint = f"http://127.0.0.1:{port}"
            until(lambda: _answers(f"{endpoint}/_ministack/health") or process.poll() is not None, 30)
            assert process.poll() is None, (Path(folder) / "log").read_text()
            yield endpoint
        finally:
            process.kill()
            process.wait()


def archive(files: Mapping[str, str]) -> bytes:
    """A tar.gz of named texts."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            packed.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def served(module: str) -> dict[str, str]:
    """The code of a model archive that installs without an index, as the kit's does."""
    common = Path(__file__).parents[3] / "jobs" / "common"
    return {
        "code/inference.py": module,
        "code/pyproject.toml": (common / "archive.toml").read_text(),
        **{f"code/common/{name}": (common / name).read_text() for name in ("__init__.py", "install.py")},
    }


def training_request(world: World, name: str, **changes: Any) -> dict[str, Any]:
    """A spot training job of s3://<bucket>/code.tar.gz, module train, on the channel `train`."""
    bucket = f"s3://{world.bucket}"
    source = {"S3DataType": "S3Prefix", "S3Uri": f"{bucket}/train/"}
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "HyperParameters": {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": f"{bucket}/code.tar.gz",
        },
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": f"{bucket}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
        **changes,
    }


def processing_request(world: World, name: str, **changes: Any) -> dict[str, Any]:
    """A processing job that runs s3://<bucket>/job.py."""
    code = {
        "S3Uri": f"s3://{world.bucket}/job.py",
        "LocalPath": "/opt/ml/processing/input/code",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    cluster = {"InstanceType": "ml.t3.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/job.py"],
        },
        "ProcessingInputs": [{"InputName": "code", "S3Input": code}],
        "ProcessingResources": {"ClusterConfig": cluster},
        **changes,
    }


def until(happened: Callable[[], Any], seconds: float = 30) -> Any:
    """What `happened` answers once that is true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = happened()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"did not happen within {seconds} s")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except OSError:
        return False
