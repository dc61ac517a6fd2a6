"""
The programs with the dataset of the tests in place of the default one. They find `dataset.json` beside
`common/schema.py`, as in an archive; so `common/` is put together here before anything imports it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
# Removed when the process ends.
PROGRAMS = TemporaryDirectory(prefix="programs-")
common = Path(PROGRAMS.name) / "common"
common.mkdir()
for file in (HERE.parent / "jobs/common").iterdir():
    if file.name not in ("__pycache__", "dataset.json"):
        (common / file.name).symlink_to(file)
(common / "dataset.json").symlink_to(HERE / "jobs/parcels.json")
# Tests import what they share from there; it has a conftest of its own.
sys.path[:0] = [PROGRAMS.name, str(HERE / "jobs")]
