"""Fixtures: a Glue runner of the toolchain on a world with a real S3."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sagemaker"))

from world import World, s3_emulator

from rehearsal.glue import GlueRunner


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    with s3_emulator() as endpoint:
        yield endpoint


@pytest.fixture
def world(s3_endpoint: str, tmp_path: Path) -> World:
    return World(s3_endpoint, tmp_path, bucket=f"lake-{tmp_path.name.replace('_', '-')[-40:]}")


@pytest.fixture
def glue(world: World) -> Iterator[GlueRunner]:
    toolchain = json.loads((Path(__file__).parents[3] / ".toolchain/toolchain.json").read_text())
    runner = GlueRunner(
        world,
        Path(toolchain["python"]),
        Path(toolchain["javaHome"]),
        [Path(jar) for jar in toolchain["jars"]],
    )
    yield runner
    runner.close()
