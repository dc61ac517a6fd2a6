"""
Sends a body to the API of the AI services, signed: `19-ask.py text '{"text": "..."}'`, or `19-ask.py text
body.json`. A third argument repeats the request so many times at once, and counts the answers.
"""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from account import api, post

path, body, *times = sys.argv[1:]
url = f"{api('mlkit-ai-services', 'AiApi')}/{path}"
data = body.encode() if body.startswith("{") else Path(body).read_bytes()

if times:
    with ThreadPoolExecutor(int(times[0])) as pool:
        codes = Counter(pool.map(lambda _: post(url, data).status_code, range(int(times[0]))))
    for code, count in sorted(codes.items()):
        print(count, "answers", code)
    sys.exit()
answer = post(url, data)
made = answer.headers.get("x-rehearsed-by")
print(answer.status_code, answer.text, *([f"\n(made by {made})"] if made else []))
sys.exit(answer.status_code != 200)
