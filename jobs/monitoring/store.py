"""
Reads objects below an s3:// prefix or in a folder. A processing input names exactly one prefix that must
exist, so the monitor lists and reads the days of a window by itself.
"""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Objects of captured lines are small, so reading them is mostly network latency. botocore keeps ten
# connections per client.
READERS = 8


@cache
def _s3() -> Any:
    # Local folders do not need it, and botocore loads faster without boto3's layers on top.
    import botocore.session

    return botocore.session.get_session().create_client("s3")


def keys(uri: str, after: str = "") -> Iterator[str]:
    """URIs of everything below `uri`, in order, after the URI `after`; empty when there is nothing."""
    if not uri.startswith("s3://"):
        found = (str(path) for path in sorted(Path(uri).rglob("*")) if path.is_file())
        yield from (path for path in found if path > after)
        return
    place = urlsplit(uri)
    start = {"StartAfter": urlsplit(after).path.lstrip("/")} if after else {}
    pages = (
        _s3()
        .get_paginator("list_objects_v2")
        .paginate(Bucket=place.netloc, Prefix=place.path.lstrip("/"), **start)
    )
    for page in pages:
        yield from (f"s3://{place.netloc}/{item['Key']}" for item in page.get("Contents", []))


def read(uri: str) -> bytes:
    if not uri.startswith("s3://"):
        return Path(uri).read_bytes()
    place = urlsplit(uri)
    return _s3().get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"].read()


def read_all(uris: Iterable[str]) -> list[bytes]:
    """The contents of the URIs, in their order."""
    with ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(read, uris))


def objects_by_day(prefix: str, days: Collection[date]) -> dict[date, list[tuple[str, bytes]]]:
    """
    URI and content of the objects in the partitions yyyy/mm/dd below `prefix`; empty for a day without
    objects. Finer folders are read too. One listing serves all days, because listing an empty day costs a
    call as well.
    """
    root = prefix.rstrip("/") if prefix.startswith("s3://") else str(Path(prefix))
    of_folder = {f"{root}/{day:%Y/%m/%d}/": day for day in days}
    objects: dict[date, list[tuple[str, bytes]]] = {day: [] for day in sorted(days)}
    if not of_folder:
        return objects
    first, last = min(of_folder), max(of_folder)
    wanted: list[str] = []
    for key in keys(f"{root}/", after=first):
        folder = key[: len(first)]
        if folder > last:
            break
        if folder in of_folder:
            wanted.append(key)
    for key, content in zip(wanted, read_all(wanted), strict=True):
        objects[of_folder[key[: len(first)]]].append((key, content))
    return objects
