"""
Objects below an s3:// prefix or in a folder. A processing input can name one prefix only, not "those of these
days that exist", so the monitor reads for itself.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@cache
def _s3() -> Any:
    import boto3  # not needed where the data lies in folders

    return boto3.client("s3")


def keys(uri: str) -> Iterator[str]:
    """URIs of everything below `uri`, in order; nothing there is an empty answer."""
    if not uri.startswith("s3://"):
        yield from (str(path) for path in sorted(Path(uri).rglob("*")) if path.is_file())
        return
    place = urlsplit(uri)
    pages = (
        _s3().get_paginator("list_objects_v2").paginate(Bucket=place.netloc, Prefix=place.path.lstrip("/"))
    )
    for page in pages:
        yield from (f"s3://{place.netloc}/{item['Key']}" for item in page.get("Contents", []))


def read(uri: str) -> str:
    """:raises UnicodeDecodeError: never; bytes that are no UTF-8 become replacement characters"""
    if not uri.startswith("s3://"):
        return Path(uri).read_text("utf-8", errors="replace")
    place = urlsplit(uri)
    body = _s3().get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"]
    return body.read().decode("utf-8", errors="replace")


def lines_of_day(prefix: str, day: date) -> Iterator[str]:
    """Non-empty lines of the partition yyyy/mm/dd below `prefix`; finer folders below it are read too."""
    for key in keys(f"{prefix.rstrip('/')}/{day:%Y/%m/%d}/"):
        yield from (line for line in read(key).splitlines() if line.strip())
