"""
Objects below an s3:// prefix or in a folder. A processing input can name one prefix only, not "those of these
days that exist", so the monitor reads for itself.
"""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# An object of captured lines is small: nearly all of its time is the way to S3 and back. botocore keeps ten
# connections for a client.
READERS = 8


@cache
def _s3() -> Any:
    # Not needed where the data lies in folders. boto3 would add to it what uploads files and wraps resources.
    import botocore.session

    return botocore.session.get_session().create_client("s3")


def keys(uri: str, after: str = "") -> Iterator[str]:
    """URIs of everything below `uri`, in order, from `after` (a URI) on; nothing there is an empty answer."""
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
    """Their contents in the order of `uris`."""
    with ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(read, uris))


def objects_by_day(prefix: str, days: Collection[date]) -> dict[date, list[tuple[str, bytes]]]:
    """
    URI and content of the objects in the partitions yyyy/mm/dd below `prefix`, none for a day without one;
    finer folders below it are read too. One listing serves all days, because a day that holds nothing costs
    a call as well.
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
