"""Creates, updates and deletes the stacks of an assembly against an endpoint, one JSON-ready result each."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from engine.deploy.assembly import Assembly, Asset, Stack
from engine.emulator.settings import ACCOUNT, REGION, ROOT_ACCESS_KEY, ROOT_SECRET_KEY

# What a template asks for in its BootstrapVersion rule; any newer version satisfies it.
_BOOTSTRAP_PARAMETER, _BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version", "31"
_TEMPLATE_BODY_LIMIT = 51_200  # bytes; a longer template is read from S3
_POLL_SECONDS = 0.1


class Deployment:
    """One assembly on one endpoint, operated as the account root."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._assembly = Assembly(folder, ACCOUNT, REGION)
        self._cloudformation = _client("cloudformation", endpoint)
        self._s3 = _client("s3", endpoint)
        self._ssm = _client("ssm", endpoint)

    def up(self, only: list[str]) -> Iterator[dict[str, Any]]:
        """Publish the assets, then create or update each stack; stops after the first that fails."""
        self._ssm.put_parameter(
            Name=_BOOTSTRAP_PARAMETER, Value=_BOOTSTRAP_VERSION, Type="String", Overwrite=True
        )
        assets = self._assembly.assets()
        self._publish(assets)
        for stack in self._assembly.stacks(only):
            result = self._deploy(stack, assets)
            yield result
            if not result["status"].endswith("_COMPLETE") or "ROLLBACK" in result["status"]:
                return

    def down(self, only: list[str]) -> Iterator[dict[str, Any]]:
        """Delete the stacks that exist, dependents first."""
        for stack in reversed(self._assembly.stacks()):
            if (only and stack.name not in only) or self._describe(stack.name) is None:
                continue
            started, since = time.monotonic(), self._last_event(stack.name)
            resources = len(self._resources(stack.name))
            try:
                self._cloudformation.delete_stack(StackName=stack.name)
            except ClientError as error:
                yield _result(stack.name, "DELETE_FAILED", started, resources, _message(error))
                return
            status = self._wait(stack.name) or "DELETE_COMPLETE"
            reason = None if status == "DELETE_COMPLETE" else self._reason(stack.name, since)
            yield _result(stack.name, status, started, resources, reason)

    def _publish(self, assets: list[Asset]) -> None:
        for bucket in {asset.bucket for asset in assets}:
            try:
                self._s3.head_bucket(Bucket=bucket)
            except ClientError:
                self._s3.create_bucket(Bucket=bucket)
        for asset in assets:
            self._s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=asset.body())

    def _deploy(self, stack: Stack, assets: list[Asset]) -> dict[str, Any]:
        started, current = time.monotonic(), self._describe(stack.name)
        since = self._last_event(stack.name) if current else None
        request: dict[str, Any] = {
            "StackName": stack.name,
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
            **self._template(stack, assets),
        }
        try:
            if current is None:
                self._cloudformation.create_stack(**request)
            else:
                self._keep_parameters(request, stack, current)
                self._cloudformation.update_stack(**request)
        except ClientError as error:
            if "No updates are to be performed" in _message(error):
                return _result(stack.name, current["StackStatus"], started, len(self._resources(stack.name)))
            return _result(stack.name, "REFUSED", started, 0, _message(error))
        status = self._wait(stack.name) or "DELETE_COMPLETE"
        failed = "ROLLBACK" in status or "FAILED" in status
        reason = self._reason(stack.name, since) if failed else None
        return _result(stack.name, status, started, len(self._resources(stack.name)), reason)

    def _keep_parameters(self, request: dict[str, Any], stack: Stack, current: dict[str, Any]) -> None:
        """`cdk deploy` keeps the values a stack was last given, such as the released model version."""
        declared = self._cloudformation.get_template_summary(
            **{key: request[key] for key in ("TemplateBody", "TemplateURL") if key in request}
        )["Parameters"]
        names = {parameter["ParameterKey"] for parameter in declared} - set(stack.parameters)
        request["Parameters"] += [
            {"ParameterKey": parameter["ParameterKey"], "UsePreviousValue": True}
            for parameter in current.get("Parameters", [])
            if parameter["ParameterKey"] in names
        ]

    def _template(self, stack: Stack, assets: list[Asset]) -> dict[str, str]:
        body = stack.template.read_text()
        if len(body.encode()) <= _TEMPLATE_BODY_LIMIT:
            return {"TemplateBody": body}
        published = next(asset for asset in assets if asset.path == stack.template)
        # Path style: the emulator takes a bucket's own host for the first part of the key.
        return {"TemplateURL": f"https://s3.{REGION}.amazonaws.com/{published.bucket}/{published.key}"}

    def _describe(self, name: str) -> Any:
        """The stack, or None when there is none that could be updated."""
        try:
            stack = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError:
            return None
        if stack["StackStatus"] == "ROLLBACK_COMPLETE":  # CloudFormation only lets it be deleted
            self._cloudformation.delete_stack(StackName=name)
            self._wait(name)
            return None
        return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack

    def _wait(self, name: str) -> str | None:
        while True:
            try:
                status = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            except ClientError:
                return None
            if not status.endswith("_IN_PROGRESS"):
                return str(status)
            time.sleep(_POLL_SECONDS)

    def _resources(self, name: str) -> list[Any]:
        try:
            return list(self._cloudformation.describe_stack_resources(StackName=name)["StackResources"])
        except ClientError:
            return []

    def _events(self, name: str) -> list[Any]:
        pages = self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
        return [event for page in pages for event in page["StackEvents"]]

    def _last_event(self, name: str) -> str | None:
        events = self._events(name)
        return str(events[0]["EventId"]) if events else None

    def _reason(self, name: str, since: str | None) -> str:
        """The first failure of the operation: what came later is usually its consequence."""
        failures = []
        for event in self._events(name):  # newest first
            if event["EventId"] == since:
                break
            if event["ResourceStatus"].endswith("_FAILED"):
                reason = event.get("ResourceStatusReason", "")
                failures.append(f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}")
        return failures[-1] if failures else "no resource failed"


def _result(
    name: str, status: str, started: float, resources: int, reason: str | None = None
) -> dict[str, Any]:
    result = {
        "stack": name,
        "status": status,
        "seconds": round(time.monotonic() - started, 2),
        "resources": resources,
    }
    return {**result, "reason": reason} if reason else result


def _message(error: ClientError) -> str:
    return str(error.response["Error"].get("Message", error))


def _client(service: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ROOT_ACCESS_KEY,
        aws_secret_access_key=ROOT_SECRET_KEY,
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )
