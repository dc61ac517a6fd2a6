"""SQL text made from the declared columns of `dataset.json`; nothing here knows what the columns mean."""

from collections.abc import Iterable

import landing
from common import schema

CORRUPT = "_corrupt_record"
# Characters of a row that a message repeats: a row may be a megabyte, and all messages of a run go through
# one state of 256 KiB.
SHOWN = 200


def text(value: str) -> str:
    """`value` as a SQL literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def texts(values: Iterable[str]) -> str:
    """The list of an IN or NOT IN over names; SQL has no empty list, and no name is empty."""
    return ", ".join(map(text, values)) or "''"


def listed(columns: Iterable[schema.Column], prefix: str = "") -> str:
    return ", ".join(f"`{prefix}{column.name}`" for column in columns)


def breaks(column: schema.Column) -> str:
    """True where a present value lies outside the declared range, pattern or format."""
    name = f"`{column.name}`"
    checks = []
    if column.min is not None:
        checks.append(f"{name} < {column.min}")
    if column.max is not None:
        checks.append(f"{name} > {column.max}")
    if column.type == "double":
        # NaN is greater than every number in Spark: it is refused with the infinities. What the API refuses
        # as an overflow must not be trained on either.
        low, high = schema.possible(column)
        checks.append(f"NOT {name} BETWEEN {low!r}D AND {high!r}D")
    if column.pattern is not None:
        checks.append(f"NOT rlike({name}, {text(column.pattern)})")
    if column.format == "time-zone":
        # Spark ends the run where it converts a time of an unknown zone. Java gives GMT for one.
        found = f"java_method('java.util.TimeZone', 'getTimeZone', coalesce({name}, 'GMT'))"
        checks.append(f"NOT contains({found}, concat('id=\"', {name}, '\"'))")
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
    """Columns whose broken values are emptied: of doubles without a rule those that are no numbers."""
    return [
        c for c in schema.raw_columns(table) if c.rule == "null" or (c.rule is None and c.type == "double")
    ]


def nullable_features() -> list[schema.Column]:
    return [c for c in schema.features() if c.nullable]


def breaks_counted(source: str, rules: Iterable[schema.Column]) -> str:
    """A map of `<source>.<column>` to the values emptied in it."""
    pairs = [f"'{source}.{c.name}', count_if(`broke_{c.name}`)" for c in rules]
    return f"CAST(map({', '.join(pairs)}) AS MAP<STRING, BIGINT>)"


def row_rules(table: str) -> list[tuple[str, str]]:
    """When a raw row cannot be used, and why: it is malformed, lacks what it needs, or breaks a rule."""
    texts = [f"contains(`{c.name}`, '\ufffd')" for c in schema.raw_columns(table) if c.type == "string"]
    reasons = [(f"{CORRUPT} IS NOT NULL", "malformed")]
    # What Spark reads for bytes that are no UTF-8: two names could become one.
    reasons += [(f"coalesce({broken}, false)", "encoding") for broken in texts]
    for c in schema.raw_columns(table):
        if c.rule == "quarantine":
            reasons.append((f"`{c.name}` IS NULL OR {breaks(c)}", c.name))
        elif c.required or c.name in landing.key(table):
            reasons.append((f"`{c.name}` IS NULL", c.name))
    return reasons


def first_reason(reasons: Iterable[tuple[str, str]]) -> str:
    """The reason of the first condition that is true, or NULL."""
    cases = " ".join(f"WHEN {condition} THEN {text(reason)}" for condition, reason in reasons)
    return f"CASE {cases} END" if cases else "CAST(NULL AS STRING)"


def of_another_partition(table: str) -> list[tuple[str, str]]:
    """The reason of rows whose time lies in another partition than that in whose file they landed."""
    if (time := landing.time(table)) is None:
        return []
    return [(f"coalesce({landing.partition_of(time)} <> _landed, true)", "partition")]


def unfit_feature() -> str:
    """The first feature without which, or with whose value, a row would be refused by the API, or NULL."""
    return first_reason(
        (f"`{c.name}` IS NULL OR {breaks(c)}", f"features.{c.name}")
        for c in schema.curated_columns()
        if not c.nullable
    )
