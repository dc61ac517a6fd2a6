"""The SQL dialects of Athena and Redshift: accepted syntax, refusals, and translation to DuckDB."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema
from sqlglot.tokens import TokenType

# DuckDB has functions that the services lack, and would answer instead of refusing. Athena's engine 3 has
# Trino's list (trino.io/docs/current/functions/list.html), Redshift the one of its developer guide.
_FUNCTIONS = {
    file.stem: frozenset(file.read_text().split()) for file in (Path(__file__).parent / "functions").iterdir()
}
# Keywords that are written like functions.
_SYNTAX = {"cast", "try_cast", "extract", "position", "trim", "substring", "if", "over", "group"}
_SPATIAL = ("st_", "h3_")
# `with name(columns) as` and `from … as name(columns)` look like calls.
_NAMES_COLUMNS = {TokenType.WITH, TokenType.ALIAS, TokenType.R_PAREN}


class QueryError(Exception):
    """A query that the service refuses or gives up, with its message."""


@dataclass(frozen=True)
class Dialect:
    """`alias_references`: whether a column of the select list may use another one's alias."""

    name: str
    sqlglot: str
    alias_references: bool
    catalog: str
    no_function: str
    no_column: str
    no_table: str
    no_division: str
    wrong_type: str
    syntax: str


ATHENA = Dialect(
    name="athena",
    sqlglot="trino",
    alias_references=False,
    catalog="awsdatacatalog",
    no_function="FUNCTION_NOT_FOUND: line {line}:{column}: Function '{name}' not registered",
    no_column=(
        "COLUMN_NOT_FOUND: line {line}:{column}: Column '{name}' cannot be resolved or requester is not "
        "authorized to access requested resources"
    ),
    no_table="TABLE_NOT_FOUND: Table 'awsdatacatalog.{database}.{name}' does not exist",
    no_division="DIVISION_BY_ZERO: Division by zero",
    wrong_type=(
        "HIVE_BAD_DATA: Field {name}'s type {physical} in parquet file {file} is incompatible with type "
        "{declared} defined in table schema"
    ),
    syntax="line {line}:{column}: mismatched input '{name}'",
)
REDSHIFT = Dialect(
    name="redshift",
    sqlglot="redshift",
    alias_references=True,
    catalog="awsdatacatalog",
    no_function="ERROR: function {name} does not exist",
    no_column='ERROR: column "{name}" does not exist',
    no_table='ERROR: Could not find parent table for alias "awsdatacatalog.{database}.{name}".',
    no_division="ERROR: Divide by zero",
    wrong_type=(
        "ERROR: Spectrum Scan Error: File '{file}' has an incompatible Parquet schema for column '{name}'. "
        "Column type: {declared}, Parquet schema: {physical}"
    ),
    syntax='ERROR: syntax error at or near "{name}"',
)


def parse(sql: str, dialect: Dialect) -> exp.Expression:
    """The single statement. Raises QueryError with the service's message for malformed text."""
    try:
        statements = [each for each in sqlglot.parse(sql, read=dialect.sqlglot) if each is not None]
    except SqlglotError as error:
        raise QueryError(_syntax_error(error, dialect)) from None
    if len(statements) != 1:
        raise QueryError(dialect.syntax.format(line=1, column=1, name=";" if statements else "<EOF>"))
    return statements[0]


def resolve(statement: exp.Expression, dialect: Dialect, schema: MappingSchema) -> exp.Expression:
    """The statement with every column qualified by its table and every expression typed."""
    try:
        resolved = qualify(
            statement,
            schema=schema,
            dialect=dialect.sqlglot,
            expand_alias_refs=dialect.alias_references,
            quote_identifiers=False,
        )
    except OptimizeError as error:
        found = re.search(r"'(?:[^']*\.)?([^'.]+)'.*?Line: (\d+), Col: (\d+)", str(error), re.S)
        if found is None:
            raise QueryError(f"{dialect.name} query cannot be resolved: {error}") from None
        name, line, end = found[1], int(found[2]), int(found[3])
        # sqlglot reports the last character, the service the first.
        column = end - len(name) + 1
        raise QueryError(dialect.no_column.format(line=line, column=column, name=name)) from None
    annotated = annotate_types(resolved, schema=schema, dialect=dialect.sqlglot)
    if dialect is ATHENA:
        _refuse_mixed_comparisons(annotated)
    return annotated


def to_duckdb(resolved: exp.Expression, dialect: Dialect) -> str:
    """The statement in DuckDB's dialect, with the service's semantics."""
    return resolved.transform(lambda node: _meaning(node, dialect)).sql(
        "duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE
    )


def names_of(columns: list[str], resolved: exp.Query, dialect: Dialect) -> list[str]:
    """The result's column names; sqlglot calls the n-th unnamed column `_col_<n>`."""
    names = list(columns)
    for number, (name, value) in enumerate(zip(columns, resolved.selects, strict=True)):
        if name == f"_col_{number}":
            function = value.this.sql_name().lower() if isinstance(value.this, exp.Func) else "?column?"
            names[number] = f"_col{number}" if dialect is ATHENA else function
    return names


