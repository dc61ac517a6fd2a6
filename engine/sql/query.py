"""One query, from text to rows."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import duckdb
from sqlglot import exp
from sqlglot.errors import UnsupportedError
from sqlglot.schema import MappingSchema

from engine.sql import dialects
from engine.sql.dialects import Dialect, QueryError
from engine.sql.lake import AwsLake
from engine.sql.scan import Scan, bytes_of, scans
from engine.sql.tables import File, Table


class ScanLimitError(QueryError):
    """The query would read more than its limit."""


@dataclass(frozen=True)
class Answer:
    """`types` are DuckDB's names."""

    columns: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]
    scanned: int


def run(
    sql: str, dialect: Dialect, lake: AwsLake, database: str | None = None, limit: int | None = None
) -> Answer:
    """Answer a SELECT. `database` is the default one, `limit` the most bytes to read.

    Raises QueryError with the service's message."""
    statement = dialects.parse(sql, dialect)
    if not isinstance(statement, exp.Query):
        kind = type(statement).__name__.upper()
        raise QueryError(f"{kind} is not rehearsed: {dialect.name} runs SELECT only here")
    dialects.refuse_unknown_functions(sql, dialect)
    tables = _tables(statement, dialect, lake, database)
    schema = MappingSchema(
        {
            db: {name: table.types() for (each, name), table in tables.items() if each == db}
            for db in {db for db, _ in tables}
        },
        dialect="duckdb",
    )
    resolved = dialects.resolve(statement, dialect, schema)
    with tempfile.TemporaryDirectory(prefix="sql-") as folder, duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        scanned = _load(
            connection, Path(folder), list(scans(resolved, tables, dialect)), dialect, lake, limit
        )
        try:
            connection.execute(dialects.to_duckdb(resolved, dialect))
            described = connection.description or []
            rows = connection.fetchall()
        except (duckdb.Error, UnsupportedError) as error:
            raise QueryError(_words(error, dialect)) from None
    names = dialects.names_of([each[0] for each in described], resolved, dialect)
    return Answer(names, [str(each[1]) for each in described], rows, scanned)


def _tables(
    statement: exp.Query, dialect: Dialect, lake: AwsLake, database: str | None
) -> dict[tuple[str, str], Table]:
    """Every catalog table in the statement; its mentions are completed with database and name."""
    named = {cte.alias.lower() for cte in statement.find_all(exp.CTE)}
    tables: dict[tuple[str, str], Table] = {}
    for mention in statement.find_all(exp.Table):
        name, db = mention.name.lower(), (mention.db or "").lower()
        if not name or (not db and name in named):
            continue
        catalog = (mention.catalog or "").lower()
        in_lake = catalog == dialect.catalog or (dialect is dialects.ATHENA and not catalog)
        db = db or (database or "default")
        described = lake.table(db, name) if in_lake else None
        if described is None:
            raise QueryError(dialect.no_table.format(database=db, name=name))
        tables[db, name] = tables.get((db, name)) or Table({**described, "DatabaseName": db, "Name": name})
        mention.set("catalog", None)
        mention.set("db", exp.to_identifier(db))
        mention.set("this", exp.to_identifier(name))
    return tables


def _load(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    planned: Sequence[Scan],
    dialect: Dialect,
    lake: AwsLake,
    limit: int | None,
) -> int:
    """Create a view of each table from the files that its scans need; returns the scanned bytes."""
    listed: dict[Table, list[File]] = {}
    wanted: dict[Table, dict[File, Path]] = {}
    scanned = 0
    for scan in planned:
        table = scan.table
        if table not in listed:
            listed[table] = _files(table, lake)
        paths = wanted.setdefault(table, {})
        for file in scan.prune(listed[table]):
            if file not in paths:
                # DuckDB recognises the format by the file's extension.
                paths[file] = folder / f"{len(listed)}-{len(paths)}-{file.key.rpartition('/')[2]}"
                paths[file].write_bytes(lake.read(file.bucket, file.key))
            if table.format == "parquet":
                table.check_types(file, paths[file], scan.columns, dialect)
            scanned += bytes_of(file, paths[file], table, scan.columns)
            if limit is not None and scanned > limit:
                raise ScanLimitError("Bytes scanned limit was exceeded")
    for table, paths in wanted.items():
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{table.database}"')
        view = f'"{table.database}"."{table.name}"'
        connection.execute(f"CREATE VIEW {view} AS {table.relation(list(paths.items()))}")
    return scanned


def _files(table: Table, lake: AwsLake) -> list[File]:
    """The objects of a partition. Names that begin with a dot or an underscore are hidden."""
    places: dict[tuple[str, ...] | None, tuple[str, str]] = {None: table.folder()}
    if table.keys and not table.projected:
        places = {
            tuple(each["Values"]): _place(each["StorageDescriptor"]["Location"])
            for each in lake.partitions(table.database, table.name)
        }
    files = []
    for registered, (bucket, prefix) in places.items():
        for key, size in lake.objects(bucket, prefix).items():
            hidden = key.rpartition("/")[2].startswith(("_", "."))
            partition = registered
            if partition is None:
                partition = table.partition_of(f"s3://{bucket}/{key}") if table.keys else ()
            if partition is not None and size and not hidden:
                files.append(File(bucket, key, size, partition))
    return files


def _place(location: str) -> tuple[str, str]:
    parsed = urlparse(location.rstrip("/") + "/")
    return parsed.netloc, parsed.path.lstrip("/")


def _words(error: Exception, dialect: Dialect) -> str:
    """DuckDB's message after the service's kind of error; the wording is not the service's."""
    message = str(error).strip().splitlines()[0]
    for own in (dialect.no_division, "HIVE_"):
        if own in message:
            return message[message.index(own) :]
    return f"ERROR: {message}" if dialect is dialects.REDSHIFT else f"GENERIC_INTERNAL_ERROR: {message}"
