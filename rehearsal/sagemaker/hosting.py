"""Models, endpoint configurations and endpoints."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.host import ApiError
from rehearsal.sagemaker.fleet import Answer, ContainerTimeoutError, Fleet, FleetError
from rehearsal.sagemaker.ground import Ground, Operation
from rehearsal.sagemaker.registry import Registry
from rehearsal.sagemaker.runtime import Response, model_error
from rehearsal.sagemaker.store import ENDPOINT, ENDPOINT_CONFIG, MODEL, Record
from rehearsal.sagemaker.transfer import RoleS3

# EventBridge spells an endpoint's status otherwise than the API.
_EVENT_STATUS = {
    "Creating": "CREATING",
    "InService": "IN_SERVICE",
    "Updating": "UPDATING",
    "Deleting": "DELETING",
    "Failed": "FAILED",
}


class Hosting:
    def __init__(self, ground: Ground, registry: Registry) -> None:
        self._ground, self._registry = ground, registry
        self._fleets: dict[str, Fleet] = {}
        self._changes: dict[str, threading.Thread] = {}

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
            "CreateEndpoint": self._create,
            "DescribeEndpoint": self._ground.describe(ENDPOINT),
            "UpdateEndpoint": self._update,
            "DeleteEndpoint": self._delete,
            "ListEndpoints": self._ground.list(ENDPOINT, "Endpoints"),
        }

    # Models

    def _create_model(self, params: Mapping[str, Any]) -> Record:
        containers = [
            *params.get("Containers", []),
            *([params["PrimaryContainer"]] if "PrimaryContainer" in params else []),
        ]
        if len(containers) != 1:
            raise ApiError(
                "ValidationException", "A model needs exactly one container; pipelines are not rehearsed."
            )
        if "ExecutionRoleArn" not in params:
            raise ApiError("ValidationException", "A model without ExecutionRoleArn is not rehearsed.")
        container = self._resolved(containers[0])
        if "ModelDataUrl" in container:
            self._require_access(container["ModelDataUrl"], params["ExecutionRoleArn"])
        self._ground.host.not_rehearsed(
            f"container image {container['Image']}",
            "its programs ran on the rehearsal's Python environment, not in the image",
        )
        return self._ground.store.add(MODEL, params, _Container=container)

    def _resolved(self, container: Mapping[str, Any]) -> dict[str, Any]:
        """The container with what its model package says filled in."""
        package: dict[str, Any] = {}
        if "ModelPackageName" in container:
            record = self._registry.package(container["ModelPackageName"])
            package = record["InferenceSpecification"]["Containers"][0]
        merged = {**package, **container}
        merged["Environment"] = {**package.get("Environment", {}), **container.get("Environment", {})}
        if "Image" not in merged or "ModelDataSource" in merged:
            raise ApiError(
                "ValidationException", "A container needs Image; ModelDataSource is not rehearsed."
            )
        return merged

    def _require_access(self, url: str, role: str) -> None:
        try:
            RoleS3(self._ground.host, role, "SageMaker").head(url)
        except (ClientError, ApiError) as refusal:
            raise ApiError(
                "ValidationException",
                f'Could not access model data at {url}. Please ensure that the role "{role}" exists and that '
                'its trust relationship policy allows the action "sts:AssumeRole" for the service principal '
                '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and '
                f"that the object is located in {self._ground.host.region}.",
            ) from refusal

    # Endpoint configurations

    def _create_config(self, params: Mapping[str, Any]) -> Record:
        variants = params["ProductionVariants"]
        serverless = [variant for variant in variants if "ServerlessConfig" in variant]
        if serverless and len(variants) > 1:
            raise ApiError("ValidationException", "A serverless endpoint has exactly one production variant.")
        if serverless and "DataCaptureConfig" in params:
            raise ApiError(
                "ValidationException", "DataCaptureConfig is not supported for serverless endpoints."
            )
        if (
            "ExplainerConfig" in params
            or params.get("ShadowProductionVariants")
            or "AsyncInferenceConfig" in params
        ):
            raise ApiError(
                "ValidationException",
                "ExplainerConfig, ShadowProductionVariants and AsyncInferenceConfig are not rehearsed.",
            )
        for variant in variants:
            model = self._ground.store.get(MODEL, variant.get("ModelName", ""))
            if "ServerlessConfig" not in variant:
                if "InstanceType" not in variant or "InitialInstanceCount" not in variant:
                    raise ApiError(
                        "ValidationException",
                        "A production variant needs InstanceType and InitialInstanceCount.",
                    )
            elif "VpcConfig" in model or model.get("EnableNetworkIsolation"):
                raise ApiError(
                    "ValidationException",
                    "VpcConfig and network isolation are not supported for serverless endpoints.",
                )
            elif variant["ServerlessConfig"]["MemorySizeInMB"] % 1024:
                raise ApiError("ValidationException", "MemorySizeInMB must be a multiple of 1024 MB.")
        return self._ground.store.add(ENDPOINT_CONFIG, params)

    # Endpoints

    def _create(self, params: Mapping[str, Any]) -> Record:
        config = self._ground.store.get(ENDPOINT_CONFIG, params["EndpointConfigName"])
        self._require_quota(config, replaced=None)
        record = self._ground.store.add(ENDPOINT, params)
        self._ground.host.not_rehearsed(
            "AWS/SageMaker endpoint metrics",
            "Invocations, errors and latency are not published to CloudWatch",
        )
        self._change(record, config, "Creating")
        return record

    def _update(self, params: Mapping[str, Any]) -> Record:
        record = self._ground.store.get(ENDPOINT, params["EndpointName"])
        config = self._ground.store.get(ENDPOINT_CONFIG, params["EndpointConfigName"])
        if record["EndpointStatus"] != "InService":
            raise ApiError(
                "ValidationException", f'Cannot update in-progress endpoint "{record["EndpointArn"]}".'
            )
        old = self._fleets[record["EndpointName"]].config
        if "ServerlessConfig" not in old["ProductionVariants"][0] and _serverless(config):
            raise ApiError("ValidationException", "A real-time endpoint cannot become a serverless endpoint.")
        self._require_quota(config, replaced=old)
        if params.get("DeploymentConfig"):
            self._ground.host.not_rehearsed(
                "DeploymentConfig of UpdateEndpoint",
                "traffic moved at once; bake time and rollback alarms are not watched",
            )
        self._change(record, config, "Updating")
        return record

    def _delete(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self._ground.store.get(ENDPOINT, params["EndpointName"])
        if record["EndpointStatus"] in ("Creating", "Updating"):
            raise ApiError(
                "ValidationException", f'Cannot update in-progress endpoint "{record["EndpointArn"]}".'
            )
        self._set(record, EndpointStatus="Deleting")
        fleet = self._fleets.pop(record["EndpointName"], None)
        if fleet:
            fleet.stop()
        self._ground.store.remove(ENDPOINT, record["EndpointName"])
        return {}

    def _change(self, record: Record, config: Record, status: str) -> None:
        self._set(record, EndpointStatus=status)
        change = threading.Thread(target=self._deploy, args=(record, config), daemon=True)
        self._changes[record["EndpointName"]] = change
        change.start()

    def _deploy(self, record: Record, config: Record) -> None:
        """Start the new fleet, switch, stop the old one; when the new one fails the old one keeps serving."""
        name = record["EndpointName"]
        old = self._fleets.get(name)
        try:
            fleet = Fleet(self._ground, name, config)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the endpoint must settle
            reason = str(failure) if isinstance(failure, FleetError) else f"Internal failure: {failure!r}"
            self._set(record, EndpointStatus="InService" if old else "Failed", FailureReason=reason)
            return
        self._fleets[name] = fleet
        record.pop("FailureReason", None)
        self._set(
            record,
            EndpointStatus="InService",
            EndpointConfigName=config["EndpointConfigName"],
            ProductionVariants=[_deployed(variant) for variant in config["ProductionVariants"]],
        )
        if old:
            old.stop()

    def settle(self, name: str) -> Record:
        """The endpoint once its change in progress, if any, has ended."""
        change = self._changes.get(name)
        if change:
            change.join()
        return self._ground.store.get(ENDPOINT, name)

    def _set(self, record: Record, **fields: Any) -> None:
        record.update(fields, LastModifiedTime=time.time())
        self._ground.announce(
            ENDPOINT, "Endpoint", {**record, "EndpointStatus": _EVENT_STATUS[record["EndpointStatus"]]}
        )

    def _require_quota(self, config: Record, replaced: Record | None) -> None:
        """Blue/green needs the instances of both fleets at once; serverless concurrency counts once."""
        live = [fleet.config for fleet in self._fleets.values()]
        if _serverless(config):
            others = [other for other in live if other is not replaced and _serverless(other)]
            if replaced is None:
                self._ground.quotas.require("Number of serverless endpoints", len(others), 1, "Endpoints")
            quota = "Total concurrency across all serverless endpoints"
            self._ground.quotas.require(
                quota, sum(map(_concurrency, others)), _concurrency(config), "Invocations"
            )
            return
        for instance_type in {variant["InstanceType"] for variant in config["ProductionVariants"]}:
            used = sum(_instances(other, instance_type) for other in live)
            self._ground.quotas.require(
                f"{instance_type} for endpoint usage", used, _instances(config, instance_type)
            )

    # Invocations

    def invoke(self, name: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """What InvokeEndpoint answers; ApiError for refusals that never reach a container."""
        fleet = next((fleet for key, fleet in self._fleets.items() if key.lower() == name.lower()), None)
        account = self._ground.host.account
        if fleet is None:
            raise ApiError("ValidationError", f"Endpoint {name} of account {account} not found.")
        server = fleet.pick()
        if server.capacity and not server.capacity.acquire(blocking=False):
            raise ApiError(
                "ThrottlingException", "Rate exceeded: the endpoint is at its MaxConcurrency.", 429
            )
        try:
            answer = server.invoke(body, headers)
        except ContainerTimeoutError:
            # A status of 0 is how SageMaker says that the container gave none.
            told = b"Your invocation timed out while waiting for a response from container primary."
            answer = Answer(0, told, "text/plain", server.name)
        finally:
            if server.capacity:
                server.capacity.release()
        if 200 <= answer.status < 300:
            sent = {"Content-Type": answer.content_type, "x-Amzn-Invoked-Production-Variant": answer.variant}
            return answer.status, sent, answer.body
        return model_error(self._ground.host, name, server.stream, answer)


def _serverless(config: Record) -> bool:
    return "ServerlessConfig" in config["ProductionVariants"][0]


def _concurrency(config: Record) -> int:
    return int(config["ProductionVariants"][0]["ServerlessConfig"]["MaxConcurrency"])


def _instances(config: Record, instance_type: str) -> int:
    return sum(
        variant["InitialInstanceCount"]
        for variant in config["ProductionVariants"]
        if variant.get("InstanceType") == instance_type
    )


def _deployed(variant: Record) -> Record:
    """A variant as DescribeEndpoint shows it."""
    weight = variant.get("InitialVariantWeight", 1.0)
    shown = {"VariantName": variant["VariantName"], "CurrentWeight": weight, "DesiredWeight": weight}
    if "ServerlessConfig" in variant:
        shown["CurrentServerlessConfig"] = variant["ServerlessConfig"]
    else:
        count = variant["InitialInstanceCount"]
        shown |= {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    return shown
