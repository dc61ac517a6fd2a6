"""Seam: Firehose delivery is buffered and made with the stream's role. The emulator writes one object per
record.

Seam: a role's first put is slow, as from a cold environment that resolves a name and opens a connection with
a third of a CPU. Delays of seconds were observed on AWS at times; the kit allows 2.5."""

import asyncio
import logging
from typing import Any

from botocore.exceptions import ClientError

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.emulator.services import access_key
from engine.emulator.settings import ROOT_ACCESS_KEY
from engine.firehose.delivery import Delivery, Destination, processors
from engine.services.protocols import Request
from engine.services.shapes import is_true

_log = logging.getLogger("engine.firehose")
# Intervals of minutes become seconds; the minimum makes records gather nevertheless.
_SCALE, _MINIMUM_SECONDS = 0.01, 0.5
_COLD_SECONDS = 1.0
# The keys of callers that have put a record.
_warm: set[str] = set()
_REHEARSED_PROCESSORS = {"MetadataExtraction", "AppendDelimiterToRecord"}


def install(host: EmulatorHost) -> None:
    firehose = pinned.module("services.firehose")
    delivery = Delivery(_SCALE, _MINIMUM_SECONDS)

    def deliver(stream: dict[str, Any], dest: dict[str, Any], records: list[tuple[str, bytes]]) -> None:
        config = dest["config"]
        _refuse_unrehearsed(stream["name"], config)
        destination = Destination.of(stream["name"], config)
        delimiter = _delimiter(config)
        for _, record in records:
            delivery.add(destination, _writer(host, stream["name"], config), record + delimiter)

    firehose._deliver_records_to_s3 = deliver
    _answer_cold.install()
    host.not_rehearsed(
        "length of Firehose buffering intervals",
        f"an interval lasts {_SCALE} of its configured length, at least {_MINIMUM_SECONDS} s",
    )


@pinned.replaces("app:SERVICE_HANDLERS[firehose]")
async def _answer_cold(original: Any, *request: Any) -> Any:
    asked = Request(*request)
    caller = access_key(asked)
    if asked.headers.get("x-amz-target", "").endswith(".PutRecord") and caller not in _warm:
        _warm.add(caller)
        if caller != ROOT_ACCESS_KEY:
            await asyncio.sleep(_COLD_SECONDS)
    return await original(*request)


def _writer(host: EmulatorHost, stream: str, config: dict[str, Any]) -> Any:
    def put(key: str, body: bytes) -> None:
        client = host.s3_as(config["RoleARN"], stream)
        bucket = config["BucketARN"].rpartition(":")[2]
        try:
            client.put_object(Bucket=bucket, Key=key, Body=body)
        except ClientError as error:
            # Firehose retries and then drops; the audit has the denial, the log its message.
            _log.error("Firehose %s could not write s3://%s/%s: %s", stream, bucket, key, error)
            host.log(f"/aws/kinesisfirehose/{stream}", "DestinationDelivery", [f"S3.AccessDenied {error}"])

    return put


def _refuse_unrehearsed(stream: str, config: dict[str, Any]) -> None:
    kinds = {str(processor.get("Type")) for processor in processors(config)} - _REHEARSED_PROCESSORS
    if is_true((config.get("DataFormatConversionConfiguration") or {}).get("Enabled")):
        kinds.add("DataFormatConversion")
    if kinds:
        raise NotImplementedError(
            f"Delivery stream {stream} uses {', '.join(sorted(kinds))}, which is not rehearsed."
        )


def _delimiter(config: dict[str, Any]) -> bytes:
    kinds = (processor.get("Type") for processor in processors(config))
    return b"\n" if "AppendDelimiterToRecord" in kinds else b""
