"""Application Auto Scaling's targets and policies: checked, kept and described. Nothing scales."""

import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from engine.host import ApiError, Host, InvalidError
from engine.services.service import Created, Permission, Properties, Service

_DIMENSION = "sagemaker:variant:DesiredInstanceCount"
_WHAT_IT_SCALES = ("ServiceNamespace", "ResourceId", "ScalableDimension")


class Scaling(Service):
    name = "application-autoscaling"

    def __init__(self, host: Host, sagemaker: Service) -> None:
        targets = _Targets(host, sagemaker)
        policies = _Policies(host, targets.kept)
        self.types = {
            "AWS::ApplicationAutoScaling::ScalableTarget": targets,
            "AWS::ApplicationAutoScaling::ScalingPolicy": policies,
        }
        self.operations = {
            "DescribeScalableTargets": lambda params: {"ScalableTargets": targets.matching(params)},
            "DescribeScalingPolicies": lambda params: {"ScalingPolicies": policies.matching(params)},
        }


class _Kept:
    """A resource type whose resources are records, changed in place."""

    put_calls: tuple[str, ...]
    delete_calls: tuple[str, ...]

    def __init__(self, host: Host) -> None:
        self._host = host
        self.kept: dict[str, dict[str, Any]] = {}

    def put(self, props: Properties) -> Created:
        raise NotImplementedError

    def matching(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        wanted = params.get("ResourceIds") or [params[key] for key in ("ResourceId",) if key in params]
        return [record for record in self.kept.values() if not wanted or record["ResourceId"] in wanted]

    def create(self, logical_id: str, props: Properties, stack: str) -> Created:
        return self.put(props)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        return self.put(new)

    def delete(self, physical_id: str, props: Properties) -> None:
        self.kept.pop(physical_id, None)

    def calls(self, verb: str, *_: Any) -> Iterator[Permission]:
        arn = f"arn:aws:{Scaling.name}:{self._host.region}:{self._host.account}:scalable-target/rehearsed"
        operations = self.delete_calls if verb == "delete" else self.put_calls
        return ((f"{Scaling.name}:{operation}", arn, {}) for operation in operations)


class _Targets(_Kept):
    put_calls = ("RegisterScalableTarget", "DescribeScalableTargets")
    delete_calls = ("DeregisterScalableTarget",)

    def __init__(self, host: Host, sagemaker: Service) -> None:
        super().__init__(host)
        self._sagemaker = sagemaker

    def put(self, props: Properties) -> Created:
        self._refuse_unscalable(props)
        physical_id = f"{props['ResourceId']}|{props['ScalableDimension']}|{props['ServiceNamespace']}"
        self.kept[physical_id] = {
            **{key: props[key] for key in _WHAT_IT_SCALES},
            "MinCapacity": int(props["MinCapacity"]),
            "MaxCapacity": int(props["MaxCapacity"]),
            "RoleARN": f"arn:aws:iam::{self._host.account}:role/aws-service-role/sagemaker.{Scaling.name}"
            ".amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
            "CreationTime": time.time(),
        }
        self._host.not_rehearsed(
            "scaling of endpoint instances", "targets and policies are kept, nothing scales"
        )
        return physical_id, {"Id": physical_id}

    def _refuse_unscalable(self, props: Properties) -> None:
        """The variant must exist, on instances that can be scaled."""
        if (props["ServiceNamespace"], props["ScalableDimension"]) != ("sagemaker", _DIMENSION):
            raise InvalidError(f"Scaling of {props['ScalableDimension']} is not rehearsed.")
        if int(props["MinCapacity"]) > int(props["MaxCapacity"]):
            raise InvalidError("MinCapacity must not be greater than MaxCapacity.")
        _, endpoint, _, name = props["ResourceId"].split("/")
        described = self._sagemaker.call("DescribeEndpoint", {"EndpointName": endpoint})
        config = self._sagemaker.call(
            "DescribeEndpointConfig", {"EndpointConfigName": described["EndpointConfigName"]}
        )
        found = [each for each in config["ProductionVariants"] if each["VariantName"] == name]
        if not found:
            raise InvalidError(f"Endpoint {endpoint} has no variant {name}.")
        instance_type = found[0].get("InstanceType", "serverless")
        if instance_type == "serverless" or instance_type.startswith("ml.t"):
            raise InvalidError(
                f"Variant {name} of {endpoint} cannot be scaled: burstable instance types are not supported "
                f"by automatic scaling ({instance_type})."
            )


class _Policies(_Kept):
    put_calls = ("PutScalingPolicy", "DescribeScalingPolicies")
    delete_calls = ("DeleteScalingPolicy",)

    def __init__(self, host: Host, targets: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(host)
        self._targets = targets

    def put(self, props: Properties) -> Created:
        target = self._targets.get(props.get("ScalingTargetId", ""))
        if target is None:
            raise ApiError(
                "ObjectNotFoundException", f"No scalable target {props.get('ScalingTargetId')} is registered."
            )
        name, resource = props["PolicyName"], target["ResourceId"]
        old = next((arn for arn, policy in self.kept.items() if policy["PolicyName"] == name), None)
        arn = old or (
            f"arn:aws:autoscaling:{self._host.region}:{self._host.account}:scalingPolicy:{uuid.uuid4()}:"
            f"resource/sagemaker/{resource}:policyName/{name}"
        )
        self.kept[arn] = {
            **{key: target[key] for key in _WHAT_IT_SCALES},
            "PolicyARN": arn,
            "PolicyName": name,
            "PolicyType": props["PolicyType"],
            "CreationTime": time.time(),
        }
        return arn, {"Arn": arn}
