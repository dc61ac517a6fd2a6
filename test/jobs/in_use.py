"""Another dataset than the default one, for which the programs are what they are for any."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import etl
import fit
import transforms
from common import schema

CACHED = (schema.raw_columns, schema.curated_columns, schema.label_columns)


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
