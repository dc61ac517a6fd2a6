"""Fixtures: a SageMaker on a world with a real S3, and the requests the tests vary."""

import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

# Test modules are imported one by one (importmode importlib), so what they share is found through the path.
sys.path.insert(0, str(Path(__file__).parent))

from searched import TRAIN, tuning_request
from world import World, archive, s3_emulator, until

from engine.quotas import fresh_account
from engine.sagemaker import SageMaker, image, process

_numbers = count(1)

Finished = Callable[[str, str], dict[str, Any]]
Put = Callable[[str, "bytes | Mapping[str, str]"], str]


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    with s3_emulator() as endpoint:
        yield endpoint


@pytest.fixture
def world(s3_endpoint: str, tmp_path: Path) -> World:
    return World(s3_endpoint, tmp_path, bucket=f"lake-{next(_numbers)}")


@pytest.fixture
def sagemaker(world: World) -> Iterator[SageMaker]:
    service = SageMaker(world, Path(sys.executable), fresh_account(), wait_scale=0.01)
    yield service
    service.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers are up at once: for tests of what stands around them."""
    monkeypatch.setattr(image, "MAIN", Path(__file__).with_name("quick_server.py"))


@pytest.fixture
def finished(sagemaker: SageMaker) -> Finished:
    """Describe a job, by noun and name, once it has ended."""

    def wait(noun: str, name: str) -> dict[str, Any]:
        def describe() -> dict[str, Any] | None:
            answer = sagemaker.call(f"Describe{noun}", {f"{noun}Name": name})
            return None if answer[f"{noun}Status"] in ("InProgress", "Stopping") else answer

        return until(describe, 60)

    return wait


@pytest.fixture
def put(world: World) -> Put:
    """Put an object, or a tar.gz of named texts; answers its URI."""

    def store(key: str, content: bytes | Mapping[str, str]) -> str:
        body = content if isinstance(content, bytes) else archive(content)
        world.s3.put_object(Bucket=world.bucket, Key=key, Body=body)
        return f"s3://{world.bucket}/{key}"

    return store


@pytest.fixture
def request_tuning(world: World, put: Put, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Build a request for a tuning job, whose code is there; stopped trials end soon."""
    monkeypatch.setattr(process, "_GRACE_SECONDS", 0.2)
    put("train/x", b"1")
    put("code.tar.gz", {"train.py": TRAIN})
    return lambda name, **config: tuning_request(world, name, **config)
