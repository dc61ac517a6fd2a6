"""Seam: CloudFormation types that the emulator lacks: those of hosted services, and those accepted without
effect."""

import secrets
from collections.abc import Mapping
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.emulator.service_roles import ServiceRoles
from engine.services import ResourceType

# Types accepted without effect, and reported. An unknown type is refused before a stack starts. Value: the
# attributes for Fn::GetAtt; `{id}` is the generated physical id.
NO_OPS: dict[str, dict[str, str]] = {
    "AWS::Athena::DataCatalog": {},
    "AWS::Athena::NamedQuery": {"NamedQueryId": "{id}"},
    "AWS::Budgets::Budget": {},
    "AWS::CE::AnomalyMonitor": {"MonitorArn": "{id}"},
    "AWS::CE::AnomalySubscription": {"SubscriptionArn": "{id}"},
    "AWS::CloudTrail::Trail": {
        "Arn": "arn:aws:cloudtrail:us-east-1:123456789012:trail/{id}",
        "SnsTopicArn": "",
    },
    "AWS::CloudWatch::AnomalyDetector": {},
    "AWS::CloudWatch::CompositeAlarm": {"Arn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:{id}"},
    "AWS::EC2::FlowLog": {"Id": "{id}"},
    "AWS::Glue::DataCatalogEncryptionSettings": {},
    "AWS::Glue::DataQualityRuleset": {},
    "AWS::Glue::SecurityConfiguration": {},
    "AWS::LakeFormation::PrincipalPermissions": {},
    "AWS::Logs::QueryDefinition": {"QueryDefinitionId": "{id}"},
    "AWS::ResourceGroups::Group": {"Arn": "arn:aws:resource-groups:us-east-1:123456789012:group/{id}"},
    "AWS::SageMaker::FeatureGroup": {},
    "AWS::SageMaker::MlflowApp": {},
}


def install(host: EmulatorHost, types: Mapping[str, ResourceType], roles: ServiceRoles) -> None:
    handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    for type_name, attributes in NO_OPS.items():
        handlers.setdefault(type_name, _no_op(host, type_name, attributes))
    handlers.update({type_name: _hosted(resource_type, roles) for type_name, resource_type in types.items()})
    _run_apart.install(types)


@pinned.replaces("services.cloudformation.stacks:_runs_on_worker_thread")
def _run_apart(original: Any, types: Mapping[str, ResourceType], /, resource_type: str) -> bool:
    """Provisioning an endpoint calls the emulator, which would wait for itself on the event loop."""
    return resource_type in types or bool(original(resource_type))


def _hosted(resource_type: ResourceType, roles: ServiceRoles) -> dict[str, Any]:
    # A replaced resource is deleted after its stack has dropped it.
    owners: dict[str, str] = {}

    def create(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        roles.require(stack, resource_type.calls("create", logical_id, "", {}, props))
        created = resource_type.create(logical_id, props, stack)
        owners[created[0]] = stack
        return created

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> Any:
        roles.require(stack, resource_type.calls("update", logical_id, physical_id, old, new))
        updated = resource_type.update(physical_id, old, new, stack)
        owners[updated[0]] = stack
        return updated

    def delete(physical_id: str, props: dict[str, Any]) -> None:
        roles.require(owners.get(physical_id, ""), resource_type.calls("delete", "", physical_id, props, {}))
        resource_type.delete(physical_id, props)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


def _no_op(host: EmulatorHost, type_name: str, attributes: dict[str, str]) -> dict[str, Any]:
    def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        host.not_rehearsed(
            f"{type_name} {stack}/{logical_id}", "accepted without effect: the emulator lacks the type"
        )
        physical_id = props.get("Name") or f"{stack}-{logical_id}-{secrets.token_hex(6).upper()}"
        return physical_id, {key: text.format(id=physical_id) for key, text in attributes.items()}

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str
    ) -> tuple[str, dict[str, str]]:
        return physical_id, {key: text.format(id=physical_id) for key, text in attributes.items()}

    return {"create": create, "update": update, "delete": lambda physical_id, props: None}
