"""The names of an account that two deployments share: what a reference in a template stands for, and what
remains of a physical name when everything that a deployment makes up is taken off."""

import re
from functools import cached_property
from typing import Any

from engine.audit.templates import Resource, Templates
from engine.emulator.settings import ACCOUNT, REGION

_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
# Type -> its name property and its ARN.
_REGIONAL = f"{REGION}:{ACCOUNT}"
_TYPES = {
    "AWS::CloudTrail::Trail": ("TrailName", f"arn:aws:cloudtrail:{_REGIONAL}:trail/{{}}"),
    "AWS::CloudWatch::Alarm": ("AlarmName", f"arn:aws:cloudwatch:{_REGIONAL}:alarm:{{}}"),
    "AWS::DynamoDB::GlobalTable": ("TableName", f"arn:aws:dynamodb:{_REGIONAL}:table/{{}}"),
    "AWS::DynamoDB::Table": ("TableName", f"arn:aws:dynamodb:{_REGIONAL}:table/{{}}"),
    "AWS::EC2::VPCEndpoint": ("", f"arn:aws:ec2:{_REGIONAL}:vpc-endpoint/{{}}"),
    "AWS::Events::Rule": ("Name", f"arn:aws:events:{_REGIONAL}:rule/{{}}"),
    "AWS::IAM::Role": ("RoleName", f"arn:aws:iam::{ACCOUNT}:role/{{}}"),
    "AWS::KMS::Key": ("", f"arn:aws:kms:{_REGIONAL}:key/{{}}"),
    "AWS::KinesisFirehose::DeliveryStream": (
        "DeliveryStreamName",
        f"arn:aws:firehose:{_REGIONAL}:deliverystream/{{}}",
    ),
    "AWS::Lambda::Function": ("FunctionName", f"arn:aws:lambda:{_REGIONAL}:function:{{}}"),
    "AWS::Logs::LogGroup": ("LogGroupName", f"arn:aws:logs:{_REGIONAL}:log-group:{{}}:*"),
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{}"),
    "AWS::SNS::Topic": ("TopicName", f"arn:aws:sns:{_REGIONAL}:{{}}"),
    "AWS::SQS::Queue": ("QueueName", f"arn:aws:sqs:{_REGIONAL}:{{}}"),
    "Custom::Champion": ("Name", f"arn:aws:ssm:{_REGIONAL}:parameter{{}}"),
    "AWS::SageMaker::ModelPackageGroup": (
        "ModelPackageGroupName",
        f"arn:aws:sagemaker:{_REGIONAL}:model-package-group/{{}}",
    ),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", f"arn:aws:states:{_REGIONAL}:stateMachine:{{}}"),
}
# Types whose Ref is their ARN.
_REF_IS_ARN = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"}
_SUFFIX = 13
# CloudFormation cuts `<stack>-<logical id>-<suffix>` before the suffix.
_LONGEST = {"AWS::IAM::Role": 64, "AWS::Lambda::Function": 64, "AWS::S3::Bucket": 63}
_LONGEST_OTHER = 128
# Two cut names can begin alike; the ARN says which of them is meant.
_NAMED_AFTER = {"AWS::IAM::Role": "role/", "AWS::Lambda::Function": "function:"}
# Keys below this many folders say nothing that a policy could tell apart.
_FOLDERS = 2
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# A word with a digit in it is a time, a hash or a number.
_MADE_UP = rf"{_UUID}|[A-Za-z0-9]*\d[A-Za-z0-9]*"
_BOOTSTRAP = rf"cdk-[a-z0-9]+-assets-{ACCOUNT}-{REGION}"


class Names:
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def name(self, resource: Resource) -> str:
        """The given name, or `<stack>-<logical id>` where CloudFormation makes one up."""
        given = resource.properties.get(_TYPES.get(resource.type, ("Name",))[0])
        if given is not None:
            return str(self.resolve(resource.stack, given))
        made = f"{resource.stack}-{resource.logical_id}"
        return made.lower() if resource.type == "AWS::S3::Bucket" else made

    def arn(self, resource: Resource) -> str:
        if resource.type not in _TYPES:
            raise ValueError(f"{resource.id}: engine/audit/names.py does not know the ARN of {resource.type}")
        return _TYPES[resource.type][1].format(self.name(resource))

    def resolve(self, stack: str, value: Any) -> Any:
        """The value with every reference replaced; raises ValueError for one that has no rule here."""
        match value:
            case {"Ref": str(name)} if name in _PSEUDO:
                return _PSEUDO[name]
            case {"Ref": str(name)} if name in (parameters := self._templates.section(stack, "Parameters")):
                return parameters[name].get("Default", f"<{name}>")
            case {"Ref": str(name)}:
                found = self._templates.resources[f"{stack}/{name}"]
                return self.arn(found) if found.type in _REF_IS_ARN else self.name(found)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                found = self._templates.resources[f"{stack}/{name}"]
                if attribute.endswith("Arn"):
                    return self.arn(found)
                return f"<{found.id}.{attribute}>"
            case {"Fn::ImportValue": str(name)}:
                return self.resolve(*self._templates.exports[name])
            case {"Fn::Join": [str(delimiter), list(parts)]}:
                return delimiter.join(str(self.resolve(stack, part)) for part in parts)
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
        """A name, ARN or value of a run without what the next run will call otherwise."""
        if not text.startswith("arn:"):
            return self._pattern.sub(self._folded, text)
        *head, tail = text.split(":", 5)
        tail = self._pattern.sub(self._folded, tail)
        if head[2] == "s3":
            bucket, *folders = tail.split("/")
            deep = ["…"] if len(folders) > _FOLDERS else []
            tail = "/".join([bucket, *folders[:_FOLDERS], *deep])
        return ":".join([*head, tail])

    @cached_property
    def _roles(self) -> dict[str, Resource]:
        return {self.name(role): role for role in self._templates.of_type("AWS::IAM::Role")}

    @cached_property
    def _made_up(self) -> dict[str, list[Resource]]:
        """What a physical name begins with -> the resources it can be of."""
        found: dict[str, list[Resource]] = {}
        for resource in self._templates.resources.values():
            name = self.name(resource)
            if name.lower() == f"{resource.stack}-{resource.logical_id}".lower():
                longest = _LONGEST.get(resource.type, _LONGEST_OTHER)
                found.setdefault(f"{name}-"[: longest - _SUFFIX], []).append(resource)
        return found

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        kept = sorted({self.name(r) for r in self._templates.resources.values()}, key=len, reverse=True)
        prefixes = sorted(self._made_up, key=len, reverse=True)
        keys = [self.name(key) for key in self._templates.of_type("AWS::KMS::Key")]
        self._key = keys[0] if len(keys) == 1 else "<key>"
        releases = {
            r.logical_id.lower()
            for r in self._templates.resources.values()
            if r.type in ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig")
        }
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


def _any(texts: list[str]) -> str:
    # An empty alternation would match everywhere.
    return "|".join(map(re.escape, texts)) or r"(?!)"
