"""Seam: alarm transitions reach EventBridge. The emulator notifies SNS topics only."""

from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.journal import now


@pinned.replaces("services.cloudwatch:_dispatch_alarm_actions")
def announce(
    original: Any, host: EmulatorHost, /, alarm: dict[str, Any], old_state: str, new_state: str, reason: str
) -> None:
    original(alarm, old_state, new_state, reason)
    host.emit(
        "aws.cloudwatch",
        "CloudWatch Alarm State Change",
        alarm_event(alarm, old_state, new_state, reason),
        [alarm.get("AlarmArn", "")],
    )
    for action in alarm.get({"ALARM": "AlarmActions", "OK": "OKActions"}.get(new_state, ""), []):
        if ":sns:" not in action:
            host.not_rehearsed(f"alarm action {action}", "the emulator's alarms notify SNS topics only")


def alarm_event(alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> dict[str, Any]:
    """The event's detail:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    metric = {
        "namespace": alarm.get("Namespace"),
        "name": alarm.get("MetricName"),
        "dimensions": {item["Name"]: item["Value"] for item in alarm.get("Dimensions") or []},
    }
    single = {
        "id": "m1",
        "metricStat": {
            "metric": metric,
            "period": alarm.get("Period"),
            "stat": alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
        },
        "returnData": True,
    }
    at = now()
    return {
        "alarmName": alarm.get("AlarmName"),
        "state": {"value": new_state, "reason": reason, "timestamp": at},
        "previousState": {"value": old_state, "timestamp": at},
        "configuration": {
            "description": alarm.get("AlarmDescription") or "",
            "metrics": alarm.get("Metrics") or [single],
        },
    }
