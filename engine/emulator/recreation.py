"""Seam: a change set contains for each changed property whether the resource is replaced.

The emulator has this for a few types and returns `Conditionally` for the others, so that `cdk diff` prints of
every change that it may replace the resource. The schemas of CloudFormation name the properties that do."""

from functools import cache
from typing import Any

from engine.emulator import pinned


@pinned.replaces("services.cloudformation.stacks:_property_recreation")
def by_schema(original: Any, /, resource_type: str, name: str) -> str:
    answer = str(original(resource_type, name))
    return _by_schema(resource_type, name) if answer == "Conditionally" else answer


@cache
def _by_schema(resource_type: str, name: str) -> str:
    # An import takes a second, and nothing else of a rehearsal needs it.
    from cfnlint.schema import ResourceNotFoundError
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    except ResourceNotFoundError:
        # A custom resource: its function decides.
        return "Conditionally"
    for kind in ("createOnlyProperties", "conditionalCreateOnlyProperties"):
        if any(path.split("/")[2] == name for path in schema.get(kind, ())):
            return "Always" if kind == "createOnlyProperties" else "Conditionally"
    return "Never"
