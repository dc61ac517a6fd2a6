"""
The steps from raw tables to curated rows. Each function returns a SQL query over the views of earlier steps.
The meaning of rows is defined by dataset.json and the dataset's module `features` only. All times are UTC;
the session's time zone must be UTC too.

Each row carries the `partition` for which it is read. `own` rows come from the partition's own files, the
others from the days before it.
"""

from collections.abc import Iterable

import features
import landing
from common import schema
from rules import (
    CORRUPT,
    SHOWN,
    breaks_counted,
    emptied,
    field_rules,
    first_reason,
    listed,
    nullable_features,
    of_another_partition,
    row_rules,
    text,
    texts,
    unfit_feature,
)


def seen(table: str, reach: Iterable[str]) -> str:
    """
    The rows of the view `raw_<table>` that each partition reads. Values that break a field rule are NULL, and
    `_broken` holds the reason why a row cannot be used.

    :param reach: SQL tuples (landed, partition, own, since)
    """
    columns, rules = schema.raw_columns(table), row_rules(table)
    if table != landing.events():
        rules += of_another_partition(table)
    return f"""
        SELECT *, {first_reason(rules)} AS _broken
        FROM (
          SELECT partition, own, _landed, _since, {", ".join(emptied(columns, field_rules(table)))}, {CORRUPT}
          FROM raw_{table}
          JOIN (VALUES {", ".join(reach)}) AS reach(_landed, partition, own, _since) USING (_landed)
        )"""


def reference(table: str) -> str:
    """
    The rows of a reference table for lookups. A key that occurs more than once is looked up in the
    partition's own file only.
    """
    place = f"`{time}` >= _since" if (time := landing.time(table)) else "false"
    key = ", ".join(f"`{column}`" for column in landing.key(table))
    return f"""
        SELECT * FROM (
          SELECT *, count(*) OVER (PARTITION BY partition, {key}) AS _found
          FROM seen_{table} WHERE _broken IS NULL AND (own OR {place})
        ) WHERE own OR _found = 1"""


def events() -> str:
    """
    The events with their id and time, `quarantine` (the first broken rule, or NULL) and `set_aside` (why no
    label can exist, or NULL). A row with neither is curated; no row has both.
    """
    table = landing.events()
    raw, broke = schema.raw_columns(table), field_rules(table)
    key, time = schema.id_column(), schema.time_column()
    order = f"own, _landed, {listed(raw)}"
    rules = [
        ("_id IS NULL", key),
        ("_time IS NULL", time),
        *((condition, reason) for reason, condition in features.row_rules().items()),
        *of_another_partition(table),
    ]
    return f"""
        WITH keyed AS (
          SELECT *, {features.time()} AS _time, {features.key()} AS _id, {features.set_aside()} AS _aside
          FROM seen_{table}
        ),
        ruled AS (SELECT *, coalesce(_broken, {first_reason(rules)}) AS _rule FROM keyed),
        -- Labels and predictions are joined by the key: a second row under it is refused, and the first is
        -- that of an earlier partition.
        ranked AS (
          SELECT *,
            row_number() OVER (PARTITION BY partition, _rule, _id ORDER BY {order}) AS _nth
          FROM ruled
        ),
        judged AS (
          SELECT *, coalesce(_rule, CASE WHEN _nth > 1 THEN 'duplicate' END) AS quarantine FROM ranked
        )
        SELECT partition, own, {listed(c for c in raw if c.name not in (key, time))}, {CORRUPT},
          _id AS `{key}`, _time AS `{time}`, quarantine,
          CASE WHEN quarantine IS NULL THEN _aside END AS set_aside, {listed(broke, "broke_")}
        FROM judged
        WHERE own OR `{landing.time(table)}` >= _since"""


