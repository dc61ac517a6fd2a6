"""Models and endpoint configurations."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from engine.host import ApiError, InvalidError
from engine.sagemaker.ground import Ground, Operation
from engine.sagemaker.registry import Registry
from engine.sagemaker.store import ENDPOINT_CONFIG, MODEL, Record
from engine.sagemaker.transfer import RoleS3


class Models:
    def __init__(self, ground: Ground, registry: Registry) -> None:
        self._ground, self._registry = ground, registry

    def operations(self) -> dict[str, Operation]:
        return {
            "CreateModel": self._create_model,
            "DescribeModel": self._ground.describe(MODEL),
            "DeleteModel": self._ground.delete(MODEL),
            "ListModels": self._ground.list(MODEL, "Models"),
            "CreateEndpointConfig": self._create_config,
            "DescribeEndpointConfig": self._ground.describe(ENDPOINT_CONFIG),
            "DeleteEndpointConfig": self._ground.delete(ENDPOINT_CONFIG),
            "ListEndpointConfigs": self._ground.list(ENDPOINT_CONFIG, "EndpointConfigs"),
        }

    def _create_model(self, params: Mapping[str, Any]) -> Record:
        containers = [
            *params.get("Containers", []),
            *([params["PrimaryContainer"]] if "PrimaryContainer" in params else []),
        ]
        if len(containers) != 1:
            raise InvalidError("A model needs exactly one container; pipelines are not rehearsed.")
        if "ExecutionRoleArn" not in params:
            raise InvalidError("A model without ExecutionRoleArn is not rehearsed.")
        container = self._resolved(containers[0])
        if "ModelDataUrl" in container:
            self._require_access(container["ModelDataUrl"], params["ExecutionRoleArn"])
        self._ground.host.not_rehearsed(
            f"container image {container['Image']}",
            "its programs ran on the rehearsal's Python environment, not in the image",
        )
        for member in ("EnableNetworkIsolation", "VpcConfig"):
            if params.get(member):
                self._ground.host.not_rehearsed(
                    f"{member} of a model", "its server had this machine's network"
                )
        return self._ground.store.add(MODEL, params, _Container=container)

    def _resolved(self, container: Mapping[str, Any]) -> dict[str, Any]:
        """The container completed from its model package."""
        package: dict[str, Any] = {}
        if "ModelPackageName" in container:
            record = self._registry.package(container["ModelPackageName"])
            package = record["InferenceSpecification"]["Containers"][0]
        merged = {**package, **container}
        merged["Environment"] = {**package.get("Environment", {}), **container.get("Environment", {})}
        if "Image" not in merged or "ModelDataSource" in merged:
            raise InvalidError("A container needs Image; ModelDataSource is not rehearsed.")
        return merged

    def _require_access(self, url: str, role: str) -> None:
        try:
            RoleS3(self._ground.host, role, "SageMaker").head(url)
        except (ClientError, ApiError) as refusal:
            raise InvalidError(
                f'Could not access model data at {url}. Please ensure that the role "{role}" exists and that '
                'its trust relationship policy allows the action "sts:AssumeRole" for the service principal '
                '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and '
                f"that the object is located in {self._ground.host.region}."
            ) from refusal

    def _create_config(self, params: Mapping[str, Any]) -> Record:
        variants = params["ProductionVariants"]
        serverless = [variant for variant in variants if "ServerlessConfig" in variant]
        if serverless and len(variants) > 1:
            raise InvalidError("A serverless endpoint has exactly one production variant.")
        if serverless and "DataCaptureConfig" in params:
            raise InvalidError("DataCaptureConfig is not supported for serverless endpoints.")
        if (
            "ExplainerConfig" in params
            or params.get("ShadowProductionVariants")
            or "AsyncInferenceConfig" in params
        ):
            raise InvalidError(
                "ExplainerConfig, ShadowProductionVariants and AsyncInferenceConfig are not rehearsed."
            )
        for variant in variants:
            model = self._ground.store.get(MODEL, variant.get("ModelName", ""))
            if "ServerlessConfig" not in variant:
                if "InstanceType" not in variant or "InitialInstanceCount" not in variant:
                    raise InvalidError("A production variant needs InstanceType and InitialInstanceCount.")
            elif "VpcConfig" in model or model.get("EnableNetworkIsolation"):
                raise InvalidError(
                    "VpcConfig and network isolation are not supported for serverless endpoints."
                )
            elif variant["ServerlessConfig"]["MemorySizeInMB"] % 1024:
                raise InvalidError("MemorySizeInMB must be a multiple of 1024 MB.")
        return self._ground.store.add(ENDPOINT_CONFIG, params)
