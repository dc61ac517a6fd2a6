"""The templates of an assembly as one graph, with references across stacks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Resource:
    """A template resource. `id` is `<stack>/<logical id>`."""

    stack: str
    logical_id: str
    type: str
    properties: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.stack}/{self.logical_id}"


class Templates:
    """Templates by stack name."""

    def __init__(self, templates: dict[str, Any]) -> None:
        self._templates = templates

    @classmethod
    def read(cls, assembly: Path) -> "Templates":
        """The templates of a cloud assembly (cdk.out)."""
        manifest = assembly / "manifest.json"
        if not manifest.exists():
            raise FileNotFoundError(f"{assembly} is not a cloud assembly: run `npm run synth` first.")
        return cls(
            {
                artifact["properties"].get("stackName", artifact_id): json.loads(
                    (assembly / artifact["properties"]["templateFile"]).read_text()
                )
                for artifact_id, artifact in json.loads(manifest.read_text())["artifacts"].items()
                if artifact["type"] == "aws:cloudformation:stack"
            }
        )

    def section(self, stack: str, name: str) -> dict[str, Any]:
        """A template's section beside its resources, such as Mappings."""
        section: dict[str, Any] = self._templates[stack].get(name, {})
        return section

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Every resource by its id."""
        found = (
            Resource(stack, logical_id, definition["Type"], definition.get("Properties", {}))
            for stack, template in self._templates.items()
            for logical_id, definition in template.get("Resources", {}).items()
        )
        return {resource.id: resource for resource in found}

    def has_stack_of(self, principal: str) -> bool:
        """Whether the stack of a role's id is here; a principal without a stack counts as here."""
        stack, separator, _ = principal.partition("/")
        return not separator or stack in self._templates

    def of_type(self, *types: str) -> Iterator[Resource]:
        return (resource for resource in self.resources.values() if resource.type in types)

    def target(self, stack: str, value: Any) -> Resource | None:
        """The resource that a Ref, Fn::GetAtt or Fn::ImportValue names, else None."""
        match value:
            case {"Ref": str(logical_id)} | {"Fn::GetAtt": [str(logical_id), _]}:
                return self.resources.get(f"{stack}/{logical_id}")
            case {"Fn::ImportValue": str(name)} if name in self.exports:
                return self.target(*self.exports[name])
        return None

    @cached_property
    def exports(self) -> dict[str, tuple[str, Any]]:
        """Name of an export -> the exporting stack, and the value in its template."""
        return {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in self._templates.items()
            for output in template.get("Outputs", {}).values()
            if isinstance(output.get("Export", {}).get("Name"), str)
        }


def statements(document: Any) -> list[dict[str, Any]]:
    """Statements of a policy document, in which a single one may stand without a list."""
    return listed((document or {}).get("Statement"))


def listed(value: Any) -> list[Any]:
    """IAM permits a single value in place of a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
