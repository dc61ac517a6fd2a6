"""Buffers a stream's records and writes one object for many, like Firehose."""

import base64
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.firehose.prefixes import ProcessingError, evaluate, java_time, partition_keys

_MEBIBYTE = 1024 * 1024
# Firehose's defaults when the stream has no BufferingHints.
_DEFAULT_SECONDS, _DEFAULT_MEBIBYTES = 300, 5


@dataclass(frozen=True)
class Destination:
    """The part of an ExtendedS3DestinationConfiguration that determines the output.

    `query` is the MetadataExtraction query when dynamic partitioning is on."""

    stream: str
    prefix: str
    error_prefix: str
    extension: str
    query: str | None
    seconds: int
    bytes: int

    @classmethod
    def of(cls, stream: str, config: dict[str, Any]) -> "Destination":
        hints = config.get("BufferingHints") or {}
        partitioned = _true((config.get("DynamicPartitioningConfiguration") or {}).get("Enabled"))
        return cls(
            stream=stream,
            prefix=config.get("Prefix") or "",
            error_prefix=config.get("ErrorOutputPrefix") or "",
            extension=config.get("FileExtension") or "",
            query=_metadata_query(config) if partitioned else None,
            seconds=int(hints.get("IntervalInSeconds") or _DEFAULT_SECONDS),
            bytes=int(hints.get("SizeInMBs") or _DEFAULT_MEBIBYTES) * _MEBIBYTE,
        )


@dataclass
class _Buffer:
    destination: Destination
    put: Callable[[str, bytes], None]
    timer: threading.Timer
    parts: list[bytes] = field(default_factory=list)


class Delivery:
    """`scale` compresses buffering intervals; `minimum` is the shortest one in real seconds."""

    def __init__(self, scale: float, minimum: float) -> None:
        self._scale, self._minimum = scale, minimum
        self._lock = threading.Lock()
        self._buffers: dict[tuple[str, str], _Buffer] = {}

    def add(self, destination: Destination, put: Callable[[str, bytes], None], record: bytes) -> None:
        """Buffer one record. `put(key, body)` writes an object when its buffer is flushed."""
        at = datetime.now(UTC)
        try:
            keys = partition_keys(destination.query, record) if destination.query else None
            prefix, body = evaluate(destination.prefix, at, keys), record
        except ProcessingError as error:
            prefix, body = _failed(destination, at, record, str(error))
        with self._lock:
            identity = (destination.stream, prefix)
            buffer = self._buffers.get(identity)
            if buffer is None:
                interval = max(self._minimum, destination.seconds * self._scale)
                timer = threading.Timer(interval, self._flush, [identity])
                timer.daemon = True
                timer.start()
                buffer = self._buffers[identity] = _Buffer(destination, put, timer)
            buffer.parts.append(body)
            full = sum(map(len, buffer.parts)) >= destination.bytes
        if full:
            self._flush(identity)

    def _flush(self, identity: tuple[str, str]) -> None:
        with self._lock:
            buffer = self._buffers.pop(identity, None)
        if buffer is None:
            return
        buffer.timer.cancel()
        stream, prefix = identity
        at = java_time("yyyy-MM-dd-HH-mm-ss", datetime.now(UTC))
        key = f"{prefix}{stream}-1-{at}-{uuid.uuid4()}{buffer.destination.extension}"
        # Records are concatenated unchanged: Firehose adds no newline without AppendDelimiterToRecord.
        buffer.put(key, b"".join(buffer.parts))


def _failed(destination: Destination, at: datetime, record: bytes, message: str) -> tuple[str, bytes]:
    error_type = "processing-failed"
    prefix = (
        evaluate(destination.error_prefix, at, error_type=error_type)
        if destination.error_prefix
        else f"{error_type}/{java_time('yyyy/MM/dd/HH/', at)}"
    )
    millis = int(at.timestamp() * 1000)
    document = {
        "attemptsMade": 1,
        "arrivalTimestamp": millis,
        "errorCode": "DynamicPartitioning.MetadataExtractionFailed",
        "errorMessage": message,
        "attemptEndingTimestamp": millis,
        "rawData": base64.b64encode(record).decode(),
    }
    return prefix, (json.dumps(document) + "\n").encode()


def processors(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The enabled record processors of a destination."""
    processing = config.get("ProcessingConfiguration") or {}
    return list(processing.get("Processors") or []) if _true(processing.get("Enabled")) else []


def _metadata_query(config: dict[str, Any]) -> str | None:
    for processor in processors(config):
        if processor.get("Type") == "MetadataExtraction":
            for parameter in processor.get("Parameters") or []:
                if parameter.get("ParameterName") == "MetadataExtractionQuery":
                    return str(parameter["ParameterValue"])
    return None


def _true(value: Any) -> bool:
    return str(value).lower() == "true"
