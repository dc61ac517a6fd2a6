"""Files and columns that a query reads, and their size in bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from sqlglot import exp
from sqlglot.optimizer.pushdown_predicates import pushdown_predicates
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.scope import Scope, traverse_scope

from engine.sql.dialects import Dialect
from engine.sql.tables import File, Table


@dataclass(frozen=True)
class Scan:
    """One mention of a table: the used columns and the conditions on its partition keys alone."""

    table: Table
    columns: frozenset[str]
    conditions: tuple[exp.Expression, ...]

    def prune(self, files: Sequence[File]) -> list[File]:
        """The files of the partitions that match the conditions."""
        partitions = sorted({file.partition for file in files})
        if not self.conditions or not partitions:
            return list(files)
        types = self.table.types()
        rows = exp.values(
            partitions,
            alias="p",
            columns=list(self.table.keys),
        )
        typed = exp.select(
            *(exp.cast(exp.column(key), types[key]).as_(key) for key in self.table.keys)
        ).from_(rows)
        kept = exp.select("*").from_(typed.subquery("p")).where(*(each.copy() for each in self.conditions))
        left = {tuple(row) for row in duckdb.connect().execute(kept.sql("duckdb")).fetchall()}
        return [file for file in files if file.partition in left]


def scans(resolved: exp.Expression, tables: dict[tuple[str, str], Table], dialect: Dialect) -> Iterator[Scan]:
    """Every mention of a table, after unused columns were dropped and conditions pushed down, like either
    service's planner does."""
    planned = pushdown_projections(resolved.copy())
    planned = pushdown_predicates(planned, dialect=dialect.sqlglot)
    for scope in traverse_scope(planned):
        for alias, source in scope.selected_sources.items():
            if isinstance(source[1], exp.Table):
                table = tables[source[1].db, source[1].name]
                columns = frozenset(column.name for column in scope.source_columns(alias))
                yield Scan(table, columns, tuple(_conditions(scope, alias, table)))


def _conditions(scope: Scope, alias: str, table: Table) -> Iterator[exp.Expression]:
    select = scope.expression
    clauses = [select.args.get("where")]
    # The condition of an outer join filters rows of the other side only.
    clauses += [join.args.get("on") for join in select.args.get("joins") or [] if not join.side]
    for clause in clauses:
        condition = clause.this if isinstance(clause, exp.Where) else clause
        for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
            if part is None or part.find(exp.Query):
                continue
            used = list(part.find_all(exp.Column))
            if used and all(each.table == alias and each.name in table.keys for each in used):
                yield part.transform(
                    lambda node: exp.column(node.name) if isinstance(node, exp.Column) else node
                )


def bytes_of(file: File, path: Path, table: Table, columns: frozenset[str]) -> int:
    """The read column chunks of a Parquet file, or the whole of another file. Row groups whose statistics
    exclude a condition are counted, although the services may skip them."""
    if table.format != "parquet":
        return file.size
    metadata = pq.read_metadata(path)
    return sum(
        chunk.total_compressed_size
        for group in range(metadata.num_row_groups)
        for chunk in (metadata.row_group(group).column(i) for i in range(metadata.num_columns))
        if chunk.path_in_schema.partition(".")[0].lower() in columns
    )
