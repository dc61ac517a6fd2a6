"""SQL text made from the declared columns of `dataset.json`; nothing here knows what the columns mean."""

from collections.abc import Iterable

from common import schema

CORRUPT = "_corrupt_record"


def text(value: str) -> str:
    """`value` as a SQL literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def texts(values: Iterable[str]) -> str:
    """The list of an IN or NOT IN over names; SQL has no empty list, and no name is empty."""
    return ", ".join(map(text, values)) or "''"


def breaks(column: schema.Column) -> str:
    """True where a present value lies outside the declared range or pattern."""
    checks = []
    if column.min is not None:
        checks.append(f"`{column.name}` < {column.min}")
    if column.max is not None:
        checks.append(f"`{column.name}` > {column.max}")
    if column.pattern is not None:
        checks.append(f"NOT rlike(`{column.name}`, {text(column.pattern)})")
    return f"coalesce({' OR '.join(checks) or 'false'}, false)"


def emptied(columns: Iterable[schema.Column], rules: Iterable[schema.Column]) -> list[str]:
    """The columns; a value that breaks one of the rules is empty, and `broke_<column>` says that it was."""
    rules = list(rules)
    values = [
        f"CASE WHEN NOT {breaks(c)} THEN `{c.name}` END AS `{c.name}`" if c in rules else f"`{c.name}`"
        for c in columns
    ]
    return [*values, *(f"{breaks(c)} AS `broke_{c.name}`" for c in rules)]


def field_rules(table: str) -> list[schema.Column]:
    return [c for c in schema.raw_columns(table) if c.rule == "null"]


def nullable_features() -> list[schema.Column]:
    return [c for c in schema.features() if c.nullable]


def breaks_counted(source: str, rules: Iterable[schema.Column], rows: str = "true") -> str:
    """A map of `<source>.<column>` to the values emptied in it, among the rows that meet a condition."""
    pairs = [f"'{source}.{c.name}', count_if({rows} AND `broke_{c.name}`)" for c in rules]
    return f"CAST(map({', '.join(pairs)}) AS MAP<STRING, BIGINT>)"


def broken_rule(table: str) -> str:
    """
    The first row rule that a row breaks, or NULL. A column with a row rule identifies the row or is needed by
    a feature: an empty one breaks the rule too.
    """
    rules = [c for c in schema.raw_columns(table) if c.rule == "quarantine"]
    broken = [f"CASE WHEN `{c.name}` IS NULL OR {breaks(c)} THEN '{c.name}' END" for c in rules]
    return f"coalesce(CASE WHEN {CORRUPT} IS NOT NULL THEN 'malformed' END, {', '.join(broken)})"
