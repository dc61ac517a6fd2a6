"""Another dataset than that of the tests, for which the programs are what they are for any."""

import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import captured
import etl
import fit
import transforms
from common import schema

DATASETS = Path(__file__).parents[2] / "datasets"
CACHED = (
    schema.raw_columns,
    schema.curated_columns,
    schema.label_columns,
    captured._ranges,
)


def declared(name: str) -> dict[str, Any]:
    return json.loads((DATASETS / name / "dataset.json").read_text())


def features_of(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{name}-features", DATASETS / name / "features.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def in_use(dataset: dict[str, Any], features: object) -> Iterator[None]:
    """:param features: the dataset's module of that name"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "dataset", lambda: dataset)
        for module in (etl, fit, transforms):
            patch.setattr(module, "features", features)
        _forget()
        yield
    _forget()


def _forget() -> None:
    for cached in CACHED:
        cached.cache_clear()
