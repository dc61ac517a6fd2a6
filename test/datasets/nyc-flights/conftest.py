"""The programs with the flights, of which these tests know what must come out."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from in_use import declared, features_of, in_use

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="module", autouse=True)
def flights() -> Iterator[None]:
    with in_use(declared("nyc-flights"), features_of("nyc-flights")):
        yield
