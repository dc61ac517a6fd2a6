"""Seam: CloudFormation types that the emulator lacks: those of hosted services, and those accepted without
effect."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from engine.emulator import alarms, pinned
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

_ALARM = "AWS::CloudWatch::Alarm"


def install(host: EmulatorHost, types: Mapping[str, ResourceType], roles: ServiceRoles) -> None:
    provisioners = pinned.module("services.cloudformation.provisioners")
    stacks = pinned.module("services.cloudformation.stacks")
    handlers = provisioners._RESOURCE_HANDLERS
    for type_name, attributes in NO_OPS.items():
        handlers.setdefault(type_name, _no_op(host, type_name, attributes))
    handlers[_ALARM] = _alarm(host, handlers[_ALARM])
    handlers.update({type_name: _hosted(resource_type, roles) for type_name, resource_type in types.items()})
    runs_on_worker = stacks._runs_on_worker_thread
    # Provisioning an endpoint calls the emulator, which would wait for itself on the event loop.
    stacks._runs_on_worker_thread = lambda type_name: type_name in types or runs_on_worker(type_name)


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


def _alarm(host: EmulatorHost, plain: dict[str, Any]) -> dict[str, Any]:
    """The emulator refuses an alarm on an expression; of these, `alarms` evaluates sums."""
    cloudwatch = pinned.module("services.cloudwatch")

    def put(props: dict[str, Any], write: Callable[[dict[str, Any]], Any]) -> Any:
        expression = props.get("Metrics")
        described = write(
            {**props, "Metrics": None, "MetricName": "-", "Namespace": "-"} if expression else props
        )
        if expression:
            alarm = cloudwatch._alarms[described[0]]
            alarm.update(MetricName=None, Namespace=None)
            if alarms.added(expression) is not None:
                alarm["Metrics"] = expression
        for why in alarms.silence(props):
            host.not_rehearsed(f"{_ALARM} {described[0]}", why)
        return described

    def create(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        return put(props, lambda own: plain["create"](logical_id, own, stack))

    def update(name: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str) -> Any:
        return put(new, lambda own: plain["update"](name, old, own, stack, logical_id))

    return {**plain, "create": create, "update": update, "update_with_logical_id": True}
