"""
Reads the JSON files beside it; the only module that interprets the declaration of a column. `pkgutil` finds
them in a checkout, inside Glue's zip of extra modules and in a package installed by SageMaker's container.
"""

import json
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from common import declared

# Floats cannot represent every whole number beyond this, and no measured value is so large.
LARGEST = float(2**53)
# Tolerance for a wrong clock, or for an event that is announced early.
YEARS_BEFORE, YEARS_AHEAD = 1, 2


@dataclass(frozen=True)
class Column:
    """One column as declared; defaults apply to keys that the file leaves out."""

    name: str
    type: Literal["int", "double", "string", "timestamp"]
    meaning: str
    role: Literal["id", "time", "feature", "label"] | None = None
    kind: Literal["categorical", "numeric"] | None = None
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    pattern: str | None = None
    format: Literal["time-zone"] | None = None
    required: bool = False
    nullable: bool = False
    rule: Literal["quarantine", "null"] | None = None
    monitor: Literal["retrain", "report"] | None = None
    facet: bool = False
    segment: bool = False
    target: bool = False
    ruleOfThumb: Literal["higher", "lower"] | None = None  # noqa: N815 - named as in the file


@cache
def dataset() -> dict[str, Any]:
    """:raises ValueError: when the file is invalid, with one line per key"""
    content = _json("dataset.json")
    declared.check(content, _json("dataset.schema.json"))
    return content


@cache
def layout() -> dict[str, Any]:
    return _json("layout.json")


@cache
def words() -> dict[str, dict[str, str]]:
    """Statuses, checks and metrics of the monitor; lib/monitoring/room.ts reads the same file."""
    return _json("words.json")


@cache
def families() -> dict[str, dict[str, Any]]:
    """Model families and their hyperparameters; lib/training/families.ts reads the same file."""
    return _json("families.json")


def _json(name: str) -> dict[str, Any]:
    content = pkgutil.get_data(__package__, name)
    if content is None:
        raise FileNotFoundError(f"common/{name} is missing: pack schema/{name} beside common/schema.py")
    return json.loads(content)


def _columns(declared: Sequence[dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(Column(**column) for column in declared)


@cache
def raw_columns(table: str) -> tuple[Column, ...]:
    return _columns(dataset()["raw"][table]["columns"])


@cache
def curated_columns() -> tuple[Column, ...]:
    return _columns(dataset()["features"]["columns"])


@cache
def label_columns() -> tuple[Column, ...]:
    return _columns(dataset()["labels"]["columns"])


def features() -> tuple[Column, ...]:
    """The features in the order of the model's input vector."""
    return tuple(column for column in curated_columns() if column.role == "feature")


def id_column() -> str:
    return _only("id").name


def time_column() -> str:
    return _only("time").name


def label_column() -> str:
    """Name of the predicted column in answers and labelled rows."""
    label = problem().get("label")
    return target_column() if label is None else label


def target_column() -> str:
    """The ground-truth label that is predicted, or from which its classes are cut."""
    target = problem().get("target")
    return next(c.name for c in label_columns() if c.target) if target is None else target


def rule_of_thumb() -> Column | None:
    """The feature whose bare value every model has to outperform; None when no rule is declared."""
    return next((column for column in features() if column.ruleOfThumb is not None), None)


def problem() -> dict[str, Any]:
    """Purpose of the model: question, costs of the errors, and the floor below which no model is released."""
    return dataset()["problem"]


def bounds(column: Column) -> tuple[float, float]:
    """The declared range; without one, the possible values of a number."""
    return (
        -LARGEST if column.min is None else column.min,
        LARGEST if column.max is None else column.max,
    )


@cache
def possible(column: Column) -> tuple[float, float]:
    """The possible values of a number, extended to the declared range."""
    low, high = bounds(column)
    return min(low, -LARGEST), max(high, LARGEST)


def domain(column: Column) -> str:
    """Permitted values of a number, as a sentence."""
    low, high = (f"{bound:.16g}" for bound in bounds(column))
    kind = "a whole number" if column.type == "int" else "a number"
    return f"{column.name} must be {kind} from {low} to {high}"


def time_bounds() -> tuple[str, str]:
    """
    First and last second that an event can have, ISO 8601 in UTC; texts of that form sort like times. Whole
    years, as in the API: what the API accepts must not be refused later.
    """
    # pandas counts nanoseconds in 64 bits, which covers 1677 to 2262.
    first = max(int(dataset()["since"][:4]) - YEARS_BEFORE, 1678)
    return f"{first:04}-01-01T00:00:00Z", f"{datetime.now(UTC).year + YEARS_AHEAD}-12-31T23:59:59Z"


def _only(role: str) -> Column:
    (column,) = (column for column in curated_columns() if column.role == role)
    return column
