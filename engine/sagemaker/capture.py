"""Native data capture of a real-time endpoint: requests and answers as JSON lines in S3."""

import base64
import json
import random
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from engine.sagemaker.transfer import RoleS3

# SageMaker delivers within minutes; compressed, like every other wait.
_FLUSH_SECONDS = 1.0


class Capture:
    """Captures one variant. `config` is a DataCaptureConfig, `prefix` is `<endpoint>/<variant>`."""

    def __init__(self, config: Mapping[str, Any], prefix: str, s3: RoleS3) -> None:
        self._config, self._s3 = config, s3
        self._base = f"{config['DestinationS3Uri'].rstrip('/')}/{prefix}"
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._deliver, daemon=True)
        self._thread.start()

    def add(self, headers: Mapping[str, str], body: bytes, answer_type: str, answer: bytes) -> None:
        """One record per request, however many rows it has; sampled."""
        if random.uniform(0, 100) >= self._config["InitialSamplingPercentage"]:
            return
        modes = {option["CaptureMode"] for option in self._config["CaptureOptions"]}
        both = "InputAndOutput" in modes
        data = {}
        if both or "Input" in modes:
            data["endpointInput"] = self._side("INPUT", headers["Content-Type"], body)
        if both or "Output" in modes:
            data["endpointOutput"] = self._side("OUTPUT", answer_type, answer)
        metadata: dict[str, Any] = {"eventId": str(uuid.uuid4())}
        if inference_id := headers.get("X-Amzn-SageMaker-Inference-Id"):
            metadata["inferenceId"] = inference_id
        if attributes := headers.get("X-Amzn-SageMaker-Custom-Attributes"):
            metadata["customAttributes"] = [attributes]
        metadata["inferenceTime"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}
        with self._lock:
            self._waiting.append(json.dumps(record))

    def _side(self, mode: str, content_type: str, body: bytes) -> dict[str, str]:
        """Types that CaptureContentTypeHeader does not list are captured as base64."""
        listed = self._config.get("CaptureContentTypeHeader", {})
        media = content_type.split(";")[0].strip()
        if media in listed.get("CsvContentTypes", []):
            encoding, data = "CSV", body.decode()
        elif media in listed.get("JsonContentTypes", []):
            encoding, data = "JSON", body.decode()
        else:
            encoding, data = "BASE64", base64.b64encode(body).decode()
        return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}

    def _deliver(self) -> None:
        closing = False
        while not closing:
            closing = self._closed.wait(_FLUSH_SECONDS)
            with self._lock:
                lines, self._waiting = self._waiting, []
            if lines:
                now = datetime.now(UTC)
                name = f"{now:%Y/%m/%d/%H/%M-%S-}{now.microsecond // 1000:03}-{uuid.uuid4()}.jsonl"
                body = "".join(f"{line}\n" for line in lines).encode()
                try:
                    self._s3.write(f"{self._base}/{name}", body, self._config.get("KmsKeyId"))
                except ClientError:
                    # A role without permission to write leaves the endpoint in service without files.
                    continue

    def close(self) -> None:
        """Deliver buffered records and end."""
        self._closed.set()
        self._thread.join()
