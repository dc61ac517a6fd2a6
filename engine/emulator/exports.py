"""Seam: an export that another stack imports can be neither removed nor changed.

The emulator permits both in an update, keeps the export of a removed output, and answers DeleteStack with an
error, while CloudFormation accepts the call and cancels the deletion."""

from typing import Any

from engine.emulator import pinned

_STACK = "AWS::CloudFormation::Stack"


def install() -> None:
    _keep_used_exports.install()
    _cancel_deletion.install()


@pinned.replaces("services.cloudformation.stacks:_resolve_stack_outputs")
def _keep_used_exports(
    original: Any,
    /,
    outputs_defs: Any,
    conditions: Any,
    resources: Any,
    param_values: Any,
    mappings: Any,
    stack_name: str,
    stack_id: str,
) -> Any:
    cloudformation = pinned.module("services.cloudformation")
    outputs, exports = original(
        outputs_defs, conditions, resources, param_values, mappings, stack_name, stack_id
    )
    before = _exports(cloudformation._stacks[stack_name])
    gone = before.keys() - exports.keys()
    changed = {name for name in before.keys() - gone if exports[name]["Value"] != before[name]}
    for name in sorted(gone | changed):
        if by := _users(name, stack_name):
            raise ValueError(_taken_back(name, by) if name in gone else f"Cannot update {_in_use(name, by)}")
    for name in gone:
        cloudformation._exports.pop(name, None)
    return outputs, exports


@pinned.replaces("services.cloudformation.handlers:_ACTION_HANDLERS[DeleteStack]")
def _cancel_deletion(original: Any, params: Any) -> Any:
    handlers, stacks = (pinned.module(f"services.cloudformation.{name}") for name in ("handlers", "stacks"))
    stack = handlers._resolve_stack(params["StackName"][0]) if "StackName" in params else None
    for export in _exports(stack or {}):
        if stack and (by := _users(export, stack["StackName"])):
            cancelled = (stack["StackStatus"], _taken_back(export, by))
            for status, reason in ("DELETE_IN_PROGRESS", "User Initiated"), cancelled:
                name, stack_id = stack["StackName"], stack["StackId"]
                stacks._add_event(stack_id, name, name, _STACK, status, reason, stack_id)
            return handlers._xml(200, "DeleteStackResponse", "")
    return original(params)


def _users(export: str, owner: str) -> str:
    """The stacks that import an export; "" when there is none."""
    imported = pinned.module("services.cloudformation.handlers")._imported_export_names
    stacks = pinned.module("services.cloudformation")._stacks
    return " and ".join(
        name
        for name, stack in stacks.items()
        if name != owner and stack["StackStatus"] != "DELETE_COMPLETE" and export in imported(stack, name)
    )


def _exports(stack: dict[str, Any]) -> dict[str, str]:
    exported = (output for output in stack.get("Outputs", []) if output.get("ExportName"))
    return {output["ExportName"]: output["OutputValue"] for output in exported}


def _in_use(export: str, by: str) -> str:
    return f"export {export} as it is in use by {by}."


def _taken_back(export: str, by: str) -> str:
    return f"Delete canceled. Cannot delete {_in_use(export, by)}"
