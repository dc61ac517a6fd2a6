"""The read operations of the Service Quotas API."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from engine.host import ApiError
from engine.quotas.account import Quota, quotas
from engine.services import Service

_PAGE = 100
_NAMES = {"sagemaker": "Amazon SageMaker", "lambda": "AWS Lambda", "glue": "AWS Glue", "vpc": "Amazon VPC"}
_Value = Callable[[Quota], float]


class ServiceQuotas(Service):
    """Service Quotas of one account. `granted` replaces quotas of a new account, by name."""

    name = "service-quotas"

    def __init__(self, region: str, account: str, granted: Mapping[str, int]) -> None:
        self._arn = f"arn:aws:servicequotas:{region}:{account}"
        self._quotas = quotas(granted)
        self.operations = {
            "ListServiceQuotas": partial(self._list, lambda quota: quota.applied),
            "ListAWSDefaultServiceQuotas": partial(self._list, lambda quota: quota.default),
            "GetServiceQuota": partial(self._get, lambda quota: quota.applied),
            "GetAWSDefaultServiceQuota": partial(self._get, lambda quota: quota.default),
        }

    def applied(self, name: str) -> float:
        """The account's value of a quota. Raises StopIteration for an unknown name."""
        return next(quota.applied for quota in self._quotas if quota.name == name)

    def _of_service(self, code: str) -> list[Quota]:
        found = [quota for quota in self._quotas if quota.service == code]
        if not found:
            raise ApiError(
                "NoSuchResourceException", f"The request failed because service {code} is unknown."
            )
        return found

    def _get(self, value: _Value, params: Mapping[str, Any]) -> Mapping[str, Any]:
        for quota in self._of_service(params["ServiceCode"]):
            if quota.code == params["QuotaCode"]:
                return {"Quota": self._shape(quota, value)}
        raise ApiError(
            "NoSuchResourceException", "The request failed because the specified quota does not exist."
        )

    def _list(self, value: _Value, params: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self._of_service(params["ServiceCode"])
        start, size = int(params.get("NextToken", "0")), params.get("MaxResults", _PAGE)
        page = {"Quotas": [self._shape(quota, value) for quota in found[start : start + size]]}
        return page if start + size >= len(found) else {**page, "NextToken": str(start + size)}

    def _shape(self, quota: Quota, value: _Value) -> dict[str, Any]:
        return {
            "ServiceCode": quota.service,
            "ServiceName": _NAMES.get(quota.service, quota.service),
            "QuotaArn": f"{self._arn}:{quota.service}/{quota.code}",
            "QuotaCode": quota.code,
            "QuotaName": quota.name,
            "Value": float(value(quota)),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }
