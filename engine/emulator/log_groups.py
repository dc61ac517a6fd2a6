"""Seam: a log group that a function used shortly before a stack deleted it returns without retention, because
Lambda delivers collected lines later and a role of CDK's may create groups.

Seam: CloudFormation derives a group's name from its stack, like other names; the emulator puts such groups
below a path of its own.

Seam: a line in the embedded metric format becomes a metric; the emulator keeps it as text only.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""

import json
import secrets
import threading
import time
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost

# Lambda delivers within seconds; the engine's waits are a hundredth of AWS's.
_WRITTEN_WITHIN_SECONDS, _LATE_SECONDS = 10.0, 0.1


def install(host: EmulatorHost) -> None:
    lambdas = pinned.module("services.lambda_svc")
    handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    group = handlers["AWS::Logs::LogGroup"]
    emit = lambdas._emit_lambda_logs
    create, update, delete = group["create"], group["update"], group["delete"]
    written: dict[str, float] = {}

    def emit_and_remember(
        func: dict[str, Any], request_id: str, log_text: str, *given: Any, **named: Any
    ) -> None:
        name = (func.get("config", func).get("LoggingConfig") or {}).get("LogGroup")
        if name:
            written[name] = time.monotonic()
        emit(func, request_id, log_text, *given, **named)
        for line in log_text.splitlines():
            if line.startswith("{") and '"CloudWatchMetrics"' in line:
                _record_metrics(host, line)

    def create_named(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        name = f"{stack}-{logical_id}-{secrets.token_hex(6)}"
        return create(logical_id, {"LogGroupName": name, **props}, stack)

    def update_named(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> Any:
        was, becomes = ({"LogGroupName": physical_id, **props} for props in (old, new))
        return update(physical_id, was, becomes, stack, logical_id)

    def delete_too_early(physical_id: str, props: dict[str, Any]) -> None:
        delete(physical_id, props)
        if time.monotonic() - written.pop(physical_id, -_WRITTEN_WITHIN_SECONDS) < _WRITTEN_WITHIN_SECONDS:
            late = threading.Timer(_LATE_SECONDS, host.log, (physical_id, "late", ["what came last"]))
            late.daemon = True
            late.start()

    lambdas._emit_lambda_logs = emit_and_remember
    handlers["AWS::Logs::LogGroup"] = {
        **group,
        "create": create_named,
        "update": update_named,
        "delete": delete_too_early,
    }


def _record_metrics(host: EmulatorHost, line: str) -> None:
    try:
        fields = json.loads(line)
        directives = fields["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError):
        return
    for directive in directives:
        for names in directive["Dimensions"]:
            dimensions = {name: fields[name] for name in names}
            for metric in directive["Metrics"]:
                host.metric(
                    directive["Namespace"],
                    metric["Name"],
                    fields[metric["Name"]],
                    metric.get("Unit", "None"),
                    dimensions,
                )
