"""Seam: an export that another stack imports can be neither removed nor changed.

The emulator permits both in an update, keeps the export of a removed output, and answers DeleteStack with an
error, while CloudFormation accepts the call and cancels the deletion."""

from typing import Any

from engine.emulator import pinned

_STACK = "AWS::CloudFormation::Stack"


def install() -> None:
    cloudformation = pinned.module("services.cloudformation")
    handlers, stacks = (pinned.module(f"services.cloudformation.{name}") for name in ("handlers", "stacks"))
    resolve, delete = stacks._resolve_stack_outputs, handlers._ACTION_HANDLERS["DeleteStack"]

    def used(export: str, owner: str) -> str:
        """The stacks that import an export; "" when there is none."""
        others = ((name, stack) for name, stack in cloudformation._stacks.items() if name != owner)
        alive = ((name, stack) for name, stack in others if stack["StackStatus"] != "DELETE_COMPLETE")
        return " and ".join(
            name for name, stack in alive if export in handlers._imported_export_names(stack, name)
        )

    def resolve_stack_outputs(
        outputs_defs: Any,
        conditions: Any,
        resources: Any,
        param_values: Any,
        mappings: Any,
        stack_name: str,
        stack_id: str,
    ) -> Any:
        outputs, exports = resolve(
            outputs_defs, conditions, resources, param_values, mappings, stack_name, stack_id
        )
        before = _exports(cloudformation._stacks[stack_name])
        gone = before.keys() - exports.keys()
        changed = {name for name in before.keys() - gone if exports[name]["Value"] != before[name]}
        for name in sorted(gone | changed):
            if by := used(name, stack_name):
                raise ValueError(
                    _taken_back(name, by) if name in gone else f"Cannot update {_in_use(name, by)}"
                )
        for name in gone:
            cloudformation._exports.pop(name, None)
        return outputs, exports

    def delete_stack(params: Any) -> Any:
        stack = handlers._resolve_stack(params["StackName"][0]) if "StackName" in params else None
        for export in _exports(stack or {}):
            if stack and (by := used(export, stack["StackName"])):
                cancelled = (stack["StackStatus"], _taken_back(export, by))
                for status, reason in ("DELETE_IN_PROGRESS", "User Initiated"), cancelled:
                    name, stack_id = stack["StackName"], stack["StackId"]
                    stacks._add_event(stack_id, name, name, _STACK, status, reason, stack_id)
                return handlers._xml(200, "DeleteStackResponse", "")
        return delete(params)

    stacks._resolve_stack_outputs = resolve_stack_outputs
    handlers._ACTION_HANDLERS["DeleteStack"] = delete_stack


def _exports(stack: dict[str, Any]) -> dict[str, str]:
    exported = (output for output in stack.get("Outputs", []) if output.get("ExportName"))
    return {output["ExportName"]: output["OutputValue"] for output in exported}


def _in_use(export: str, by: str) -> str:
    return f"export {export} as it is in use by {by}."


def _taken_back(export: str, by: str) -> str:
    return f"Delete canceled. Cannot delete {_in_use(export, by)}"
