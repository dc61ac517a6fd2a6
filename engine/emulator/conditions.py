"""Seam: a condition may join the members of a list parameter.

The emulator compares the function itself with a text, which is never the same. The bootstrap template decides
in that way whether the deployment role gets the policies that were named, or else the administrator's."""

from typing import Any

from engine.emulator import pinned

_MODULES = ("engine", "changesets", "handlers", "stacks")


def install() -> None:
    modules = [pinned.module(f"services.cloudformation.{name}") for name in _MODULES]
    evaluate = modules[0]._evaluate_conditions

    def evaluate_conditions(template: dict[str, Any], params: dict[str, Any]) -> Any:
        conditions = _joined(template.get("Conditions", {}), params)
        return evaluate({**template, "Conditions": conditions}, params)

    # Each of them imported the function by its name.
    for module in modules:
        module._evaluate_conditions = evaluate_conditions


def _joined(node: Any, params: dict[str, Any]) -> Any:
    """The condition with each join in it carried out."""
    if isinstance(node, list):
        return [_joined(item, params) for item in node]
    if not isinstance(node, dict):
        return node
    if "Fn::Join" in node:
        delimiter, items = node["Fn::Join"]
        return str(delimiter).join(_members(items, params))
    return {key: _joined(value, params) for key, value in node.items()}


def _members(items: Any, params: dict[str, Any]) -> list[str]:
    """What is joined: the members of a list parameter, or texts and parameters that are listed."""
    if isinstance(items, dict):
        value = str(params[items["Ref"]]["Value"])
        return [member.strip() for member in value.split(",")] if value else []
    return [",".join(_members(item, params)) if isinstance(item, dict) else str(item) for item in items]
