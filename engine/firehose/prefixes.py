"""S3 prefixes of a delivery stream, and the keys that dynamic partitioning puts into them.

https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html and
.../dynamic-partitioning-partitioning-keys.html"""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import jq

_EXPRESSION = re.compile(r"!\{([A-Za-z]+):([^}]*)\}")
# Letters of Java's DateTimeFormatter that a prefix may use, with their strftime counterparts.
_JAVA_TIME = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "DDD": "%j"}


class ProcessingError(Exception):
    """A record that cannot be partitioned; it goes to the error prefix under `processing-failed`."""


def partition_keys(query: str, record: bytes) -> dict[str, str]:
    """Evaluate a MetadataExtraction query (JQ 1.6) on one JSON record."""
    try:
        keys = _program(query).input_value(json.loads(record)).first()
    except (ValueError, StopIteration) as error:
        raise ProcessingError(f"Metadata extraction failed: {error}") from error
    if not isinstance(keys, dict):
        raise ProcessingError("Metadata extraction failed: the query did not return an object")
    return {name: _scalar(name, value) for name, value in keys.items()}


# Compiled once per stream, not once per record.
@cache
def _program(query: str) -> Any:
    return jq.compile(query)


def _scalar(name: str, value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return json.dumps(value)
    raise ProcessingError(f"partitionKeys values must not be null or empty: {name}")


def evaluate(
    prefix: str, at: datetime, keys: Mapping[str, str] | None = None, error_type: str | None = None
) -> str:
    """Expand `!{timestamp:…}`, `!{partitionKeyFromQuery:…}` and `!{firehose:…}`.

    `yyyy/MM/dd/HH/` is appended to a prefix without a timestamp, unless it is dynamically partitioned."""
    names: set[str] = set()

    def expand(match: re.Match[str]) -> str:
        namespace, value = match.groups()
        names.add(namespace)
        if namespace == "timestamp":
            return java_time(value, at)
        if namespace == "partitionKeyFromQuery" and keys is not None and value in keys:
            return keys[value]
        if namespace == "firehose" and value == "random-string":
            return secrets.token_hex(6)[:11]
        if namespace == "firehose" and value == "error-output-type" and error_type:
            return error_type
        raise ProcessingError(f"The prefix expression {match[0]} has no value")

    expanded = _EXPRESSION.sub(expand, prefix)
    if names & {"timestamp", "partitionKeyFromQuery"}:
        return expanded
    return expanded + java_time("yyyy/MM/dd/HH/", at)


def java_time(pattern: str, at: datetime) -> str:
    """Format with the letters of java.time.format.DateTimeFormatter; 'quoted' text is literal."""
    parts = re.split(r"'([^']*)'", pattern)
    letters = "|".join(sorted(_JAVA_TIME, key=len, reverse=True))
    return "".join(
        part if quoted else re.sub(letters, lambda run: at.strftime(_JAVA_TIME[run[0]]), part)
        for part, quoted in zip(parts, (index % 2 for index in range(len(parts))), strict=True)
    )
