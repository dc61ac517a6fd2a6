"""Access to catalog and files: AWS's own calls, made as the query's caller."""

from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from engine import clients
from engine.host import Host
from engine.services.service import Caller
from engine.sql.dialects import QueryError


class AwsLake:
    """Catalog and files with the permissions of `who`; denials are QueryErrors. The emulator checks Glue's
    calls on the database only, AWS on catalog, database and table."""

    def __init__(self, host: Host, who: Caller, reader: str | None = None) -> None:
        """`reader` is the role that reads the files, if it is not the caller."""
        keys = host.keys_of(who.arn)
        once = {"retries": {"total_max_attempts": 1}}
        self._glue = clients.client("glue", host.endpoint, host.region, keys, Config(**once))
        files = keys if reader is None else host.credentials(reader, "Redshift")
        path_style = Config(s3={"addressing_style": "path"}, **once)
        self._s3 = clients.client("s3", host.endpoint, host.region, files, path_style)
        self._arn, self._who = f"arn:aws:glue:{host.region}:{host.account}", who

    def table(self, database: str, name: str) -> Mapping[str, Any] | None:
        """Glue's description, or None when there is no such table."""
        self._require("glue:GetDatabase", "catalog", f"database/{database}")
        self._require("glue:GetTable", "catalog", f"database/{database}", f"table/{database}/{name}")
        try:
            answer: dict[str, Any] = self._glue.get_table(DatabaseName=database, Name=name)["Table"]
        except self._glue.exceptions.EntityNotFoundException:
            return None
        return answer

    def partitions(self, database: str, name: str) -> list[Mapping[str, Any]]:
        self._require("glue:GetPartitions", "catalog", f"database/{database}", f"table/{database}/{name}")
        pages = self._glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
        return [partition for page in pages for partition in page["Partitions"]]

    def objects(self, bucket: str, prefix: str) -> Mapping[str, int]:
        """Sizes by key."""
        try:
            pages = list(self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix))
        except ClientError as error:
            raise _denied(f"s3://{bucket}/{prefix}", error) from None
        return {each["Key"]: each["Size"] for page in pages for each in page.get("Contents", [])}

    def read(self, bucket: str, key: str) -> bytes:
        try:
            content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise _denied(f"s3://{bucket}/{key}", error) from None
        return content

    def write(self, bucket: str, key: str, body: bytes) -> None:
        try:
            self._s3.put_object(Bucket=bucket, Key=key, Body=body)
        except ClientError as error:
            raise _denied(f"s3://{bucket}/{key}", error) from None

    def _require(self, action: str, *resources: str) -> None:
        for resource in resources:
            if denial := self._who.denial(action, f"{self._arn}:{resource}", {}):
                raise QueryError(f"Insufficient permissions to execute the query. {denial}")


def _denied(where: str, error: ClientError) -> QueryError:
    details = error.response["Error"]
    if details["Code"] in {"AccessDenied", "403"}:
        return QueryError(f"Permission denied on S3 path: {where} ({details['Message']})")
    return QueryError(f"An error occurred on S3 path {where}: {details['Code']}: {details['Message']}")
