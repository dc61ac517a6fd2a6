"""Queries of Athena and Redshift over the tables of the Glue catalog, run on DuckDB."""

from engine.sql.dialects import ATHENA, REDSHIFT, Dialect, QueryError, parse
from engine.sql.lake import AwsLake
from engine.sql.query import Answer, ScanLimitError, run

__all__ = [
    "ATHENA",
    "REDSHIFT",
    "Answer",
    "AwsLake",
    "Dialect",
    "QueryError",
    "ScanLimitError",
    "parse",
    "run",
]
