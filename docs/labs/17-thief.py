"""
What can be done with the keys of Release? `17-thief.py --policy` prints what its role may do; without an
option the program tries some calls, under that policy: `12-as.py policy.json python 17-thief.py`.
"""

import json
import sys
from collections.abc import Callable

import boto3
from account import client
from botocore.exceptions import ClientError


def policy() -> None:
    iam = client("iam")
    [role] = [
        role["RoleName"] for role in iam.list_roles()["Roles"] if "ReleaseMachineRole" in role["RoleName"]
    ]
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    statements = [statement for document in documents for statement in document["Statement"]]
    print(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def tried(what: str, call: Callable[[], object]) -> None:
    try:
        call()
        print(f"may      {what}")
    except ClientError as refusal:
        error = refusal.response["Error"]
        denied = "AccessDenied" in error["Code"]
        print(f"{'may not' if denied else error['Code']}  {what}")


def thief() -> None:
    session = boto3.Session()
    s3, stacks = session.client("s3"), session.client("cloudformation")
    champion = session.client("ssm").get_parameter(Name="/mlkit/champion")["Parameter"]["Value"]
    package = session.client("sagemaker").describe_model_package(ModelPackageName=champion)
    [container] = package["InferenceSpecification"]["Containers"]
    [stack] = stacks.describe_stacks(StackName="mlkit-serving-model")["Stacks"]
    same = {
        "UsePreviousTemplate": True,
        "Parameters": [
            {"ParameterKey": each["ParameterKey"], "UsePreviousValue": True} for each in stack["Parameters"]
        ],
    }

    def read(uri: str) -> object:
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        return s3.get_object(Bucket=bucket, Key=key)

    tried("see which version serves", lambda: champion)
    tried("read its smoke test", lambda: read(package["CustomerMetadataProperties"]["smokeTest"]))
    tried("read the model itself", lambda: read(container["ModelDataUrl"]))
    tried("update the stack of the API", lambda: stacks.update_stack(StackName="mlkit-serving", **same))
    tried(
        "update the stack of the model with its own rights",
        lambda: stacks.update_stack(StackName="mlkit-serving-model", **same),
    )
    tried("make a user", lambda: session.client("iam").create_user(UserName="mlkit-lab-thief"))


if __name__ == "__main__":
    policy() if sys.argv[1:] == ["--policy"] else thief()
