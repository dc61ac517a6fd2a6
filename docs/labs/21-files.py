"""Writes the files of docs/your-own-data.md to where the page says, as its reader would."""

import re
from pathlib import Path

PAGE = Path("docs/your-own-data.md").read_text()

for path, text in re.findall(r"```\w+ (datasets/\S+)\n(.*?)```", PAGE, re.DOTALL):
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    print(file)
