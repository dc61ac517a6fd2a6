"""A table of the Glue catalog: its columns, its partitions and how DuckDB reads its files."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pyarrow.parquet as pq
from sqlglot import exp

from engine.sql.dialects import Dialect, QueryError

# Physical Parquet types that Athena and Redshift accept for a column of this type: only numbers may be
# widened.
_PARQUET = {
    "boolean": {"BOOLEAN"},
    "tinyint": {"INT32"},
    "smallint": {"INT32"},
    "int": {"INT32"},
    "bigint": {"INT64", "INT32"},
    "float": {"FLOAT"},
    "double": {"DOUBLE", "FLOAT"},
    "string": {"BYTE_ARRAY"},
    "date": {"INT32"},
    "timestamp": {"INT64", "INT96"},
}
# Java's patterns of partition projection in Python's syntax.
_DATE_FORMAT = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H"}


@dataclass(frozen=True)
class File:
    """An object of a table: `partition` holds the values of the partition keys in their order."""

    bucket: str
    key: str
    size: int
    partition: tuple[str, ...]


class Table:
    """The answer of Glue's GetTable, for a query."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        storage = described.get("StorageDescriptor") or {}
        self.database, self.name = described["DatabaseName"], described["Name"]
        self.parameters: Mapping[str, str] = described.get("Parameters") or {}
        self.columns = {each["Name"].lower(): each["Type"] for each in storage.get("Columns") or []}
        self.keys = {each["Name"].lower(): each["Type"] for each in described.get("PartitionKeys") or []}
        self.location: str = storage.get("Location") or ""
        serde = storage.get("SerdeInfo") or {}
        self._serde: Mapping[str, str] = serde.get("Parameters") or {}
        library = serde.get("SerializationLibrary", "").rpartition(".")[2]
        self.format = {"ParquetHiveSerDe": "parquet", "OpenCSVSerde": "csv", "JsonSerDe": "json"}.get(
            library, ""
        )
        if not self.format:
            raise QueryError(f"Table {self.database}.{self.name}: SerDe {library} is not rehearsed")

    @property
    def projected(self) -> bool:
        return self.parameters.get("projection.enabled") == "true"

    def types(self) -> dict[str, exp.DataType]:
        return {name: _type(kind) for name, kind in {**self.columns, **self.keys}.items()}

    def folder(self) -> tuple[str, str]:
        """Bucket and prefix of all files."""
        template = self.parameters.get("storage.location.template", self.location)
        parsed = urlparse(template.partition("${")[0])
        return parsed.netloc, parsed.path.lstrip("/")

    def partition_of(self, uri: str) -> tuple[str, ...] | None:
        """The partition values in a file's address; None when the projection has no such partition."""
        template = self.parameters.get("storage.location.template") or (
            self.location.rstrip("/") + "".join(f"/{key}=${{{key}}}" for key in self.keys)
        )
        pattern = re.sub(
            r"\\\$\\\{(\w+)\\\}",
            lambda key: f"(?P<{key[1]}>{self._shape(key[1])})",
            re.escape(template.rstrip("/")),
        )
        found = re.match(pattern + "/", uri)
        if found is None:
            return None
        values = tuple(found[key] for key in self.keys)
        covered = (self._covers(key, found[key]) for key in self.keys)
        return values if all(covered) else None

    def _shape(self, key: str) -> str:
        """A pattern with one folder for each part of the key's format."""
        folders = self.parameters.get(f"projection.{key}.format", "").count("/") + 1
        return "/".join(["[^/]+"] * folders)

    def _covers(self, key: str, value: str) -> bool:
        kind = self.parameters.get(f"projection.{key}.type")
        if kind != "date":
            raise QueryError(f"Table {self.database}.{self.name}: projection of type {kind} is not rehearsed")
        pattern = self.parameters[f"projection.{key}.format"]
        for java, python in _DATE_FORMAT.items():
            pattern = pattern.replace(java, python)
        first, last = self.parameters[f"projection.{key}.range"].split(",")
        try:
            day = datetime.strptime(value, pattern)
        except ValueError:
            return False
        end = datetime.now(UTC).replace(tzinfo=None) if last == "NOW" else datetime.strptime(last, pattern)
        return datetime.strptime(first, pattern) <= day <= end

    def relation(self, files: Sequence[tuple[File, Path]]) -> str:
        """A DuckDB query for the table's columns from these files."""
        types = {name: kind.sql("duckdb") for name, kind in self.types().items()}
        if not files:
            empty = (f"NULL::{kind} AS {_quoted(name)}" for name, kind in types.items())
            return f"SELECT {', '.join(empty)} LIMIT 0"
        by_partition: dict[tuple[str, ...], list[Path]] = {}
        for file, path in files:
            by_partition.setdefault(file.partition, []).append(path)
        reads = []
        for partition, paths in by_partition.items():
            values = [
                f"{_text(value)}::{types[key]} AS {_quoted(key)}"
                for key, value in zip(self.keys, partition, strict=True)
            ]
            columns = [f"{_quoted(name)}::{types[name]} AS {_quoted(name)}" for name in self.columns]
            reads.append(f"SELECT {', '.join(columns + values)} FROM ({self._read(paths)})")
        return " UNION ALL ".join(reads)

    def _read(self, paths: Sequence[Path]) -> str:
        files = f"[{', '.join(_text(str(path)) for path in paths)}]"
        if self.format == "parquet":
            present = {name.lower() for path in paths for name in pq.read_schema(path).names}
            absent = "".join(f", NULL AS {_quoted(name)}" for name in self.columns if name not in present)
            return f"SELECT *{absent} FROM read_parquet({files}, union_by_name = true)"
        if self.format == "json":
            keys = _json_keys(paths)
            columns = ", ".join(
                f"{_text(keys.get(name, name))}: {_text(_type(kind).sql('duckdb'))}"
                for name, kind in self.columns.items()
            )
            lenient = self._serde.get("ignore.malformed.json") == "true"
            return (
                f"FROM read_json({files}, format = 'newline_delimited', columns = {{{columns}}}, "
                f"ignore_errors = {str(lenient).lower()})"
            )
        # Every column of this SerDe is text; an empty field is empty text and a missing one NULL.
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in self.columns)
        delimiter, quote = self._serde.get("separatorChar", ","), self._serde.get("quoteChar", '"')
        every = ", ".join(_text(name) for name in self.columns)
        return (
            f"FROM read_csv({files}, auto_detect = false, header = false, "
            f"delim = {_text(delimiter)}, quote = {_text(quote)}, "
            f"skip = {int(self.parameters.get('skip.header.line.count', 0))}, columns = {{{columns}}}, "
            f"null_padding = true, strict_mode = false, force_not_null = [{every}])"
        )

    def check_types(self, file: File, path: Path, columns: Iterable[str], dialect: Dialect) -> None:
        """Refuses a Parquet column of another type than the table's, as both services do."""
        schema = pq.ParquetFile(path).schema
        physical = {schema.column(i).path.lower(): schema.column(i).physical_type for i in range(len(schema))}
        for name in columns:
            declared = self.columns.get(name, "")
            if physical.get(name) not in _PARQUET.get(declared, {physical.get(name)}):
                where = f"s3://{file.bucket}/{file.key}"
                raise QueryError(
                    dialect.wrong_type.format(
                        name=name, physical=physical[name], file=where, declared=declared
                    )
                )


def _type(hive: str) -> exp.DataType:
    return exp.DataType.build(hive, dialect="hive")


def _json_keys(paths: Sequence[Path]) -> dict[str, str]:
    """The files' spelling of columns, whose case this SerDe ignores."""
    keys: dict[str, str] = {}
    for path in paths:
        with path.open() as lines:
            for line in lines:
                try:
                    document = json.loads(line)
                except ValueError:
                    continue
                keys |= {key.lower(): key for key in document}
                break
    return keys


def _quoted(name: str) -> str:
    return f'"{name}"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
