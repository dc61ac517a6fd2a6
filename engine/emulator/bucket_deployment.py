"""Seam: CDK's BucketDeployment. Its handler needs the AWS CLI from a layer mounted at /opt, which is missing
here, so this module copies in its place, under the handler's own role."""

import io
import zipfile
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.services.shapes import is_true

TYPE = "Custom::CDKBucketDeployment"


def install(host: EmulatorHost) -> None:
    def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        return f"aws.cdk.s3deployment.{stack}.{logical_id}", _deploy(host, props)

    def update(physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Any:
        return physical_id, _deploy(host, new)

    def delete(physical_id: str, props: dict[str, Any]) -> None:
        if not is_true(props.get("RetainOnDelete", True)):
            _remove(_client(host, props), props["DestinationBucketName"], _prefix(props), keep=set())

    handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    handlers[TYPE] = {"create": create, "update": update, "delete": delete}


def _deploy(host: EmulatorHost, props: dict[str, Any]) -> dict[str, Any]:
    client, bucket, prefix = _client(host, props), props["DestinationBucketName"], _prefix(props)
    markers = props.get("SourceMarkers") or [{}] * len(props["SourceBucketNames"])
    written: set[str] = set()
    sources = zip(props["SourceBucketNames"], props["SourceObjectKeys"], markers, strict=True)
    for source_bucket, source_key, replaced in sources:
        body = client.get_object(Bucket=source_bucket, Key=source_key)["Body"].read()
        if not is_true(props.get("Extract", True)):
            files = {source_key.rpartition("/")[2]: body}
        else:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                files = {
                    entry: archive.read(entry) for entry in archive.namelist() if not entry.endswith("/")
                }
        for name, content in files.items():
            filled = content
            for marker, value in replaced.items():
                filled = filled.replace(marker.encode(), str(value).encode())
            client.put_object(Bucket=bucket, Key=f"{prefix}{name}", Body=filled)
            written.add(f"{prefix}{name}")
    if is_true(props.get("Prune", True)):
        _remove(client, bucket, prefix, keep=written)
    return {
        "DestinationBucketArn": f"arn:aws:s3:::{bucket}",
        "SourceObjectKeys": props["SourceObjectKeys"],
    }


def _remove(client: Any, bucket: str, prefix: str, keep: set[str]) -> None:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            if item["Key"] not in keep:
                client.delete_object(Bucket=bucket, Key=item["Key"])


def _client(host: EmulatorHost, props: dict[str, Any]) -> Any:
    function = props["ServiceToken"].rpartition(":")[2]
    record, config, _ = pinned.module("services.lambda_svc")._get_func_record_for_ref(function)
    if record is None:
        raise ValueError(f"The handler {function} of {TYPE} does not exist.")
    return host.s3_as(config["Role"], function)


def _prefix(props: dict[str, Any]) -> str:
    prefix = str(props.get("DestinationBucketKeyPrefix") or "").strip("/")
    return f"{prefix}/" if prefix else ""
