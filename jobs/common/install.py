"""
Build backend for the archive of our programs. SageMaker's XGBoost container runs `pip install .`, which calls
this module instead of downloading setuptools. The wheel holds every module as it lies here.
"""

import zipfile
from pathlib import Path
from typing import Any

ARCHIVE = "jobs-1.0.0"
RECORD = f"{ARCHIVE}.dist-info/RECORD"
METADATA = {
    f"{ARCHIVE}.dist-info/METADATA": "Metadata-Version: 2.1\nName: jobs\nVersion: 1.0.0\n",
    f"{ARCHIVE}.dist-info/WHEEL": (
        "Wheel-Version: 1.0\nGenerator: jobs\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    ),
}


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None) -> str:
    """PEP 517 hook, called in the archive's root; the setup.py that the container adds stays out."""
    here = Path()
    modules = [path for path in here.glob("*.py") if path.name != "setup.py"]
    shared = [path for path in here.glob("common/*") if path.is_file()]
    contents = {path.as_posix(): path.read_bytes() for path in sorted([*modules, *shared])}
    contents |= {name: text.encode() for name, text in METADATA.items()}
    contents[RECORD] = "".join(f"{name},,\n" for name in [*contents, RECORD]).encode()
    name = f"{ARCHIVE}-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w") as wheel:
        for path, content in contents.items():
            wheel.writestr(path, content)
    return name
