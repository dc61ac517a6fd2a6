"""
Asks the API again and again while a command runs, and counts the answers to the first flight of a request:
`13-ask.py request.json npm run kit -- approve 3`. It ends as the command does.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

session = boto3.Session()
url = subprocess.check_output(
    [sys.executable, str(Path(__file__).with_name("12-client.py")), "--url"], text=True
).strip()
body, http = Path(sys.argv[1]).read_bytes(), URLLib3Session()


def ask() -> str:
    request = AWSRequest("POST", url, {"Content-Type": "application/json"}, body)
    SigV4Auth(session.get_credentials(), "execute-api", session.region_name).add_auth(request)
    answer = http.send(request.prepare())
    if answer.status_code != 200:
        return f"status {answer.status_code}"
    return f"score {json.loads(answer.text)['predictions'][0]['score']:.3f}"


command = subprocess.Popen(sys.argv[2:])
answers: Counter[str] = Counter()
while command.poll() is None:
    answers[ask()] += 1
    time.sleep(0.05)
for answer, times in answers.items():
    print(f"{answer}  {times} times", flush=True)
sys.exit(command.returncode)
