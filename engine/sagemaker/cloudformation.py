"""The AWS::SageMaker::* resource types of the kit's templates, like CloudFormation's handlers."""

import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.host import ApiError, InvalidError
from engine.sagemaker.ground import Ground
from engine.sagemaker.hosting import Hosting
from engine.sagemaker.store import ENDPOINT, ENDPOINT_CONFIG, MODEL, MODEL_PACKAGE_GROUP, Kind
from engine.services import Created, Permission, Properties, shapes

Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]

_ALPHABET = string.ascii_letters + string.digits
# SageMaker's longest names have 63 characters; a hyphen and twelve random ones are added.
_LOGICAL_ID_LENGTH = 50


@dataclass(frozen=True)
class ResourceType:
    """A type with create-only properties (except Tags), so that an update is a replacement.

    Its physical id is the ARN, which Ref returns for these types."""

    kind: Kind
    call: Call
    ground: Ground

    def create(self, logical_id: str, props: Properties, stack_name: str) -> Created:
        key = self.kind.name_key
        # CloudFormation derives names of these types from the logical id alone, without the stack.
        suffix = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        name = props.get(key, f"{logical_id[:_LOGICAL_ID_LENGTH]}-{suffix}")
        self._call("Create", {**props, key: name})
        return self._created(name)

    def update(
        self, physical_id: str, old_props: Properties, new_props: Properties, stack_name: str = ""
    ) -> Created:
        """
        Changed tags are applied in place; other changes create a new resource, and the old one goes later.
        """
        if _without_tags(old_props) == _without_tags(new_props):
            self.ground.store.tag(physical_id, list(new_props.get("Tags", [])))
            return self._created(physical_id)
        key = self.kind.name_key
        if key in new_props and old_props.get(key) == new_props[key]:
            raise InvalidError(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {new_props[key]} and update the stack again."
            )
        name = self.ground.store.get(self.kind, physical_id)[key]
        logical_id = name.rpartition("-")[0] or self.kind.noun
        return self.create(logical_id, new_props, stack_name)

    def delete(self, physical_id: str, props: Properties) -> None:
        """Delete; a missing resource is no error."""
        try:
            name = self.ground.store.get(self.kind, physical_id)[self.kind.name_key]
        except ApiError:
            return
        self.call(f"Delete{self.kind.noun}", {self.kind.name_key: name})

    def calls(
        self, verb: str, logical_id: str, physical_id: str, old: Properties, new: Properties
    ) -> Iterator[Permission]:
        if verb == "delete":
            yield from self._calling("Delete", physical_id)
        elif verb == "update" and _without_tags(old) == _without_tags(new):
            yield "sagemaker:AddTags", physical_id, {}
        else:
            # A name that CloudFormation generates starts with the logical id.
            arn = self.ground.store.arn(self.kind, new.get(self.kind.name_key, f"{logical_id}-*"))
            yield from self._calling("Create", arn)
            if new.get("Tags"):
                yield "sagemaker:AddTags", arn, {}
            if new.get("ExecutionRoleArn"):
                passed = {"iam:PassedToService": "sagemaker.amazonaws.com"}
                yield "iam:PassRole", new["ExecutionRoleArn"], passed

    def _calling(self, verb: str, arn: str) -> Iterator[Permission]:
        return ((f"sagemaker:{each}{self.kind.noun}", arn, {}) for each in (verb, "Describe"))

    def _call(self, verb: str, props: Properties) -> None:
        operation = f"{verb}{self.kind.noun}"
        model = shapes.model("sagemaker").operation_model(operation)
        self.call(operation, shapes.coerce(props, model))

    def _created(self, name_or_arn: str) -> Created:
        record = self.ground.store.get(self.kind, name_or_arn)
        arn = record[self.kind.arn_key]
        return arn, {self.kind.name_key: record[self.kind.name_key], self.kind.arn_key: arn, "Id": arn}


@dataclass(frozen=True)
class ModelPackageGroupType(ResourceType):
    def create(self, logical_id: str, props: Properties, stack_name: str) -> Created:
        if "ModelPackageGroupPolicy" in props:
            self.ground.host.not_rehearsed(
                "ModelPackageGroupPolicy", "resource policies of groups are not evaluated"
            )
        return super().create(logical_id, props, stack_name)

    def _created(self, name_or_arn: str) -> Created:
        arn, attributes = super()._created(name_or_arn)
        return arn, {**attributes, "ModelPackageGroupStatus": "Completed"}


@dataclass(frozen=True)
class EndpointType(ResourceType):
    """Updated in place; an operation ends when the endpoint has settled, or fails with its reason."""

    hosting: Hosting

    def create(self, logical_id: str, props: Properties, stack_name: str) -> Created:
        arn, attributes = super().create(logical_id, props, stack_name)
        endpoint = self.hosting.settle(attributes["EndpointName"])
        if endpoint["EndpointStatus"] != "InService":
            self.delete(arn, props)  # a failed creation has no physical id for a rollback
            raise ApiError("GeneralServiceException", endpoint["FailureReason"])
        return arn, attributes

    def update(
        self, physical_id: str, old_props: Properties, new_props: Properties, stack_name: str = ""
    ) -> Created:
        if old_props.get("EndpointName") != new_props.get("EndpointName"):
            return super().update(physical_id, old_props, new_props, stack_name)
        endpoint = self.ground.store.get(ENDPOINT, physical_id)
        name, wanted = endpoint["EndpointName"], new_props["EndpointConfigName"]
        if endpoint["EndpointConfigName"] != wanted:
            self._call("Update", {**new_props, "EndpointName": name})
            endpoint = self.hosting.settle(name)
            if endpoint["EndpointConfigName"] != wanted:
                raise ApiError("GeneralServiceException", endpoint["FailureReason"])
        self.ground.store.tag(physical_id, list(new_props.get("Tags", [])))
        return self._created(name)

    def calls(
        self, verb: str, logical_id: str, physical_id: str, old: Properties, new: Properties
    ) -> Iterator[Permission]:
        renamed = old.get("EndpointName") != new.get("EndpointName")
        if verb == "update" and not renamed and _without_tags(old) != _without_tags(new):
            return self._calling("Update", physical_id)
        return super().calls(verb, logical_id, physical_id, old, new)


def resource_types(call: Call, ground: Ground, hosting: Hosting) -> dict[str, ResourceType]:
    return {
        "AWS::SageMaker::Model": ResourceType(MODEL, call, ground),
        "AWS::SageMaker::EndpointConfig": ResourceType(ENDPOINT_CONFIG, call, ground),
        "AWS::SageMaker::Endpoint": EndpointType(ENDPOINT, call, ground, hosting),
        "AWS::SageMaker::ModelPackageGroup": ModelPackageGroupType(MODEL_PACKAGE_GROUP, call, ground),
    }


def _without_tags(props: Properties) -> dict[str, Any]:
    return {key: value for key, value in props.items() if key != "Tags"}
