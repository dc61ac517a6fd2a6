"""The one transform: rows to the model's input matrix, in training, evaluation, serving and monitoring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from common import schema
from common.arrays import Ints, Singles, Values

if TYPE_CHECKING:
    import pandas as pd  # the endpoint starts without pandas

Rows: TypeAlias = "pd.DataFrame | Mapping[str, Sequence[Any]]"


@dataclass(frozen=True)
class Encoding:
    """
    What the transform learned from the fit slice.

    :ivar categories: the values of each categorical feature; the position of a value is its code
    :ivar rule_fill: median of the one-feature rule, for rows that lack it; None without such a rule
    """

    categories: Mapping[str, tuple[Any, ...]]
    rule_fill: float | None

    @staticmethod
    def fit(rows: "pd.DataFrame") -> "Encoding":
        """:raises ValueError: when the one-feature rule has no value in the fit slice"""
        rule = schema.rule_of_thumb()
        if rule is not None and rows[rule.name].notna().sum() == 0:
            raise ValueError(
                f"{rule.name}, the simple rule that a model has to beat, has no value in the fit slice: "
                "prepare its partitions again, or declare another ruleOfThumb in dataset.json"
            )
        # Converted to Python's own values, because numpy's cannot be written as JSON.
        return Encoding(
            categories={
                column.name: tuple(sorted(plain(rows[column.name].dropna().unique())))
                for column in schema.features()
                if column.kind == "categorical"
            },
            rule_fill=None if rule is None else float(rows[rule.name].median()),
        )

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> "Encoding":
        categories = {name: tuple(values) for name, values in content["categories"].items()}
        return Encoding(categories=categories, rule_fill=content["ruleFill"])

    def to_json(self) -> dict[str, Any]:
        categories = {name: list(values) for name, values in self.categories.items()}
        return {"categories": categories, "ruleFill": self.rule_fill}

    def matrix(self, rows: Rows) -> Singles:
        """
        float32 of shape (rows, features) in the schema's order. Missing values and categories that the fit
        slice did not contain are NaN, for which XGBoost learned a default branch.

        :raises ValueError: naming the column, and the row of a number that is not finite
        """
        features = schema.features()
        # Filled in place, because stacking finished columns would copy each value again.
        filled = np.empty((len(rows[features[0].name]), len(features)), dtype=np.float32)
        with np.errstate(over="ignore"):
            for place, column in enumerate(features):
                filled[:, place] = self._vector(column, rows[column.name])
        infinite = np.argwhere(np.isinf(filled))
        if len(infinite):
            # XGBoost would report such a number as a C++ stack trace without column or row.
            row, place = infinite[0]
            name, key = features[place].name, list(rows[schema.id_column()])[row]
            value = list(rows[name])[row]
            raise ValueError(
                f"{name} of {key} is {value}, but must be a finite number or null: prepare it again"
            )
        return filled

    def counts(self) -> Ints:
        """Number of categories of each feature; 0 for a number."""
        return np.array([len(self.categories.get(column.name, ())) for column in schema.features()])

    @cached_property
    def _codes(self) -> dict[str, dict[Any, int]]:
        return {
            name: {value: code for code, value in enumerate(values)}
            for name, values in self.categories.items()
        }

    def _vector(self, column: schema.Column, values: "pd.Series[Any] | Sequence[Any]") -> Singles:
        if column.kind == "categorical":
            # None, for a category without a code, becomes NaN.
            return np.array([*map(self._codes[column.name].get, values)], dtype=np.float32)
        try:
            return np.asarray(values, dtype=np.float32)
        except (ValueError, TypeError) as problem:
            raise ValueError(f"{column.name} must be numbers or null: {problem}") from problem


def present(values: "pd.Series[Any] | Sequence[Any]") -> list[Any]:
    """Categories with None for missing ones, which tables and requests represent differently."""
    # NaN is not equal to itself.
    return [value if value == value else None for value in values]


def counted(values: "pd.Series[Any]") -> dict[Any, int]:
    """How often each category occurs, in the order of the categories."""
    counts = values.value_counts().sort_index()
    return dict(zip(plain(counts.index), counts.tolist(), strict=True))


def plain(values: "Values | pd.Index[Any]") -> list[Any]:
    """Categories as JSON has them: a whole number where pandas converted it to a float."""
    return [int(v) if isinstance(v, float) and v.is_integer() else v for v in values.tolist()]


def feature_types() -> list[str]:
    """XGBoost's letters: c for a category code, q for a quantity."""
    return ["c" if column.kind == "categorical" else "q" for column in schema.features()]
