"""
Whether a policy is the least for the notebook: `17-least.py answers/17.json`. The notebook must work under it
and fail without any one of its actions, and what a notebook has no business with must be denied.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
from account import client
from botocore.exceptions import ClientError

HERE = Path(__file__).parent


def run_as(statements: list[dict[str, Any]], *command: str) -> subprocess.CompletedProcess[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else "")
        file.flush()
        words = [sys.executable, str(HERE / "12-as.py"), file.name, sys.executable, *command]
        return subprocess.run(words, check=False, capture_output=True, text=True)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def without(statements: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    kept = [
        {**each, "Action": [name for name in listed(each["Action"]) if name != action]} for each in statements
    ]
    return [each for each in kept if each["Action"]]


def judge(statements: list[dict[str, Any]]) -> None:
    notebook = str(HERE / "17-notebook.py")
    print("the notebook", "works" if run_as(statements, notebook).returncode == 0 else "is denied")
    for action in sorted({name for each in statements for name in listed(each["Action"])}):
        needed = run_as(without(statements, action), notebook).returncode != 0
        print(f"{'needed    ' if needed else 'NOT NEEDED'} {action}")
    if any("*" in listed(each["Resource"]) for each in statements):
        print("TOO WIDE   the resource *")
    found = client("sagemaker").describe_model_package(ModelPackageName=version())
    [container] = found["InferenceSpecification"]["Containers"]
    evaluation = found["CustomerMetadataProperties"]["evaluation"]
    print(run_as(statements, __file__, "--probe", container["ModelDataUrl"], evaluation).stdout, end="")


def version() -> str:
    session = boto3.Session()
    account = session.client("sts").get_caller_identity()["Account"]
    return f"arn:aws:sagemaker:{session.region_name}:{account}:model-package/mlkit-models/1"


def probe(model: str, evaluation: str) -> None:
    s3, sagemaker = client("s3"), client("sagemaker")
    bucket, key = model.removeprefix("s3://").split("/", 1)
    folder = evaluation.removeprefix("s3://").split("/", 1)[1]
    calls = {
        "read the model": lambda: s3.get_object(Bucket=bucket, Key=key),
        "write beside the judgement": lambda: s3.put_object(Bucket=bucket, Key=f"{folder}lab.txt", Body=b""),
        "change the version": lambda: sagemaker.update_model_package(
            ModelPackageArn=version(), CustomerMetadataProperties={"lab": "17"}
        ),
    }
    for what, call in calls.items():
        try:
            call()
            print(f"TOO WIDE   may {what}")
        except ClientError as refusal:
            denied = "AccessDenied" in refusal.response["Error"]["Code"]
            print(f"denied     {what}" if denied else f"TOO WIDE   {refusal}")


if __name__ == "__main__":
    if sys.argv[1] == "--probe":
        probe(*sys.argv[2:])
    else:
        judge(json.loads(Path(sys.argv[1]).read_text())["Statement"])
