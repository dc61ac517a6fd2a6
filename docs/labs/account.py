"""Clients for programs of the labs: of the local account, or of one in AWS that somebody meant."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.httpsession import URLLib3Session

# A program asks often, some of them with many requests at once.
session, http = boto3.Session(), URLLib3Session(max_pool_connections=50)


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
    return session.client(service)


def outputs(stack: str) -> dict[str, str]:
    [described] = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}


def bucket(output: str) -> str:
    """Name of a bucket of the deployed kit, by the output of its stack: `RawBucketName`."""
    return outputs("mlkit-data-lake")[output]


def api(stack: str, name: str) -> str:
    """Address of an API of the deployed kit, by the beginning of its outputs: `AiApi`."""
    found, local = outputs(stack), os.environ.get("AWS_ENDPOINT_URL")
    id, stage = found[f"{name}Id"], found[f"{name}Stage"]
    if local:
        return f"{local}/restapis/{id}/{stage}/_user_request_"
    return f"https://{id}.execute-api.{session.region_name}.amazonaws.com/{stage}"


def post(url: str, body: bytes) -> AWSResponse:
    """The answer to JSON, sent with the signature of whoever runs the program."""
    request = AWSRequest("POST", url, {"Content-Type": "application/json"}, body)
    SigV4Auth(session.get_credentials(), "execute-api", session.region_name).add_auth(request)
    return http.send(request.prepare())
