"""
Runs a program as a role with one policy: `12-as.py policy.json python 12-client.py request.json`. An empty
file is a role without a policy. `12-as.py --gone` deletes the role.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from account import client

ROLE = "mlkit-lab-client"


def main() -> None:
    iam, sts = client("iam"), client("sts")
    there = any(role["RoleName"] == ROLE for role in iam.list_roles()["Roles"])
    if there:
        for name in iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
            iam.delete_role_policy(RoleName=ROLE, PolicyName=name)
    if sys.argv[1] == "--gone":
        if there:
            iam.delete_role(RoleName=ROLE)
        return
    account = sts.get_caller_identity()["Account"]
    if not there:
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
        }
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document(trust))
    text = Path(sys.argv[1]).read_text()
    if text.strip():
        iam.put_role_policy(RoleName=ROLE, PolicyName="client", PolicyDocument=text)
    role = f"arn:aws:iam::{account}:role/{ROLE}"
    keys = sts.assume_role(RoleArn=role, RoleSessionName="lab")["Credentials"]
    os.environ["AWS_ACCESS_KEY_ID"] = keys["AccessKeyId"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = keys["SecretAccessKey"]
    os.environ["AWS_SESSION_TOKEN"] = keys["SessionToken"]
    os.execvp(sys.argv[2], sys.argv[2:])


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


if __name__ == "__main__":
    main()
