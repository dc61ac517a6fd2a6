"""Verifies that the dataset's module `features` matches dataset.json and the job's queries."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

import features
import landing
from common import schema
from common.declared import VIEWS_OF_THE_JOB

FUNCTIONS = ("time", "key", "row_rules", "set_aside", "views", "joins", "columns")


def names() -> None:
    """:raises ValueError: naming every function, column and view that features.py lacks or must not have"""
    if lacking := [name for name in FUNCTIONS if not callable(getattr(features, name, None))]:
        raise ValueError(
            f"features.py lacks the functions {', '.join(lacking)}: docs/your-own-data.md has all"
        )
    if faults := list(_faults()):
        raise ValueError(f"features.py does not fit dataset.json: {'; '.join(faults)}")


def _faults() -> Iterator[str]:
    raw = {column.name for column in schema.raw_columns(landing.events())}
    declared = [column.name for column in schema.curated_columns()]
    made = {schema.id_column(), schema.time_column()}
    given, views = features.columns(), features.views()
    for name in given.keys() - set(declared):
        yield f"columns() gives {name!r}, which is no column of `features`"
    for name in declared:
        if name not in raw | made | given.keys():
            yield f"columns() lacks {name!r}, which is no column of {landing.events()} either"
    for name in views:
        if name in (*VIEWS_OF_THE_JOB, *landing.references()):
            yield f"views() has {name!r}, a name that is taken: rename it"
    for name, (view, _) in features.joins().items():
        if view not in ("events", *views, *landing.references()):
            yield f"joins() has {name!r} of {view!r}, which is neither of views() nor a reference table"


def types(spark: SparkSession) -> None:
    """:raises ValueError: when Spark would silently convert the id or time of the view `events`"""
    found = dict(spark.table("events").dtypes)
    for function, column, wanted in (
        ("key", schema.id_column(), "string"),
        ("time", schema.time_column(), "timestamp"),
    ):
        if found[column] != wanted:
            raise ValueError(
                f"{function}() of features.py gives values of type {found[column]}; it must give {wanted}"
            )


@contextmanager
def said_by(functions: str) -> Iterator[None]:
    """Names the functions of features.py in Spark's error about their query."""
    try:
        yield
    except AnalysisException as error:
        # Later lines are the plan or the whole query.
        first = next(line for line in str(error).splitlines() if line)
        raise ValueError(f"{functions} of features.py: {first}") from None
