"""Rekognition: pictures are read and measured; the findings are the documentation's example.

https://docs.aws.amazon.com/rekognition/latest/dg/limits.html"""

import struct
from collections.abc import Mapping
from functools import partial
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from engine import clients
from engine.host import ApiError, Host
from engine.services.service import Params, caller
from engine.services.stand_in import StandIn

_MAX_OBJECT_BYTES = 15 * 1024 * 1024
_MIN_PIXELS = 80
_MAX_PIXELS = {"DetectLabels": 10_000, "DetectModerationLabels": 10_000}
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# JPEG segment markers with the picture's size; the gaps are tables.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PATH_STYLE = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})


def _text(kind: str, words: str, number: int, top: float, **parent: int) -> dict[str, Any]:
    box = {"Width": 0.4, "Height": 0.1, "Left": 0.3, "Top": top}
    geometry = {"Geometry": {"BoundingBox": box}}
    return {"DetectedText": words, "Type": kind, "Id": number, "Confidence": 99.5, **geometry, **parent}


_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "DetectLabels": {
        "Labels": [
            {
                "Name": "Automobile",
                "Confidence": 98.9,
                "Parents": [{"Name": "Vehicle"}, {"Name": "Transportation"}],
            },
            {"Name": "Vehicle", "Confidence": 98.9, "Parents": [{"Name": "Transportation"}]},
        ],
        "LabelModelVersion": "3.0",
    },
    "DetectText": {
        "TextDetections": [
            _text("LINE", "IT'S MONDAY", 0, 0.2),
            _text("WORD", "IT'S", 1, 0.2, ParentId=0),
            _text("WORD", "MONDAY", 2, 0.2, ParentId=0),
        ],
        "TextModelVersion": "3.0",
    },
    "DetectModerationLabels": {
        "ModerationLabels": [
            {"Name": "Violence", "ParentName": "", "Confidence": 97.3, "TaxonomyLevel": 1},
            {"Name": "Weapon Violence", "ParentName": "Violence", "Confidence": 97.3, "TaxonomyLevel": 2},
        ],
        "ModerationModelVersion": "7.0",
    },
}


class Rekognition(StandIn):
    name = "rekognition"
    taken = ("Image",)

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.operations = {operation: partial(self._look, operation) for operation in _EXAMPLES}

    def _look(self, operation: str, params: Params) -> Mapping[str, Any]:
        image = params["Image"]
        if len(image) != 1:
            raise ApiError("InvalidParameterException", "Request has invalid parameters")
        picture = image["Bytes"] if "Bytes" in image else self._read(image["S3Object"])
        size = _dimensions(picture)
        if size is None:
            raise ApiError("InvalidImageFormatException", "Request has invalid image format")
        if max(size) > _MAX_PIXELS.get(operation, max(size)):
            raise ApiError("ImageTooLargeException", "Image dimensions are too large")
        if min(size) < _MIN_PIXELS:
            # The documentation has the limit, but not the error.
            raise ApiError("InvalidParameterException", "Request has invalid parameters")
        return _EXAMPLES[operation]

    def _read(self, given: Mapping[str, str]) -> bytes:
        """The object, read with the caller's permissions; the service does not report why a read fails."""
        keys = self._host.keys_of(caller().arn)
        s3 = clients.client("s3", self._host.endpoint, self._host.region, keys, _PATH_STYLE)
        version = {"VersionId": given["Version"]} if "Version" in given else {}
        try:
            answer = s3.get_object(Bucket=given.get("Bucket", ""), Key=given.get("Name", ""), **version)
        except ClientError:
            raise ApiError(
                "InvalidS3ObjectException",
                "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
            ) from None
        if answer["ContentLength"] > _MAX_OBJECT_BYTES:
            raise ApiError("ImageTooLargeException", "Request has image that is too large")
        content: bytes = answer["Body"].read()
        return content


def _dimensions(picture: bytes) -> tuple[int, int] | None:
    """Width and height from the file's header; None for other formats, and for a truncated header."""
    if picture.startswith(_PNG):
        # The header with its checksum has 33 bytes.
        return tuple(struct.unpack(">II", picture[16:24])) if len(picture) > 33 else None
    at = 2 if picture.startswith(_JPEG) else len(picture)
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        marker, length = picture[at + 1], int.from_bytes(picture[at + 2 : at + 4])
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", picture[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
