"""Seam: the registries of SageMaker's own images, from which any account may pull."""

from collections.abc import Mapping
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.sagemaker.first_party import has_tag

_REPOSITORY = "sagemaker-xgboost"


@pinned.replaces("services.ecr:_batch_get_image")
def public_images(original: Any, host: EmulatorHost, /, data: Mapping[str, Any]) -> Any:
    registry = data.get("registryId", host.account)
    if registry == host.account or data.get("repositoryName") != _REPOSITORY:
        return original(data)
    asked = [image.get("imageTag") for image in data.get("imageIds", [])]
    there = [tag for tag in asked if has_tag(tag, host.unknown("undocumented-image-tag"))]
    return pinned.module("services.ecr").json_response(
        {
            "images": [
                {"registryId": registry, "repositoryName": _REPOSITORY, "imageId": {"imageTag": tag}}
                for tag in there
            ],
            "failures": [
                {
                    "imageId": {"imageTag": tag},
                    "failureCode": "ImageNotFound",
                    "failureReason": "Requested image not found",
                }
                for tag in asked
                if tag not in there
            ],
        }
    )
