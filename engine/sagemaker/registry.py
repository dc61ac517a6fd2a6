"""Model package groups and their versions."""

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.host import ApiError, InvalidError
from engine.sagemaker.ground import Ground, Operation
from engine.sagemaker.store import MODEL_PACKAGE, MODEL_PACKAGE_GROUP, Record

_UPDATABLE = {
    "ModelPackageArn",
    "ModelApprovalStatus",
    "ApprovalDescription",
    "CustomerMetadataProperties",
    "CustomerMetadataPropertiesToRemove",
}

_CARD = Path(__file__).parents[2] / "facts/model-card-schema.json"

# A deleted version is listed as Deleting for a moment, and blocks its group meanwhile.
_DELETING_SECONDS = 0.5


class Registry:
    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._numbering = threading.Lock()
        self._by_token: dict[str, Record] = {}

    def operations(self) -> dict[str, Operation]:
        return {
            "CreateModelPackageGroup": self._create_group,
            "DescribeModelPackageGroup": self._ground.describe(MODEL_PACKAGE_GROUP),
            "DeleteModelPackageGroup": self._delete_group,
            "ListModelPackageGroups": self._ground.list(MODEL_PACKAGE_GROUP, "ModelPackageGroupSummaryList"),
            "CreateModelPackage": self._create,
            "DescribeModelPackage": lambda params: self.package(params["ModelPackageName"]),
            "UpdateModelPackage": self._update,
            "DeleteModelPackage": self._delete,
            "ListModelPackages": self._list,
        }

    def package(self, name_or_arn: str) -> Record:
        return self._ground.store.get(MODEL_PACKAGE, name_or_arn)

    def next_version(self, group: str) -> int:
        """Numbers are not reused, even after the newest version was deleted."""
        record = self._ground.store.get(MODEL_PACKAGE_GROUP, group)
        return int(record["_versions"]) + 1

    def _create_group(self, params: Mapping[str, Any]) -> Record:
        return self._ground.store.add(
            MODEL_PACKAGE_GROUP, params, ModelPackageGroupStatus="Completed", CreatedBy={}, _versions=0
        )

    def _delete_group(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        group = self._ground.store.get(MODEL_PACKAGE_GROUP, params["ModelPackageGroupName"])
        if self._versions(group["ModelPackageGroupName"]):
            raise ApiError(
                "ConflictException",
                f"Model Package Group cannot be deleted because it still contains Model Packages: "
                f"{group['ModelPackageGroupArn']}. Delete the Model Packages first.",
            )
        self._ground.store.remove(MODEL_PACKAGE_GROUP, group["ModelPackageGroupName"])
        return {}

    def _versions(self, group: str) -> list[Record]:
        return [p for p in self._ground.store.all(MODEL_PACKAGE) if p["ModelPackageGroupName"] == group]

    def _create(self, params: Mapping[str, Any]) -> Record:
        if "ModelPackageGroupName" not in params or "ModelPackageName" in params:
            raise InvalidError("Only versioned packages (ModelPackageGroupName) are rehearsed.")
        if params.get("Tags"):
            raise InvalidError("A versioned model package cannot have tags; tag its model package group.")
        if "InferenceSpecification" not in params:
            raise InvalidError("A model package without InferenceSpecification is not rehearsed.")
        if params.get("ValidationSpecification"):
            raise InvalidError("ValidationSpecification is not rehearsed.")
        if "ModelCard" in params:
            _refuse_card(params["ModelCard"].get("ModelCardContent", "{}"))
        token = params.get("ClientToken")
        with self._numbering:
            if token in self._by_token:
                return self._by_token[token]
            group = self._ground.store.get(MODEL_PACKAGE_GROUP, params["ModelPackageGroupName"])
            name, version = group["ModelPackageGroupName"], self.next_version(params["ModelPackageGroupName"])
            group["_versions"] = version
            record = self._ground.store.add(
                MODEL_PACKAGE,
                {"ModelApprovalStatus": "PendingManualApproval", "CertifyForMarketplace": False, **params},
                ModelPackageName=f"{name}/{version}",
                ModelPackageGroupName=name,
                ModelPackageVersion=version,
                ModelPackageStatus="Completed",
                ModelPackageStatusDetails={"ValidationStatuses": [], "ImageScanStatuses": []},
            )
            if token:
                self._by_token[token] = record
        self._announce(record)
        return record

    def _update(self, params: Mapping[str, Any]) -> Record:
        record = self.package(params["ModelPackageArn"])
        unknown = set(params) - _UPDATABLE
        if unknown:
            raise InvalidError(f"UpdateModelPackage of {sorted(unknown)} is not rehearsed.")
        metadata = {
            **record.get("CustomerMetadataProperties", {}),
            **params.get("CustomerMetadataProperties", {}),
        }
        for key in params.get("CustomerMetadataPropertiesToRemove", []):
            metadata.pop(key, None)
        changes = {
            key: params[key] for key in ("ModelApprovalStatus", "ApprovalDescription") if key in params
        }
        record.update(changes, CustomerMetadataProperties=metadata, LastModifiedTime=time.time())
        self._announce(record)
        return record

    def _delete(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self.package(params["ModelPackageName"])
        if record["ModelPackageStatus"] == "Deleting":
            return {}
        record["ModelPackageStatus"] = "Deleting"
        gone = threading.Timer(
            _DELETING_SECONDS, self._ground.store.remove, (MODEL_PACKAGE, record["ModelPackageArn"])
        )
        gone.daemon = True
        gone.start()
        return {}

    def _list(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        if "ModelPackageGroupName" not in params:
            raise InvalidError("ListModelPackages without ModelPackageGroupName is not rehearsed.")
        group = self._ground.store.get(MODEL_PACKAGE_GROUP, params["ModelPackageGroupName"])
        versions = self._versions(group["ModelPackageGroupName"])
        records, token = self._ground.store.page(MODEL_PACKAGE, versions, params)
        return {"ModelPackageSummaryList": records, "NextToken": token}

    def _announce(self, record: Record) -> None:
        """This event has its times as text, unlike the events of jobs."""
        detail = {key: value for key, value in record.items() if key != "ModelPackageName"}
        times = {key: _iso(record[key]) for key in ("CreationTime", "LastModifiedTime")}
        self._ground.host.emit(
            "aws.sagemaker",
            "SageMaker Model Package State Change",
            {**detail, **times},
            [record["ModelPackageArn"]],
        )


def _refuse_card(content: str) -> None:
    """The API reference requires the schema of a model package's model card."""
    # Imported here, because it takes a second, and few calls have a card.
    from cfnlint.jsonschema import StandardValidator

    try:
        card = json.loads(content)
    except ValueError as problem:
        raise InvalidError(f"ModelCardContent is no JSON: {problem}") from problem
    for fault in StandardValidator(json.loads(_CARD.read_text())["schema"]).iter_errors(card):
        raise InvalidError(f"ModelCardContent at {'/'.join(map(str, fault.path)) or '/'}: {fault.message}")


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