def curated(partitions: Iterable[str]) -> str:
    """
    Exactly the declared columns in their types, one row per curated event, with the columns that were set to
    NULL, and `_unfit`: the feature whose value prevents curation, or NULL.
    """
    values, joins = features.columns(), features.joins()
    columns = schema.curated_columns()
    typed = (f"CAST({values.get(c.name, f'event.`{c.name}`')} AS {c.type}) AS `{c.name}`" for c in columns)
    joined = "".join(
        f"""
          LEFT JOIN {view} AS {name} ON {name}.partition = event.partition AND {condition}"""
        for name, (view, condition) in joins.items()
    )
    hint = f"/*+ BROADCAST({', '.join(joins)}) */" if joins else ""
    return f"""
        WITH joined AS (
          SELECT {hint} event.partition, {", ".join(typed)}
          FROM events AS event{joined}
          WHERE event.own AND event.quarantine IS NULL AND event.set_aside IS NULL
            AND event.partition IN ({texts(partitions)})
        )
        SELECT *, {unfit_feature()} AS _unfit
        FROM (SELECT partition, {", ".join(emptied(columns, nullable_features()))} FROM joined)"""


def classes() -> str:
    """Number of a partition's own events in each class, with the number of values set to NULL."""
    table = landing.events()
    return f"""
        SELECT partition, set_aside, quarantine, count(*) AS rows, left(min({CORRUPT}), {SHOWN}) AS example,
          {breaks_counted(table, field_rules(table))} AS nulled
        FROM events WHERE own
        GROUP BY partition, set_aside, quarantine"""


def findings() -> str:
    """
    Counts of a partition's reference tables, from its own files: all `rows`, those `unusable` by reason with
    an example, columns with `emptied` values, and `key`s that more than one row has.
    """
    # A dataset may have no reference table.
    found = ["SELECT '' AS table, '' AS partition, '' AS what, '' AS name, '' AS example WHERE false"]
    for table in landing.references():
        key = ", ".join(f"`{column}`" for column in landing.key(table))
        cells = ["'rows', ''", "'unusable', _broken"]
        cells.append(f"'key', CASE WHEN _broken IS NULL THEN concat_ws(', ', {key}) END")
        cells += [f"'emptied', CASE WHEN `broke_{c.name}` THEN '{c.name}' END" for c in field_rules(table)]
        row = f"coalesce({CORRUPT}, concat_ws(',', {listed(schema.raw_columns(table))}))"
        found.append(
            f"SELECT {text(table)} AS table, partition, _what AS what, _name AS name, "
            f"CASE WHEN _what = 'unusable' THEN {row} END AS example FROM seen_{table} "
            f"LATERAL VIEW stack({len(cells)}, {', '.join(cells)}) AS _what, _name "
            "WHERE own AND _name IS NOT NULL"
        )
    return f"""
        SELECT table, partition, what, name, count(*) AS rows, left(min(example), {SHOWN}) AS example
        FROM ({" UNION ALL ".join(found)})
        GROUP BY table, partition, what, name
        HAVING what <> 'key' OR count(*) > 1"""


def placed(place: str, partition: str) -> str:
    """The rows of a place in layout.json."""
    key, time = schema.id_column(), schema.time_column()
    if place == "features":
        columns = listed(schema.curated_columns())
        return f"SELECT {columns} FROM curated WHERE _unfit IS NULL AND partition = {text(partition)}"
    raw = listed(c for c in schema.raw_columns(landing.events()) if c.name not in (key, time))
    own = f"events.own AND events.partition = {text(partition)}"
    if place == "setAside":
        return (
            f"SELECT {raw}, `{time}`, `{key}`, set_aside FROM events WHERE {own} "
            f"AND set_aside IS NOT NULL AND quarantine IS NULL"
        )
    unfit = f"SELECT `{key}`, _unfit FROM curated WHERE _unfit IS NOT NULL AND partition = {text(partition)}"
    return (
        f"SELECT /*+ BROADCAST(refused) */ {raw}, {CORRUPT}, `{time}`, `{key}`, "
        f"coalesce(quarantine, _unfit) AS quarantine "
        f"FROM events LEFT JOIN ({unfit}) AS refused USING (`{key}`) "
        f"WHERE {own} AND (quarantine IS NOT NULL OR (set_aside IS NULL AND _unfit IS NOT NULL))"
    )
