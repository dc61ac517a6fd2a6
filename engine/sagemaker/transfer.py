"""S3 for a job: every read and write uses the job role's credentials."""

import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from engine import clients
from engine.host import Host

# The server is on the loopback: without an immediate answer there is none.
_CONFIG = Config(
    connect_timeout=2, read_timeout=60, retries={"max_attempts": 2}, s3={"addressing_style": "path"}
)


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of s3://bucket/key, or of the https form that S3Location.fromBucket synthesizes."""
    bucket, _, key = re.sub(r"^(s3a?://|https://s3[.-][^/]+/)", "", uri).partition("/")
    return bucket, key


class RoleS3:
    """S3 under a role. Every method raises botocore's ClientError when S3 refuses."""

    def __init__(self, host: Host, role_arn: str, session_name: str) -> None:
        keys = host.credentials(role_arn, session_name)
        self._client: Any = clients.client("s3", host.endpoint, host.region, keys, _CONFIG)

    def keys(self, uri: str) -> Iterator[str]:
        """Every key under the prefix `uri`, without the folder markers of the console."""
        bucket, prefix = split(uri)
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            yield from (found["Key"] for found in page.get("Contents", []) if not found["Key"].endswith("/"))

    def read(self, uri: str) -> bytes:
        bucket, key = split(uri)
        return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def head(self, uri: str) -> None:
        bucket, key = split(uri)
        self._client.head_object(Bucket=bucket, Key=key)

    def write(self, uri: str, body: bytes, kms_key: str | None = None) -> None:
        bucket, key = split(uri)
        encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        self._client.put_object(Bucket=bucket, Key=key, Body=body, **encrypted)

    def download(self, uri: str, folder: Path) -> int:
        """Copy the objects under the prefix `uri` into `folder`; returns their number.

        The relative path is the part after the prefix, as on SageMaker; an object that is the whole prefix
        keeps its base name."""
        bucket, prefix = split(uri)
        keys = list(self.keys(uri))
        for key in keys:
            # `data/2013` also matches `data/2013-old/x`; SageMaker keeps such siblings under their own path.
            relative = (
                key[prefix.rfind("/") + 1 :] if not _below(key, prefix) else key[len(prefix) :].lstrip("/")
            )
            target = folder / (relative or Path(key).name)
            target.parent.mkdir(parents=True, exist_ok=True)
            self._client.download_file(bucket, key, str(target))
        return len(keys)

    def upload(self, folder: Path, uri: str, kms_key: str | None = None) -> None:
        """Copy every regular file under `folder` below `uri`/; symlinks are skipped, as on SageMaker."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
        for path in files:
            self.write(f"{uri}/{path.relative_to(folder).as_posix()}", path.read_bytes(), kms_key)


def _below(key: str, prefix: str) -> bool:
    return not prefix or prefix.endswith("/") or key[len(prefix) :].startswith("/")


def pack(folder: Path) -> bytes:
    """The content of `folder` as tar.gz, its files at the root of the archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)
    return buffer.getvalue()


class ArchiveError(Exception):
    """Bytes that are not a tar.gz, or one whose members would leave their folder."""


def unpack(archive: bytes, folder: Path) -> None:
    """Extract a tar.gz. Raises ArchiveError."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
            opened.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError, zlib.error) as fault:
        raise ArchiveError(str(fault)) from fault


def reason(error: ClientError) -> str:
    """S3's refusal in one line."""
    answer = error.response.get("Error", {})
    return f"{answer.get('Code', '')}: {answer.get('Message', '')}"
