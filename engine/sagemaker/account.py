"""Limits of a new account (late 2026, us-east-1): quotas and features closed to new customers."""

from collections.abc import Mapping
from typing import Any

from engine.host import ApiError, InvalidError

# Resources that a new customer cannot create.
CLOSED = (
    "MonitoringSchedule",
    "DataQualityJobDefinition",
    "ModelQualityJobDefinition",
    "ModelBiasJobDefinition",
    "ModelExplainabilityJobDefinition",
)
_MAINTENANCE = "is in maintenance mode and is not available to new customers"


def refuse_closed(operation: str, params: Mapping[str, Any]) -> None:
    """Raise the ValidationException a new customer gets for Model Monitor, Clarify and Debugger."""
    if operation.removeprefix("Create") in CLOSED:
        raise InvalidError(f"This operation {_MAINTENANCE}. Existing customers are unaffected.")
    if {"DebugHookConfig", "DebugRuleConfigurations", "ProfilerConfig", "ProfilerRuleConfigurations"} & set(
        params
    ):
        raise InvalidError(f"SageMaker Debugger {_MAINTENANCE}")
    if "/sagemaker-clarify-processing" in params.get("AppSpecification", {}).get("ImageUri", ""):
        raise InvalidError(f"SageMaker Clarify processing {_MAINTENANCE}. Existing customers are unaffected.")


class Quotas:
    """Counts usage against the account's limits."""

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
