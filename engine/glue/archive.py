"""Writes the archive of the classes that Spark loads, which shortens each start by some seconds.

`python -m engine.glue.archive .toolchain/toolchain.json` writes it beside Spark's S3 jars, once per
toolchain. Runs work without it, and Java ignores an archive for other jars or another Java."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from engine.glue import spark

# Java writes the archive while it exits, for about 10 s on a quiet machine after the program has ended.
_DUMP_SECONDS = 180
_ROOT = Path(__file__).parents[2]


def make_base(python: Path, java_home: Path) -> None:
    """Write the base archive that small runtimes lack; raises RuntimeError for a foreign Java."""
    if spark.base_archive(java_home).exists():
        return
    if not java_home.is_relative_to(python.parent.parent):
        raise RuntimeError(
            f"{java_home} has no archive of its own classes. Its owner makes one by: "
            + " ".join(spark.base_archive_command(java_home))
        )
    made = subprocess.run(spark.base_archive_command(java_home), capture_output=True, text=True, check=False)
    if made.returncode or not spark.base_archive(java_home).exists():
        raise RuntimeError(f"Java's own class archive was not made:\n{(made.stdout + made.stderr)[-2000:]}")


def make(python: Path, java_home: Path, jars: Sequence[Path]) -> None:
    """Write the archive; raises RuntimeError with the program's errors when it cannot be made."""
    archive = spark.archive_of(jars)
    partial = archive.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        options = f"-XX:ArchiveClassesAtExit={partial} -Xlog:cds=off -Xlog:cds+dynamic=off"
        settings = spark.run_settings(spark.NOWHERE, "us-east-1", spark.NOBODY, Path(folder), {})
        process = subprocess.Popen(
            [str(python), "-m", "engine.glue.warm_up"],
            cwd=folder,
            env={
                **spark.jvm_environment(java_home, jars, Path(folder), settings, options),
                "HOME": folder,
                "PATH": f"{python.parent}:{os.defpath}",
                "PYTHONPATH": str(_ROOT),
                "PYSPARK_PYTHON": str(python),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        # Java inherits the pipe, so its end is also Java's end and not only the program's.
        _, errors = process.communicate(timeout=_DUMP_SECONDS)
    if process.returncode or not partial.exists():
        raise RuntimeError(f"Spark's class archive was not made. The warm-up said:\n{errors[-2000:]}")
    partial.replace(archive)


def main() -> None:
    toolchain = json.loads(Path(sys.argv[1]).read_text())
    started = time.monotonic()
    jars = [Path(jar) for jar in toolchain["jars"]]
    python, java_home = Path(toolchain["python"]), Path(toolchain["javaHome"])
    try:
        make_base(python, java_home)
        make(python, java_home, jars)
    except (RuntimeError, subprocess.TimeoutExpired) as problem:
        sys.exit(str(problem))
    print(f"{spark.archive_of(jars)} in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
