"""A client of the API in Python: `12-client.py request.json`, or `12-client.py --url` for its address."""

import os
import sys
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

session = boto3.Session()
[stack] = session.client("cloudformation").describe_stacks(StackName="mlkit-serving")["Stacks"]
output = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
local = os.environ.get("AWS_ENDPOINT_URL")
id, stage = output["ApiId"], output["ApiStage"]
base = (
    f"{local}/restapis/{id}/{stage}/_user_request_"
    if local
    else f"https://{id}.execute-api.{session.region_name}.amazonaws.com/{stage}"
)
if sys.argv[1] == "--url":
    print(f"{base}/predictions")
else:
    headers = {"Content-Type": "application/json"}
    request = AWSRequest("POST", f"{base}/predictions", headers, Path(sys.argv[1]).read_bytes())
    SigV4Auth(session.get_credentials(), "execute-api", session.region_name).add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    print(answer.status_code, answer.text)
