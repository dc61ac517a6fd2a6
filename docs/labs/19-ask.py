"""
Sends a body to the API of the AI services, signed: `19-ask.py text '{"text": "..."}'`, or `19-ask.py text
body.json`. A third argument repeats the request so many times at once, and counts the answers.
"""

import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.httpsession import URLLib3Session

path, body, *times = sys.argv[1:]
session = boto3.Session()
[stack] = session.client("cloudformation").describe_stacks(StackName="mlkit-ai-services")["Stacks"]
output = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
local = os.environ.get("AWS_ENDPOINT_URL")
id, stage = output["AiApiId"], output["AiApiStage"]
base = (
    f"{local}/restapis/{id}/{stage}/_user_request_"
    if local
    else f"https://{id}.execute-api.{session.region_name}.amazonaws.com/{stage}"
)
data = body.encode() if body.startswith("{") else Path(body).read_bytes()


def ask(_: int = 0) -> AWSResponse:
    request = AWSRequest("POST", f"{base}/{path}", {"Content-Type": "application/json"}, data)
    SigV4Auth(session.get_credentials(), "execute-api", session.region_name).add_auth(request)
    return URLLib3Session().send(request.prepare())


if times:
    with ThreadPoolExecutor(int(times[0])) as pool:
        for code, count in sorted(
            Counter(each.status_code for each in pool.map(ask, range(int(times[0])))).items()
        ):
            print(count, "answers", code)
    sys.exit()
answer = ask()
made = answer.headers.get("x-rehearsed-by")
print(answer.status_code, answer.text, *([f"\n(made by {made})"] if made else []))
sys.exit(answer.status_code != 200)
