"""Step Functions' spelling of members, timestamps and error names, where it differs from the AWS SDKs.

AWS SDK integrations are generated from the AWS SDK for Java 2.x; members and exceptions have its names in
PascalCase (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html). Not observed
on a live account: the spelling of members that start with an acronym, and the text of causes."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import OperationModel, ServiceModel, Shape

# Java cannot name a method null().
_JAVA_NAMES = {"NULL": "Nul"}


def java_name(member: str) -> str:
    """`SSEAlgorithm` -> `SseAlgorithm`, `stateMachineArn` -> `StateMachineArn`, `RoleARN` stays."""
    if member in _JAVA_NAMES:
        return _JAVA_NAMES[member]
    acronym = re.match(r"[A-Z]{2,}(?=[A-Z][a-z]|\d|$)", member)
    if acronym:
        member = acronym[0].capitalize() + member[acronym.end() :]
    return member[:1].upper() + member[1:]


def service_name(model: ServiceModel) -> str:
    """The error prefix of a service: `DynamoDB` -> `DynamoDb`, `SSM` -> `Ssm`."""
    words = str(model.service_id).replace(" ", "")
    return re.sub(r"[A-Z]{2,}(?=[A-Z][a-z]|$)", lambda run: run[0].capitalize(), words)


def to_request(value: Any, shape: Shape, text_members: bool = False) -> Any:
    """SDK parameters from a state's arguments. An unknown member stays, and botocore refuses it.

    `text_members`: JSON given for a string member is serialized, like in optimized integrations."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {java_name(name): name for name in shape.members}
        wire = {key: key if key in shape.members else names.get(key, key) for key in value}
        return {
            wire[key]: to_request(member, shape.members[wire[key]], text_members)
            if wire[key] in shape.members
            else member
            for key, member in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [to_request(item, shape.member, text_members) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: to_request(item, shape.value, text_members) for key, item in value.items()}
    if shape.type_name == "blob":
        return value if isinstance(value, str | bytes) else json.dumps(value)
    if shape.type_name == "string" and text_members and isinstance(value, dict | list):
        return json.dumps(value)
    return value


def to_result(value: Any, shape: Shape, epoch_millis: bool = False) -> Any:
    """A state's result from an SDK answer.

    Timestamps are ISO 8601 in AWS SDK integrations and epoch milliseconds in optimized ones."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            java_name(name): to_result(member, shape.members[name], epoch_millis)
            for name, member in value.items()
            if name in shape.members
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [to_result(item, shape.member, epoch_millis) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: to_result(item, shape.value, epoch_millis) for key, item in value.items()}
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000) if epoch_millis else _iso(value)
    if hasattr(value, "read"):
        return value.read().decode()
    if isinstance(value, bytes):
        return value.decode()
    return value


def _iso(value: datetime) -> str:
    text = value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return text.replace(".000Z", "Z")


def error_name(error: ClientError, operation: OperationModel, unmodeled: str) -> str:
    """The exception class Java gives the error; `unmodeled` is the service's base class."""
    code = error.response["Error"].get("Code", "")
    if code == "404" and len(operation.error_shapes) == 1:
        # A HEAD answer has no body with the error's name; the SDK uses the error of the operation.
        return exception_class(operation.error_shapes[0].name)
    for shape in operation.error_shapes:
        if code in (shape.name, shape.metadata.get("error", {}).get("code")):
            return exception_class(shape.name)
    model = operation.service_model.shape_for_error_code(code)
    return exception_class(model.name) if model is not None else unmodeled


def exception_class(shape: str) -> str:
    """`NoSuchKey` -> `NoSuchKeyException`, `DBClusterNotFoundFault` -> `DbClusterNotFoundException`."""
    stem = re.sub(r"(Exception|Fault)$", "", shape)
    return java_name(stem) + "Exception"


def cause(error: ClientError, operation: OperationModel) -> str:
    """Message, service, status and request id, in the order Step Functions shows them."""
    details, metadata = error.response["Error"], error.response.get("ResponseMetadata", {})
    return (
        f"{details.get('Message', '')} (Service: {operation.service_model.service_id}, "
        f"Status Code: {metadata.get('HTTPStatusCode')}, Error Code: {details.get('Code')}, "
        f"Request ID: {metadata.get('RequestId', 'none')})"
    )
