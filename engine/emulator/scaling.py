"""Seam: Application Auto Scaling's targets and policies: checked, kept and described. Nothing scales."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.emulator.sagemaker_service import SageMakerApi
from engine.emulator.service_roles import ServiceRoles
from engine.host import ApiError

Properties = Mapping[str, Any]
_SERVICE = "application-autoscaling"
_DIMENSION = "sagemaker:variant:DesiredInstanceCount"


class Scaling:
    def __init__(self, host: EmulatorHost, sagemaker: SageMakerApi, roles: ServiceRoles) -> None:
        self._host, self._sagemaker, self._roles = host, sagemaker, roles
        self._targets: dict[str, dict[str, Any]] = {}
        self._policies: dict[str, dict[str, Any]] = {}
        self._owners: dict[str, str] = {}

    def install(self) -> None:
        handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
        for noun, put, remove in (
            ("ScalableTarget", self._register, self._deregister),
            ("ScalingPolicy", self._put_policy, self._delete_policy),
        ):
            handlers[f"AWS::ApplicationAutoScaling::{noun}"] = {
                "create": lambda logical_id, props, stack, put=put: put(props, stack),
                "update": lambda physical_id, old, new, stack, put=put: put(new, stack),
                "delete": lambda physical_id, props, remove=remove: remove(physical_id),
            }
        router, app, actions = (pinned.module(name) for name in ("core.router", "app", "core.iam_actions"))
        router.SERVICE_PATTERNS[_SERVICE] = {
            "target_prefixes": ["AnyScaleFrontendService."],
            "host_patterns": [rf"{_SERVICE}\."],
        }
        actions.SERVICE_TO_IAM_NAMESPACE[_SERVICE] = _SERVICE
        app.SERVICE_HANDLERS[_SERVICE] = self._handle

    def _register(self, props: Properties, stack: str) -> tuple[str, dict[str, str]]:
        self._require(stack, "RegisterScalableTarget", "DescribeScalableTargets")
        resource = props["ResourceId"]
        physical_id = f"{resource}|{props['ScalableDimension']}|{props['ServiceNamespace']}"
        self._refuse_unscalable(props)
        self._targets[physical_id] = {
            "ServiceNamespace": props["ServiceNamespace"],
            "ResourceId": resource,
            "ScalableDimension": props["ScalableDimension"],
            "MinCapacity": int(props["MinCapacity"]),
            "MaxCapacity": int(props["MaxCapacity"]),
        }
        self._owners[physical_id] = stack
        self._host.not_rehearsed(
            "scaling of endpoint instances", "targets and policies are kept, nothing scales"
        )
        return physical_id, {"Id": physical_id}

    def _refuse_unscalable(self, props: Properties) -> None:
        """The variant must exist, on instances that can be scaled."""
        if (props["ServiceNamespace"], props["ScalableDimension"]) != ("sagemaker", _DIMENSION):
            raise ApiError(
                "ValidationException", f"Scaling of {props['ScalableDimension']} is not rehearsed."
            )
        if int(props["MinCapacity"]) > int(props["MaxCapacity"]):
            raise ApiError("ValidationException", "MinCapacity must not be greater than MaxCapacity.")
        _, endpoint, _, name = props["ResourceId"].split("/")
        described = self._sagemaker.call("DescribeEndpoint", {"EndpointName": endpoint})
        config = self._sagemaker.call(
            "DescribeEndpointConfig", {"EndpointConfigName": described["EndpointConfigName"]}
        )
        found = [each for each in config["ProductionVariants"] if each["VariantName"] == name]
        if not found:
            raise ApiError("ValidationException", f"Endpoint {endpoint} has no variant {name}.")
        instance_type = found[0].get("InstanceType", "serverless")
        if instance_type == "serverless" or instance_type.startswith("ml.t"):
            raise ApiError(
                "ValidationException",
                f"Variant {name} of {endpoint} cannot be scaled: burstable instance types are not supported "
                f"by automatic scaling ({instance_type}).",
            )

    def _put_policy(self, props: Properties, stack: str) -> tuple[str, dict[str, str]]:
        self._require(stack, "PutScalingPolicy", "DescribeScalingPolicies")
        target = self._targets.get(props.get("ScalingTargetId", ""))
        if target is None:
            raise ApiError(
                "ObjectNotFoundException", f"No scalable target {props.get('ScalingTargetId')} is registered."
            )
        name, resource = props["PolicyName"], target["ResourceId"]
        old = next((arn for arn, policy in self._policies.items() if policy["PolicyName"] == name), None)
        arn = old or (
            f"arn:aws:autoscaling:{self._host.region}:{self._host.account}:scalingPolicy:{uuid.uuid4()}:"
            f"resource/sagemaker/{resource}:policyName/{name}"
        )
        self._policies[arn] = {
            **{key: target[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")},
            "PolicyARN": arn,
            "PolicyName": name,
            "PolicyType": props["PolicyType"],
        }
        self._owners[arn] = stack
        return arn, {"Arn": arn}

    def _deregister(self, physical_id: str) -> None:
        self._require(self._owners.get(physical_id, ""), "DeregisterScalableTarget")
        self._targets.pop(physical_id, None)

    def _delete_policy(self, arn: str) -> None:
        self._require(self._owners.get(arn, ""), "DeleteScalingPolicy")
        self._policies.pop(arn, None)

    def _require(self, stack: str, *verbs: str) -> None:
        target = f"arn:aws:{_SERVICE}:{self._host.region}:{self._host.account}:scalable-target/rehearsed"
        self._roles.require(stack, [(f"{_SERVICE}:{verb}", target, {}) for verb in verbs])

    async def _handle(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any
    ) -> tuple[int, dict[str, str], bytes]:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        asked = json.loads(body or b"{}")
        listed = {
            "DescribeScalableTargets": ("ScalableTargets", self._targets),
            "DescribeScalingPolicies": ("ScalingPolicies", self._policies),
        }
        sent = {"Content-Type": "application/x-amz-json-1.1"}
        if operation not in listed:
            problem = {"__type": "ValidationException", "message": f"{operation} is not rehearsed."}
            return 400, sent, json.dumps(problem).encode()
        member, records = listed[operation]
        wanted = asked.get("ResourceIds") or [asked[key] for key in ("ResourceId",) if key in asked]
        found = [record for record in records.values() if not wanted or record["ResourceId"] in wanted]
        return 200, sent, json.dumps({member: found}).encode()
