"""The part of the Service Quotas API that reads."""

from collections.abc import Mapping
from typing import Any

from engine.host import ApiError
from engine.quotas.account import Quota, quotas

_PAGE = 100
_NAMES = {"sagemaker": "Amazon SageMaker", "lambda": "AWS Lambda", "glue": "AWS Glue", "vpc": "Amazon VPC"}


class ServiceQuotas:
    """Service Quotas of one account. `granted` replaces quotas of a new account, by name."""

    def __init__(self, region: str, account: str, granted: Mapping[str, int]) -> None:
        self._region, self._account = region, account
        self._quotas = quotas(granted)

    def applied(self, name: str) -> float:
        """What the account has of a quota. Raises StopIteration where nobody knows the name."""
        return next(quota.applied for quota in self._quotas if quota.name == name)

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer an API operation; raises ApiError with the service's code and wording."""
        default = "AWSDefault" in operation
        if operation in ("ListServiceQuotas", "ListAWSDefaultServiceQuotas"):
            return self._list(params, default)
        if operation in ("GetServiceQuota", "GetAWSDefaultServiceQuota"):
            return {"Quota": self._shape(self._one(params), default)}
        raise ApiError("UnknownOperationException", f"{operation} of Service Quotas is not rehearsed.")

    def _of_service(self, params: Mapping[str, Any]) -> list[Quota]:
        found = [quota for quota in self._quotas if quota.service == params.get("ServiceCode")]
        if not found:
            raise ApiError(
                "NoSuchResourceException",
                f"The request failed because service {params.get('ServiceCode')} is unknown.",
            )
        return found

    def _one(self, params: Mapping[str, Any]) -> Quota:
        for quota in self._of_service(params):
            if quota.code == params.get("QuotaCode"):
                return quota
        raise ApiError(
            "NoSuchResourceException", "The request failed because the specified quota does not exist."
        )

    def _list(self, params: Mapping[str, Any], default: bool) -> dict[str, Any]:
        found = self._of_service(params)
        start, size = int(params.get("NextToken", "0")), int(params.get("MaxResults", _PAGE))
        page = {"Quotas": [self._shape(quota, default) for quota in found[start : start + size]]}
        return page if start + size >= len(found) else {**page, "NextToken": str(start + size)}

    def _shape(self, quota: Quota, default: bool) -> dict[str, Any]:
        return {
            "ServiceCode": quota.service,
            "ServiceName": _NAMES.get(quota.service, quota.service),
            "QuotaArn": f"arn:aws:servicequotas:{self._region}:{self._account}:{quota.service}/{quota.code}",
            "QuotaCode": quota.code,
            "QuotaName": quota.name,
            "Value": float(quota.default if default else quota.applied),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }
