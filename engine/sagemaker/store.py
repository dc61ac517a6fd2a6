"""Records of SageMaker resources: names, ARNs, tags, lists, and the service's own refusals."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.host import ApiError, InvalidError

Record = dict[str, Any]

# AWS documents 100 as the largest page of every List operation used here.
_LARGEST_PAGE = 100
_LIST_MEMBERS = {
    "HyperParameterTuningJobName",
    "MaxResults",
    "ModelApprovalStatus",
    "ModelPackageGroupName",
    "NameContains",
    "NextToken",
    "SortBy",
    "SortOrder",
    "StatusEquals",
}


@dataclass(frozen=True)
class Kind:
    """A resource type: `noun` as operations spell it, `path` as ARNs do, and the service's refusals."""

    noun: str
    path: str
    missing: str
    exists: str
    missing_code: str = "ValidationException"
    exists_code: str = "ValidationException"
    keeps_case: bool = False  # ARNs are lower-cased, except those of model packages and their groups

    @property
    def name_key(self) -> str:
        return f"{self.noun}Name"

    @property
    def arn_key(self) -> str:
        return f"{self.noun}Arn"

    @property
    def status_key(self) -> str:
        return f"{self.noun}Status"


def _job(noun: str, path: str) -> Kind:
    return Kind(
        noun,
        path,
        missing="Requested resource not found.",
        exists="Job name must be unique within an AWS account and region, and a job with this name "
        "already exists ({arn})",
        missing_code="ResourceNotFound" if noun == "HyperParameterTuningJob" else "ValidationException",
        exists_code="ResourceInUse",
    )


def _hosted(noun: str, path: str, spoken: str) -> Kind:
    return Kind(
        noun,
        path,
        missing=f'Could not find {spoken} "{{arn}}".',
        exists=f'Cannot create already existing {spoken} "{{arn}}".',
    )


TRAINING_JOB = _job("TrainingJob", "training-job")
PROCESSING_JOB = _job("ProcessingJob", "processing-job")
TUNING_JOB = _job("HyperParameterTuningJob", "hyper-parameter-tuning-job")
MODEL = _hosted("Model", "model", "model")
ENDPOINT_CONFIG = _hosted("EndpointConfig", "endpoint-config", "endpoint configuration")
ENDPOINT = _hosted("Endpoint", "endpoint", "endpoint")
MODEL_PACKAGE_GROUP = Kind(
    "ModelPackageGroup",
    "model-package-group",
    missing="ModelPackageGroup {arn} does not exist.",
    exists="Model Package Group already exists: {arn}",
    keeps_case=True,
)
MODEL_PACKAGE = Kind(
    "ModelPackage",
    "model-package",
    missing="ModelPackage {arn} does not exist.",
    exists="Model Package already exists: {arn}",
    keeps_case=True,
)
KINDS = (
    TRAINING_JOB,
    PROCESSING_JOB,
    TUNING_JOB,
    MODEL,
    ENDPOINT_CONFIG,
    ENDPOINT,
    MODEL_PACKAGE_GROUP,
    MODEL_PACKAGE,
)


class Store:
    """Every resource of the account, by kind and name; names are case-insensitive, as in ARNs."""

    def __init__(self, region: str, account: str) -> None:
        self._prefix = f"arn:aws:sagemaker:{region}:{account}:"
        self._records: dict[str, dict[str, Record]] = {kind.noun: {} for kind in KINDS}
        self._tags: dict[str, dict[str, str]] = {}

    def arn(self, kind: Kind, name: str) -> str:
        return f"{self._prefix}{kind.path}/{name if kind.keeps_case else name.lower()}"

    def add(self, kind: Kind, params: Mapping[str, Any], **fields: Any) -> Record:
        """Add a record of `params` and `fields`; refuses a name in use."""
        name = str({**params, **fields}[kind.name_key])
        arn = self.arn(kind, name)
        if name.lower() in self._records[kind.noun]:
            raise ApiError(kind.exists_code, kind.exists.format(arn=arn))
        now = time.time()
        record = {**params, kind.arn_key: arn, "CreationTime": now, "LastModifiedTime": now, **fields}
        self._records[kind.noun][name.lower()] = record
        self.tag(arn, record.pop("Tags", []))
        return record

    def get(self, kind: Kind, name_or_arn: str) -> Record:
        name = name_or_arn.removeprefix(f"{self._prefix}{kind.path}/")
        try:
            return self._records[kind.noun][name.lower()]
        except KeyError:
            raise ApiError(kind.missing_code, kind.missing.format(arn=self.arn(kind, name))) from None

    def remove(self, kind: Kind, name_or_arn: str) -> None:
        record = self.get(kind, name_or_arn)
        del self._records[kind.noun][str(record[kind.name_key]).lower()]
        self._tags.pop(record[kind.arn_key], None)

    def all(self, kind: Kind) -> Iterator[Record]:
        yield from list(self._records[kind.noun].values())

    def tag(self, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
        kept = self._tags.setdefault(arn, {})
        kept.update({tag["Key"]: tag["Value"] for tag in tags})
        return [{"Key": key, "Value": value} for key, value in kept.items()]

    def tags(self, arn: str) -> dict[str, str]:
        if not any(record[kind.arn_key] == arn for kind in KINDS for record in self.all(kind)):
            raise InvalidError(f"Could not find resource with ARN {arn}.")
        return dict(self._tags.get(arn, {}))

    def tagged(self) -> Iterator[tuple[str, dict[str, str]]]:
        """ARN and tags of every resource that has any."""
        yield from [(arn, dict(tags)) for arn, tags in self._tags.items() if tags]

    def page(
        self, kind: Kind, records: list[Record], params: Mapping[str, Any]
    ) -> tuple[list[Record], str | None]:
        """A page of a List request, newest first by default, with its next token."""
        unknown = set(params) - _LIST_MEMBERS
        if unknown:
            raise InvalidError(f"Listing by {sorted(unknown)} is not rehearsed.")
        kept = [record for record in records if _matches(kind, record, params)]
        by = params.get("SortBy", "CreationTime")
        key = {"Name": kind.name_key, "Status": kind.status_key}.get(by, by)
        if any(key not in record for record in kept):
            raise InvalidError(f"SortBy {by} is not rehearsed; use Name, Status or CreationTime.")
        kept.sort(
            key=lambda record: record[key], reverse=params.get("SortOrder", "Descending") == "Descending"
        )
        start = int(params.get("NextToken", 0))
        end = start + params.get("MaxResults", _LARGEST_PAGE)
        return kept[start:end], str(end) if end < len(kept) else None


def _matches(kind: Kind, record: Record, params: Mapping[str, Any]) -> bool:
    return (
        params.get("StatusEquals") in (None, record.get(kind.status_key))
        and params.get("NameContains", "").lower() in str(record.get(kind.name_key, "")).lower()
        and params.get("ModelApprovalStatus") in (None, record.get("ModelApprovalStatus"))
    )
