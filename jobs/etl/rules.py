"""SQL built from the declared columns of `dataset.json`, independent of their meaning."""

from collections.abc import Iterable

import landing
from common import schema

CORRUPT = "_corrupt_record"
# Characters of a row that a message repeats: a row may be a megabyte, and all messages of a run share one
# state of at most 256 KiB.
SHOWN = 200


def text(value: str) -> str:
    """`value` as a SQL literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def texts(values: Iterable[str]) -> str:
    """The list of an IN or NOT IN over names; an empty name stands in for SQL's missing empty list."""
    return ", ".join(map(text, values)) or "''"


def listed(columns: Iterable[schema.Column], prefix: str = "") -> str:
    return ", ".join(f"`{prefix}{column.name}`" for column in columns)


def breaks(column: schema.Column) -> str:
    """SQL condition: a present value lies outside the declared range, pattern or format."""
    name = f"`{column.name}`"
    checks = []
    if column.min is not None:
        checks.append(f"{name} < {column.min}")
    if column.max is not None:
        checks.append(f"{name} > {column.max}")
    if column.type == "double":
        # NaN is greater than every number in Spark, so it is refused with the infinities. A number that
        # overflows in the API must not be trained on either.
        low, high = schema.possible(column)
        checks.append(f"NOT {name} BETWEEN {low!r}D AND {high!r}D")
    if column.pattern is not None:
        checks.append(f"NOT rlike({name}, {text(column.pattern)})")
    if column.format == "time-zone":
        # Spark raises an error for an unknown zone, which ends the run; Java falls back to GMT.
        found = f"java_method('java.util.TimeZone', 'getTimeZone', coalesce({name}, 'GMT'))"
        checks.append(f"NOT contains({found}, concat('id=\"', {name}, '\"'))")
    return f"coalesce({' OR '.join(checks) or 'false'}, false)"


def emptied(columns: Iterable[schema.Column], rules: Iterable[schema.Column]) -> list[str]:
    """The columns, with values that break a rule set to NULL; `broke_<column>` is true for them."""
    rules = list(rules)
    values = [
        f"CASE WHEN NOT {breaks(c)} THEN `{c.name}` END AS `{c.name}`" if c in rules else f"`{c.name}`"
        for c in columns
    ]
    return [*values, *(f"{breaks(c)} AS `broke_{c.name}`" for c in rules)]


def field_rules(table: str) -> list[schema.Column]:
    """Columns whose invalid values become NULL, including doubles without a rule, which may be no numbers."""
    return [
        c for c in schema.raw_columns(table) if c.rule == "null" or (c.rule is None and c.type == "double")
    ]


def nullable_features() -> list[schema.Column]:
    return [c for c in schema.features() if c.nullable]


def breaks_counted(source: str, rules: Iterable[schema.Column]) -> str:
    """A map of `<source>.<column>` to the number of values set to NULL."""
    pairs = [f"'{source}.{c.name}', count_if(`broke_{c.name}`)" for c in rules]
    return f"CAST(map({', '.join(pairs)}) AS MAP<STRING, BIGINT>)"


def row_rules(table: str) -> list[tuple[str, str]]:
    """Reasons why a raw row is unusable: malformed, incomplete or breaking a rule, with conditions."""
    texts = [f"contains(`{c.name}`, '\ufffd')" for c in schema.raw_columns(table) if c.type == "string"]
    reasons = [(f"{CORRUPT} IS NOT NULL", "malformed")]
    # Spark's replacement character for invalid UTF-8: two different names could become equal.
    reasons += [(f"coalesce({broken}, false)", "encoding") for broken in texts]
    for c in schema.raw_columns(table):
        if c.rule == "quarantine":
            reasons.append((f"`{c.name}` IS NULL OR {breaks(c)}", c.name))
        elif c.required or c.name in landing.key(table):
            reasons.append((f"`{c.name}` IS NULL", c.name))
    return reasons


def first_reason(reasons: Iterable[tuple[str, str]]) -> str:
    """SQL for the reason of the first true condition, or NULL."""
    cases = " ".join(f"WHEN {condition} THEN {text(reason)}" for condition, reason in reasons)
    return f"CASE {cases} END" if cases else "CAST(NULL AS STRING)"


def of_another_partition(table: str) -> list[tuple[str, str]]:
    """The reason for rows whose time lies in another partition than the file in which they landed."""
    if (time := landing.time(table)) is None:
        return []
    return [(f"coalesce({landing.partition_of(time)} <> _landed, true)", "partition")]


def unfit_feature() -> str:
    """SQL for the first feature whose absence or value the API would refuse, or NULL."""
    return first_reason(
        (f"`{c.name}` IS NULL OR {breaks(c)}", f"features.{c.name}")
        for c in schema.curated_columns()
        if not c.nullable
    )
