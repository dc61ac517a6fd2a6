"""Service Quotas as botocore reads them, and that jobs meet the very quotas that it tells."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from engine.host import ApiError
from engine.quotas import ServiceQuotas, fresh_account

ENDPOINT = "ml.m5.large for endpoint usage"


def every(client: Any, operation: str, service: str) -> dict[str, dict[str, Any]]:
    pages = client.get_paginator(operation).paginate(ServiceCode=service)
    return {quota["QuotaName"]: quota for page in pages for quota in page["Quotas"]}


def test_a_new_account_has_the_quotas_that_its_jobs_meet(engine):
    told = every(engine.client("service-quotas"), "list_service_quotas", "sagemaker")
    assert {name: quota["Value"] for name, quota in told.items()} == dict.fromkeys(told, 0) | fresh_account()
    assert len(told) > 500
    assert len({quota["QuotaCode"] for quota in told.values()}) == len(told)
    assert told[ENDPOINT]["QuotaCode"] == "L-614B09FD"


def test_lambda_gives_a_new_account_less_than_its_default(engine):
    client = engine.client("service-quotas")
    asked = {"ServiceCode": "lambda", "QuotaCode": "L-B99A9384"}
    assert client.get_service_quota(**asked)["Quota"]["Value"] == 10
    assert client.get_aws_default_service_quota(**asked)["Quota"]["Value"] == 1000


def test_an_unknown_code_is_no_quota(engine):
    with pytest.raises(ClientError) as refused:
        engine.client("service-quotas").get_service_quota(ServiceCode="sagemaker", QuotaCode="L-00000000")
    assert refused.value.response["Error"]["Code"] == "NoSuchResourceException"


def test_a_granted_quota_is_applied_and_not_the_default():
    quotas = ServiceQuotas("us-east-1", "123456789012", {ENDPOINT: 4})
    asked = {"ServiceCode": "sagemaker", "QuotaCode": "L-614B09FD"}
    assert quotas.call("GetServiceQuota", asked)["Quota"]["Value"] == 4
    assert quotas.call("GetAWSDefaultServiceQuota", asked)["Quota"]["Value"] == 0


def test_what_is_not_rehearsed_says_so():
    request = {"ServiceCode": "sagemaker", "QuotaCode": "L-614B09FD", "DesiredValue": 1}
    with pytest.raises(ApiError, match="RequestServiceQuotaIncrease is not rehearsed"):
        ServiceQuotas("us-east-1", "123456789012", {}).call("RequestServiceQuotaIncrease", request)
