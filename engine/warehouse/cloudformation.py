"""The AWS::RedshiftServerless::* resource types, with the behaviour of CloudFormation's handlers."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.host import ApiError, InvalidError
from engine.services import shapes
from engine.services.service import Created, Permission, Properties, Service


class ServerlessType:
    """A namespace or a workgroup: Ref is the name, and a changed name is another resource."""

    def __init__(self, service: Service, noun: str) -> None:
        self._service, self._noun, self._name = service, noun, f"{noun.lower()}Name"

    def create(self, logical_id: str, props: Properties, stack: str) -> Created:
        return self._call("Create", props)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        renamed = {key for key in ("NamespaceName", "WorkgroupName") if old.get(key) != new.get(key)}
        if renamed and new[f"{self._noun}Name"] == physical_id:
            raise InvalidError(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {physical_id} and update the stack again."
            )
        return self._call("Create" if renamed else "Update", new)

    def delete(self, physical_id: str, props: Properties) -> None:
        """Delete; a missing resource is no error."""
        try:
            self._service.call(f"Delete{self._noun}", {self._name: physical_id})
        except ApiError as error:
            if error.code != "ResourceNotFoundException":
                raise

    def calls(
        self, verb: str, logical_id: str, physical_id: str, old: Properties, new: Properties
    ) -> Iterable[Permission]:
        arn = (
            self._service.resource_arn(f"Get{self._noun}", {self._name: physical_id}) if physical_id else "*"
        )
        for each in (verb.capitalize(), "Get"):
            yield f"{self._service.name}:{each}{self._noun}", arn, {}
        yield from self._service.further(verb, _lowered(new))

    def _call(self, verb: str, props: Properties) -> Created:
        operation = shapes.model(self._service.name).operation_model(f"{verb}{self._noun}")
        known = operation.input_shape.members if operation.input_shape else {}
        given = {key: value for key, value in _lowered(props).items() if key in known}
        record = self._service.call(operation.name, shapes.coerce(given, operation))[self._noun.lower()]
        attributes = {f"{self._noun}.{key[0].upper()}{key[1:]}": str(value) for key, value in record.items()}
        return given[self._name], attributes


def _lowered(value: Any) -> Any:
    """CloudFormation's property names in the API's spelling."""
    if isinstance(value, Mapping):
        return {key[0].lower() + key[1:]: _lowered(each) for key, each in value.items()}
    return [_lowered(each) for each in value] if isinstance(value, list) else value
