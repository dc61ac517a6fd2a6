"""Fixtures: a Glue runner of the toolchain on a world with a real S3."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sagemaker"))

from world import ROLE, World, s3_emulator

from engine.glue.runner import GlueRunner


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    with s3_emulator() as endpoint:
        yield endpoint


@pytest.fixture
def world(s3_endpoint: str, tmp_path: Path) -> World:
    return World(s3_endpoint, tmp_path, bucket=f"lake-{tmp_path.name.replace('_', '-')[-40:]}")


@pytest.fixture(scope="session")
def toolchain() -> dict[str, Any]:
    return json.loads((Path(__file__).parents[3] / ".toolchain/toolchain.json").read_text())


@pytest.fixture
def glue(world: World, toolchain: dict[str, Any]) -> Iterator[GlueRunner]:
    runner = GlueRunner(
        world,
        Path(toolchain["python"]),
        Path(toolchain["javaHome"]),
        [Path(jar) for jar in toolchain["jars"]],
    )
    yield runner
    runner.close()


@pytest.fixture
def start(glue, world):
    """Run a script to its end; answers the JobRun."""

    def begin(script, role=ROLE, timeout=5, run=None, **arguments):
        world.s3.put_object(Bucket=world.bucket, Key="code/etl.py", Body=script.encode())
        run = {} if run is None else run
        run.update(Id=f"jr_{time.time_ns()}", JobRunState="STARTING", Timeout=timeout)
        words = {"--JOB_NAME": "prepare", "--LAKE": f"s3://{world.bucket}"}
        words |= {f"--{name.replace('_', '-')}": value for name, value in arguments.items()}
        job = {"Name": "prepare", "Role": role, "GlueVersion": "5.0"}
        glue.run(job, run, words, f"s3://{world.bucket}/code/etl.py")
        return run

    return begin
