"""Names that are stable between two deployments: the meaning of a reference in a template, and a physical
name without its generated parts."""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.audit.templates import Resource, Templates
from engine.emulator.settings import ACCOUNT, REGION

_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
_KINDS = json.loads((Path(__file__).parents[2] / "facts/resource-kinds.json").read_text())["kinds"]
_SUFFIX = 13
# CloudFormation truncates `<stack>-<logical id>-<suffix>` before the suffix when a name is too long.
_LONGEST = 128
# Two truncated names can have the same beginning; the ARN distinguishes them.
_NAMED_AFTER = {"AWS::IAM::Role": "role/", "AWS::Lambda::Function": "function:"}
# Policies do not distinguish keys below this many folders.
_FOLDERS = 2
# The dataset's names: keys and prefixes of keys below `tables/`, and tables of the catalog over them.
_TABLES = re.compile(r"\b(tables/|table/[^/]+/raw_).+")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# A word that contains a digit is a time, a hash or a number.
_MADE_UP = rf"{_UUID}|[A-Za-z0-9]*\d[A-Za-z0-9]*"
_BOOTSTRAP = rf"cdk-[a-z0-9]+-assets-{ACCOUNT}-{REGION}"


class Names:
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def name(self, resource: Resource) -> str:
        """The given name, or `<stack>-<logical id>` when CloudFormation generates one."""
        given = resource.properties.get(_named(resource).get("property", "Name"))
        if given is not None:
            return str(self.resolve(resource.stack, given))
        made = f"{resource.stack}-{resource.logical_id}"
        return made.lower() if resource.type == "AWS::S3::Bucket" else made

    def arn(self, resource: Resource) -> str:
        form = _KINDS.get(resource.type, {}).get("arn")
        if form is None:
            raise ValueError(
                f"{resource.id}: facts/resource-kinds.json has no arn for {resource.type}; add its form"
            )
        return str(form.format(region=REGION, account=ACCOUNT, name=self.name(resource)))

    def resolve(self, stack: str, value: Any) -> Any:
        """The value with every reference replaced. Raises ValueError for a reference without a rule here."""
        match value:
            case {"Ref": str(name)} if name in _PSEUDO:
                return _PSEUDO[name]
            case {"Ref": str(name)} if name in (parameters := self._templates.section(stack, "Parameters")):
                return parameters[name].get("Default", f"<{name}>")
            case {"Ref": str(name)}:
                found = self._templates.resources[f"{stack}/{name}"]
                by_arn = _KINDS.get(found.type, {}).get("ref") == "arn"
                return self.arn(found) if by_arn else self.name(found)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                found = self._templates.resources[f"{stack}/{name}"]
                if attribute.endswith("Arn"):
                    return self.arn(found)
                return f"<{found.id}.{attribute}>"
            case {"Fn::ImportValue": str(name)}:
                return self.resolve(*self._templates.exports[name])
            case {"Fn::Join": [str(delimiter), list(parts)]}:
                return delimiter.join(str(self.resolve(stack, part)) for part in parts)
            case {"Fn::Select": [int(index), parts]}:
                return self.resolve(stack, parts)[index]
            case {"Fn::Split": [str(delimiter), joined]}:
                return str(self.resolve(stack, joined)).split(delimiter)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([\w:]+)\}", lambda m: str(self.resolve(stack, {"Ref": m[1]})), text)
            case {"Fn::FindInMap": [mapping, *keys]}:
                found_value: Any = self._templates.section(stack, "Mappings")[mapping]
                for key in keys:
                    found_value = found_value[self.resolve(stack, key)]
                return found_value
            case dict() if any(key == "Ref" or key.startswith("Fn::") for key in value):
                raise ValueError(
                    f"{stack}: a policy holds {value}, which engine/audit/names.py cannot resolve"
                )
            case dict():
                return {key: self.resolve(stack, member) for key, member in value.items()}
            case list():
                return [self.resolve(stack, member) for member in value]
        return value

    def role(self, name: str) -> Resource | None:
        """The template's role of this physical or folded name."""
        return self._roles.get(self.fold(f"role/{name}").removeprefix("role/"))

    def fold(self, text: str) -> str:
        """A name, ARN or value of a run without the parts that differ in the next run."""
        if not text.startswith("arn:"):
            return self._without_made_up(text)
        *head, tail = text.split(":", 5)
        tail = self._without_made_up(tail)
        if head[2] == "s3":
            bucket, *folders = tail.split("/")
            deep = ["…"] if len(folders) > _FOLDERS else []
            tail = "/".join([bucket, *folders[:_FOLDERS], *deep])
        return ":".join([*head, tail])

    def _without_made_up(self, text: str) -> str:
        return _TABLES.sub(r"\1…", self._pattern.sub(self._folded, text))

    @cached_property
    def _roles(self) -> dict[str, Resource]:
        return {self.name(role): role for role in self._templates.of_type("AWS::IAM::Role")}

    @cached_property
    def _made_up(self) -> dict[str, list[Resource]]:
        """Beginning of a physical name -> the resources that it may belong to."""
        found: dict[str, list[Resource]] = {}
        for resource in self._templates.resources.values():
            name = self.name(resource)
            if name.lower() == f"{resource.stack}-{resource.logical_id}".lower():
                longest = _named(resource).get("limit", _LONGEST)
                found.setdefault(f"{name}-"[: longest - _SUFFIX], []).append(resource)
        return found

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        kept = sorted({self.name(r) for r in self._templates.resources.values()}, key=len, reverse=True)
        prefixes = sorted(self._made_up, key=len, reverse=True)
        keys = [self.name(key) for key in self._templates.of_type("AWS::KMS::Key")]
        self._key = keys[0] if len(keys) == 1 else "<key>"
        released = self._templates.of_type("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig")
        releases = {resource.logical_id.lower() for resource in released}
        return re.compile(
            rf"(?P<made>{_any(prefixes)})[0-9A-Fa-f]{{{_SUFFIX}}}(?![0-9A-Za-z])"
            rf"|(?P<kept>{_BOOTSTRAP}|{ACCOUNT}|{_any(kept)})(?![0-9A-Za-z])"
            rf"|(?<=key/)(?P<key>{_UUID})"
            rf"|(?P<released>{_any(sorted(releases))})-[a-z0-9]{{12}}(?![0-9A-Za-z])"
            rf"|(?P<id>{_MADE_UP})"
        )

    def _folded(self, match: re.Match[str]) -> str:
        if match["made"]:
            before = match.string[: match.start()]
            of = self._made_up[match["made"]]
            named = (r for r in of if before.endswith(_NAMED_AFTER.get(r.type, "")))
            return self.name(next(named, of[0]))
        if match["key"]:
            return self._key
        if match["released"]:
            return f"{match['released']}-<id>"
        return match["kept"] or "<id>"


def _named(resource: Resource) -> dict[str, Any]:
    named: dict[str, Any] = _KINDS.get(resource.type, {}).get("name", {})
    return named


def _any(texts: list[str]) -> str:
    # An empty alternation would match everywhere.
    return "|".join(map(re.escape, texts)) or r"(?!)"
