"""Makes the archive of loaded classes that about halves the start of Spark.

`python -m rehearsal.glue.archive .toolchain/toolchain.json` writes it beside Spark's S3 jars, once for a
toolchain. Runs work without it, and Java itself ignores one made for other jars or another Java.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rehearsal.glue.spark import archive_of, environment

# Java writes the archive while it exits, some 10 s on a quiet machine after the program has ended.
_DUMP_SECONDS = 180
_WARM_UP = Path(__file__).with_name("warm_up.py")


def make(python: Path, java_home: Path, jars: Sequence[Path]) -> None:
    """Write the archive; raises RuntimeError with the program's errors when it cannot be made."""
    archive = archive_of(jars)
    partial = archive.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    nobody = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_SESSION_TOKEN": "none"}
    with tempfile.TemporaryDirectory() as folder:
        options = f"-XX:ArchiveClassesAtExit={partial} -Xlog:cds=off -Xlog:cds+dynamic=off"
        env = environment(
            "http://127.0.0.1:9", "us-east-1", nobody, java_home, jars, Path(folder), java_options=options
        )
        process = subprocess.Popen(
            [str(python), str(_WARM_UP), folder],
            cwd=folder,
            env={**env, "PATH": f"{python.parent}:{os.defpath}", "PYSPARK_PYTHON": str(python)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        # Java inherits the pipe, so its end is Java's end and not only the program's.
        _, errors = process.communicate(timeout=_DUMP_SECONDS)
    if process.returncode or not partial.exists():
        raise RuntimeError(f"Spark's class archive was not made. The warm-up said:\n{errors[-2000:]}")
    partial.replace(archive)


def main() -> None:
    toolchain = json.loads(Path(sys.argv[1]).read_text())
    started = time.monotonic()
    jars = [Path(jar) for jar in toolchain["jars"]]
    make(Path(toolchain["python"]), Path(toolchain["javaHome"]), jars)
    print(f"{archive_of(jars)} in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
