"""The quality report of a partition, from figures that Spark counted."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pyspark.sql import Row

import landing
from checks import Files
from common import schema
from lake import Landed
from rules import nullable_features

FIGURES = {"categorical": ("missing", "distinct"), "numeric": ("missing", "mean", "min", "max")}


def figures() -> str:
    """
    Query for the figures of each feature in a partition, one row each; unfit rows are counted by reason. The
    columns are first turned into rows: one short aggregate over them compiles in a fraction of the time of
    four aggregates per column.
    """
    cells = []
    for c in schema.features():
        value, word = ("NULL", f"`{c.name}`") if c.kind == "categorical" else (f"`{c.name}`", "NULL")
        broke = f"`broke_{c.name}`" if c in nullable_features() else "false"
        cells.append(f"'{c.name}', CAST({value} AS DOUBLE), CAST({word} AS STRING), {broke}")
    return f"""
        SELECT partition, _name AS name, _unfit AS unfit, count(*) AS rows,
          count_if(_value IS NULL AND _word IS NULL) AS missing, count_if(_broke) AS emptied,
          count(DISTINCT _word) AS distinct, mean(_value) AS mean, min(_value) AS min, max(_value) AS max
        FROM curated LATERAL VIEW stack({len(cells)}, {", ".join(cells)}) AS _name, _value, _word, _broke
        GROUP BY partition, _name, _unfit"""


def files(partition: str, found: Files) -> list[dict[str, Any]]:
    """The raw files of a partition: its own, and those of the earlier days that it reads."""
    read = [
        (table, p)
        for table in landing.tables()
        for p in (*landing.before(partition, landing.days_read(table)), partition)
    ]
    return [
        {"key": landing.key_of(table, p), "bytes": file.bytes, "sha256": file.sha256}
        for table, p in read
        if isinstance(file := found[table, p], Landed)
    ]


def compose(
    partition: str, classes: Iterable[Row], findings: Iterable[Row], figures: Iterable[Row]
) -> dict[str, Any]:
    """
    :param classes: rows of the query `classes` of transforms.py
    :param findings: rows of its query `findings`
    :param figures: rows of the query `figures`; a partition without features has none
    """
    events, tables, features = (
        [row for row in rows if row["partition"] == partition] for rows in (classes, findings, figures)
    )
    of_feature = {row["name"]: row for row in features if row["unfit"] is None}
    # The row count is the same for every feature, so the first one is used.
    unfit = {row["unfit"]: row["rows"] for row in features if row["unfit"] is not None}
    set_aside, quarantined = _reasons(events, "set_aside"), _reasons(events, "quarantine") | unfit
    nulled: Counter[str] = Counter()
    for row in events:
        nulled.update(row["nulled"])
    nulled.update(
        {f"{row['table']}.{row['name']}": row["rows"] for row in tables if row["what"] == "emptied"}
    )
    nulled.update({f"features.{name}": row["emptied"] for name, row in of_feature.items()})
    return {
        "partition": partition,
        "rows": {
            "in": sum(row["rows"] for row in events),
            "curated": max((row["rows"] for row in of_feature.values()), default=0),
            "setAside": sum(set_aside.values()),
            "quarantined": sum(quarantined.values()),
        },
        "setAside": set_aside,
        "quarantined": quarantined,
        "unusable": {f"{r['table']}.{r['name']}": r["rows"] for r in tables if r["what"] == "unusable"},
        "nulled": {name: count for name, count in nulled.items() if count},
        "columns": {c.name: _column(c, of_feature.get(c.name)) for c in schema.features()},
    }


def _reasons(classes: Iterable[Row], column: str) -> dict[str, int]:
    return {row[column]: row["rows"] for row in sorted(classes, key=lambda r: str(r[column])) if row[column]}


def _column(column: schema.Column, figures: Row | None) -> dict[str, Any]:
    names = FIGURES[column.kind or "numeric"]
    if figures is None:
        # No row is missing when there are none, but there is no mean either.
        return {name: 0 if name in ("missing", "distinct") else None for name in names}
    # All columns are counted as doubles; whole numbers are converted back.
    whole = ("min", "max") if column.type == "int" else ()
    return {
        name: int(figures[name]) if name in whole and figures[name] is not None else figures[name]
        for name in names
    }
