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

Json = dict[str, Any]

# Lambda delivers within seconds; the engine's waits are a hundredth of AWS's.
_WRITTEN_WITHIN_SECONDS, _LATE_SECONDS = 10.0, 0.1


# When a function last wrote to a group, by its name.
_written: dict[str, float] = {}


def install(host: EmulatorHost) -> None:
    _emit_and_remember.install(host)
    _create_named.install()
    _update_named.install()
    _delete_too_early.install(host)


@pinned.replaces("services.lambda_svc:_emit_lambda_logs")
def _emit_and_remember(
    original: Any, host: EmulatorHost, func: Json, request_id: str, log_text: str, *given: Any, **named: Any
) -> None:
    name = (func.get("config", func).get("LoggingConfig") or {}).get("LogGroup")
    if name:
        _written[name] = time.monotonic()
    original(func, request_id, log_text, *given, **named)
    for line in log_text.splitlines():
        if line.startswith("{") and '"CloudWatchMetrics"' in line:
            _record_metrics(host, line)


@pinned.replaces_resource("AWS::Logs::LogGroup", "create")
def _create_named(original: Any, logical_id: str, props: Json, stack: str) -> Any:
    name = f"{stack}-{logical_id}-{secrets.token_hex(6)}"
    return original(logical_id, {"LogGroupName": name, **props}, stack)


@pinned.replaces_resource("AWS::Logs::LogGroup", "update")
def _update_named(original: Any, physical_id: str, old: Json, new: Json, stack: str, logical_id: str) -> Any:
    was, becomes = ({"LogGroupName": physical_id, **props} for props in (old, new))
    return original(physical_id, was, becomes, stack, logical_id)


@pinned.replaces_resource("AWS::Logs::LogGroup", "delete")
def _delete_too_early(original: Any, host: EmulatorHost, physical_id: str, props: Json) -> None:
    original(physical_id, props)
    if time.monotonic() - _written.pop(physical_id, -_WRITTEN_WITHIN_SECONDS) < _WRITTEN_WITHIN_SECONDS:
        late = threading.Timer(_LATE_SECONDS, host.log, (physical_id, "late", ["what came last"]))
        late.daemon = True
        late.start()


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
