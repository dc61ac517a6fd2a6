"""What a new account (late 2026, us-east-1) is allowed: quotas and features closed to new customers."""

from collections.abc import Mapping
from typing import Any

from rehearsal.host import ApiError

FRESH_ACCOUNT: Mapping[str, int] = {
    # Observed on new accounts; a type that is not listed has quota 0. AWS gives twelve spot types a
    # quota, only this one's number has been seen, so the others are refused.
    "ml.m5.large for spot training job usage": 4,
    "ml.t3.medium for processing job usage": 4,
    "ml.t3.large for processing job usage": 4,
    "ml.t3.xlarge for processing job usage": 2,
    "ml.t2.medium for endpoint usage": 2,
    "ml.m6g.large for endpoint usage": 2,
    "ml.m6g.xlarge for endpoint usage": 1,
    "Number of serverless endpoints": 5,
    "Total concurrency across all serverless endpoints": 10,
}

_CLOSED_OPERATIONS = {
    f"Create{noun}"
    for noun in (
        "MonitoringSchedule",
        "DataQualityJobDefinition",
        "ModelQualityJobDefinition",
        "ModelBiasJobDefinition",
        "ModelExplainabilityJobDefinition",
    )
}
_MAINTENANCE = "is in maintenance mode and is not available to new customers"


def refuse_closed(operation: str, params: Mapping[str, Any]) -> None:
    """Raise the ValidationException a new customer gets for Model Monitor, Clarify and Debugger."""
    if operation in _CLOSED_OPERATIONS:
        raise ApiError(
            "ValidationException",
            f"This operation {_MAINTENANCE}. Existing customers are unaffected.",
        )
    if {"DebugHookConfig", "DebugRuleConfigurations", "ProfilerConfig", "ProfilerRuleConfigurations"} & set(
        params
    ):
        raise ApiError("ValidationException", f"SageMaker Debugger {_MAINTENANCE}")
    if "/sagemaker-clarify-processing" in params.get("AppSpecification", {}).get("ImageUri", ""):
        raise ApiError(
            "ValidationException",
            f"SageMaker Clarify processing {_MAINTENANCE}. Existing customers are unaffected.",
        )


class Quotas:
    """Counts what runs against the account's limits."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits

    def require(self, quota: str, used: int, wanted: int, unit: str = "Instances") -> None:
        """Raise ResourceLimitExceeded when `wanted` more on top of `used` does not fit."""
        limit = self._limits.get(quota, 0)
        if used + wanted > limit:
            raise ApiError(
                "ResourceLimitExceeded",
                f"The account-level service limit '{quota}' is {limit} {unit}, with current utilization of "
                f"{used} {unit} and a request delta of {wanted} {unit}. Please use AWS Service Quotas to "
                "request an increase for this quota. If AWS Service Quotas is not available, contact AWS "
                "support to request an increase for this quota.",
            )
