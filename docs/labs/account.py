"""Clients for programs of the labs: of the local account, or of one in AWS that somebody meant."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import boto3


def client(service: str) -> Any:
    """A boto3 client. Ends the program in a terminal that points past the local account of the clone."""
    local = Path(os.environ.get("KIT_LOCAL", ".local")) / "account.json"
    if local.exists() and "KIT_AWS" not in os.environ:
        endpoint, given = json.loads(local.read_text())["endpoint"], os.environ.get("AWS_ENDPOINT_URL")
        if given != endpoint:
            print(
                f"this terminal points to {given or 'AWS'} and not to the local account of this clone "
                f"({endpoint}), so nothing was done: type source .local/env, "
                "or export KIT_AWS=1 where AWS is meant",
                file=sys.stderr,
            )
            sys.exit(2)
    return boto3.client(service)


def bucket(output: str) -> str:
    """Name of a bucket of the deployed kit, by the output of its stack: `RawBucketName`."""
    [stack] = client("cloudformation").describe_stacks(StackName="mlkit-data-lake")["Stacks"]
    return next(each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == output)