def _meaning(node: exp.Expression, dialect: Dialect) -> exp.Expression:
    if isinstance(node, exp.Div) and (dialect is REDSHIFT or _integers(node.left, node.right)):
        node.set("expression", _guarded(node, dialect))
    if dialect is REDSHIFT and isinstance(node, exp.Avg) and _integers(node.this):
        return exp.cast(exp.func("TRUNC", node.copy()), "bigint")
    if (
        dialect is REDSHIFT
        and isinstance(node, exp.Trunc)
        and node.this.is_type(*exp.DataType.TEMPORAL_TYPES)
    ):
        return exp.cast(node.this.copy(), "date")
    if isinstance(node, exp.GroupConcat):
        _separate(node)
    if isinstance(node, exp.Window) and node.this.name.lower() == "ratio_to_report":
        whole = node.copy()
        value = node.this.expressions[0]
        whole.set("this", exp.Sum(this=value.copy()))
        return exp.Div(this=exp.cast(value.copy(), "double"), expression=whole, typed=False, safe=True)
    return node


def _separate(listed: exp.GroupConcat) -> None:
    """
    Both services put nothing between values unless a separator is given, and DuckDB puts a comma; sqlglot
    takes Redshift's separator of distinct values for one of the values.
    """
    values = listed.this.expressions if isinstance(listed.this, exp.Distinct) else []
    separator = values[1] if len(values) == 2 else listed.args.get("separator")
    if len(values) == 2:
        listed.this.set("expressions", values[:1])
    listed.set("separator", separator or exp.Literal.string(""))


def _guarded(division: exp.Div, dialect: Dialect) -> exp.Expression:
    """The divisor, made to fail when it is 0: DuckDB returns NULL silently."""
    divisor, zero = division.right, exp.Literal.number(0)
    if division.find_ancestor(exp.Try):
        # DuckDB's TRY accepts no volatile function, such as its ERROR.
        guarded: exp.Expression = exp.Nullif(this=divisor.copy(), expression=zero)
    else:
        failing = exp.func("ERROR", exp.Literal.string(dialect.no_division))
        guarded = exp.case().when(exp.EQ(this=divisor.copy(), expression=zero), failing).else_(divisor.copy())
    # The generator recognises a division of integers only with known types.
    wrapped = exp.paren(guarded, copy=False)
    wrapped.type = guarded.type = divisor.type
    return wrapped


def _integers(*values: exp.Expression) -> bool:
    return all(value.is_type(*exp.DataType.INTEGER_TYPES) for value in values)


def refuse_unknown_functions(sql: str, dialect: Dialect) -> None:
    known = _SYNTAX | _FUNCTIONS[dialect.name]
    tokens = sqlglot.tokenize(sql, read=dialect.sqlglot)
    for before, token, after in zip([None, *tokens], tokens, tokens[1:], strict=False):
        called = token.token_type is TokenType.VAR and after.token_type is TokenType.L_PAREN
        if not called or (before is not None and before.token_type in _NAMES_COLUMNS):
            continue
        name = token.text.lower()
        if name not in known and not name.startswith(_SPATIAL):
            column = token.col - len(name) + 1
            raise QueryError(dialect.no_function.format(line=token.line, column=column, name=name))


_FAMILIES: Mapping[str, Callable[[exp.Expression], bool]] = {
    "varchar": lambda value: value.is_type(*exp.DataType.TEXT_TYPES),
    "number": lambda value: value.is_type(*exp.DataType.NUMERIC_TYPES),
    "date": lambda value: value.is_type(*exp.DataType.TEMPORAL_TYPES),
    "boolean": lambda value: value.is_type("boolean"),
}


def _refuse_mixed_comparisons(statement: exp.Expression) -> None:
    """Trino compares no text with a number or a date, while DuckDB converts one of them."""
    for node in statement.find_all(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE):
        families = [
            next((name for name, holds in _FAMILIES.items() if holds(side)), None)
            for side in (node.left, node.right)
        ]
        if None not in families and families[0] != families[1]:
            types = [side.type.sql(dialect="trino").lower() for side in (node.left, node.right) if side.type]
            sign = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}[
                type(node).__name__
            ]
            raise QueryError(f"TYPE_MISMATCH: Cannot apply operator: {types[0]} {sign} {types[1]}")


def _syntax_error(error: SqlglotError, dialect: Dialect) -> str:
    details = (getattr(error, "errors", None) or [{}])[0]
    found = details.get("highlight") or "<EOF>"
    line, end = details.get("line") or 1, details.get("col") or 1
    return dialect.syntax.format(line=line, column=max(1, end - len(found) + 1), name=found)
