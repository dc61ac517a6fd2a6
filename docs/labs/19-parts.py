"""Hands texts to a program that cuts them, `19-parts.py answers/19.py`, and sends every part to the API."""

import json
import subprocess
import sys
from pathlib import Path

LIMIT = 5000
TEXTS = {
    "english": "Two hours late, and nobody at the gate said a word. " * 240,
    "chinese": "航班晚点两小时，登机口没有人解释。" * 300,
    "mixed": "😀 late, 😡 again: très énervé! " * 330,
    "short": "late",
    "just as long": "é" * (LIMIT // 2),
}

wrong: list[str] = []
sent = 0
for name, text in TEXTS.items():
    ended = subprocess.run(
        [sys.executable, sys.argv[1]], input=text.encode(), capture_output=True, check=False
    )
    if ended.returncode != 0:
        sys.exit(f"{name}: {sys.argv[1]} failed: {ended.stderr.decode().strip().splitlines()[-1]}")
    parts = json.loads(ended.stdout)
    sizes = [len(part.encode()) for part in parts]
    if "".join(parts) != text:
        wrong.append(f"{name}: the parts together are not the text")
    if max(sizes) > LIMIT:
        wrong.append(f"{name}: a part has {max(sizes)} bytes")
    # A cut falls up to three bytes short of the limit, because a character stays whole.
    least = -(-len(text.encode()) // (LIMIT - 3))
    if len(parts) > least:
        wrong.append(f"{name}: {len(parts)} parts, and {least} do")
    for part in [] if wrong else parts:
        body = {"text": part, "language": "zh" if name == "chinese" else "en", "analyses": ["sentiment"]}
        Path("part.json").write_text(json.dumps(body))
        asked = [sys.executable, str(Path(__file__).with_name("19-ask.py")), "text", "part.json"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        Path("part.json").unlink()
        sent += 1
        if answer.returncode != 0:
            wrong.append(f"{name}: the API answered {answer.stdout.strip()}")
print("\n".join(wrong) or f"{len(TEXTS)} texts, {sent} parts, every part answered")
sys.exit(bool(wrong))
