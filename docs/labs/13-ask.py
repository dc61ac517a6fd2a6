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

from account import api, post

url, body = f"{api('mlkit-serving', 'Api')}/predictions", Path(sys.argv[1]).read_bytes()


def ask() -> str:
    answer = post(url, body)
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
