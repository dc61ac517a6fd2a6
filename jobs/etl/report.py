"""The quality report of a partition, from the figures that Spark counted."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pyspark.sql import Row

from common import schema
from rules import breaks_counted, nullable_features

# What no rows have: no mean and no smallest value, but none missing.
OF_NO_ROWS = {"missing": 0, "distinct": 0}


def figures_of(column: schema.Column) -> dict[str, str]:
    """What the report tells of a feature: SQL by name of the figure."""
    missing = {"missing": f"count_if({column.name} IS NULL)"}
    if column.kind == "categorical":
        # count(DISTINCT) would copy every row once for each of these columns; the sets are small.
        return missing | {"distinct": f"size(collect_set({column.name}))"}
    return missing | {figure: f"{figure}({column.name})" for figure in ("mean", "min", "max")}


def figures() -> str:
    """One row a partition: its features counted, the values emptied among them, and each column's figures."""
    columns = [
        f"{sql} AS `{c.name}.{figure}`" for c in schema.features() for figure, sql in figures_of(c).items()
    ]
    return f"""
        SELECT partition, count(*) AS rows, {breaks_counted("features", nullable_features())} AS nulled,
          {", ".join(columns)}
        FROM features
        GROUP BY partition"""


def compose(
    partition: str, classes: Iterable[Row], references: Iterable[Row], features: Iterable[Row]
) -> dict[str, Any]:
    """
    :param classes: rows of the query `classes` of transforms.py
    :param references: rows of its query `references`
    :param features: rows of `figures`; a partition without features has none
    """
    flights, tables, curated = (
        [row for row in rows if row["partition"] == partition] for rows in (classes, references, features)
    )
    set_aside, quarantined = _reasons(flights, "set_aside"), _reasons(flights, "quarantine")
    nulled: Counter[str] = Counter()
    for row in [*flights, *tables, *curated]:
        nulled.update(row["nulled"])
    return {
        "partition": partition,
        "rows": {
            "in": sum(row["rows"] for row in flights),
            "curated": sum(row["rows"] for row in curated),
            "setAside": sum(set_aside.values()),
            "quarantined": sum(quarantined.values()),
        },
        "setAside": set_aside,
        "quarantined": quarantined,
        "nulled": {name: count for name, count in nulled.items() if count},
        "columns": {
            c.name: {
                figure: curated[0][f"{c.name}.{figure}"] if curated else OF_NO_ROWS.get(figure)
                for figure in figures_of(c)
            }
            for c in schema.features()
        },
    }


def _reasons(classes: Iterable[Row], column: str) -> dict[str, int]:
    return {row[column]: row["rows"] for row in sorted(classes, key=lambda r: str(r[column])) if row[column]}
