"""SageMaker Runtime: requests to endpoints."""

from collections.abc import Mapping
from typing import Any

from engine.host import ApiError
from engine.sagemaker.hosting import Hosting
from engine.sagemaker.store import ENDPOINT, Store
from engine.services import Service

# Request members for the container, by header.
_HEADERS = {
    "ContentType": "Content-Type",
    "Accept": "Accept",
    "InferenceId": "X-Amzn-SageMaker-Inference-Id",
    "CustomAttributes": "X-Amzn-SageMaker-Custom-Attributes",
}


class SageMakerRuntime(Service):
    name = "sagemaker-runtime"
    invalid = "ValidationError"

    def __init__(self, hosting: Hosting, store: Store) -> None:
        self._hosting, self._store = hosting, store
        self.operations = {"InvokeEndpoint": self._invoke}

    def resource_arn(self, operation: str, params: Mapping[str, Any]) -> str:
        return self._store.arn(ENDPOINT, params["EndpointName"])

    def _invoke(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        unknown = sorted(set(params) - {*_HEADERS, "EndpointName", "Body"})
        if unknown:
            raise ApiError(self.invalid, f"InvokeEndpoint with {', '.join(unknown)} is not rehearsed.")
        headers = {header: params[member] for member, header in _HEADERS.items() if params.get(member)}
        return self._hosting.invoke(params["EndpointName"], params["Body"], headers)
