"""Seam: metric alarms, evaluated period by period. The emulator (1.5.33) takes all data of the evaluated time
for one datapoint, whatever its dimensions, and evaluates only when data arrives, so that no alarm clears. It
has no metric expressions; their sums are evaluated here.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"""

import logging
import operator
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.emulator.metrics import sent

Json = dict[str, Any]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
# Well below the shortest compressed period (a minute lasts 0.6 s).
_EVERY_SECONDS = 0.1
_SUM = re.compile(r"SUM\(\[(FILL\(\w+, 0\)(?:, FILL\(\w+, 0\))*)\]\)")
_TYPE = "AWS::CloudWatch::Alarm"
# The metrics whose sum an alarm watches, by the alarm's name.
_summands: dict[str, list[Json]] = {}

_log = logging.getLogger(__name__)


def install(host: EmulatorHost, scale: float) -> None:
    """Evaluate every alarm on one metric until the engine ends; `scale` is the length of a period's second in
    real seconds."""
    cloudwatch = pinned.module("services.cloudwatch")
    # Data expires after two weeks, which a run never reaches, and the sweep would lose concurrent records.
    cloudwatch._evict_old_metrics = lambda: None
    # One thread evaluates, because two would both report the same transition.
    cloudwatch._evaluate_alarm = lambda alarm: None
    _create.install(host)
    _update.install(host)
    threading.Thread(target=_keep_evaluating, args=(cloudwatch, scale), daemon=True).start()
    if scale != 1:
        host.not_rehearsed("length of alarm periods", f"a period's second lasts {scale} s")


def judge(alarm: Json, datapoints: Sequence[float | None]) -> str | None:
    """
    The state for the newest `EvaluationPeriods` datapoints (None: no data), or None to keep the current one.
    """
    present = [value for value in datapoints if value is not None]
    missing = alarm.get("TreatMissingData") or "missing"
    if not present:
        return {"notBreaching": "OK", "breaching": "ALARM", "missing": "INSUFFICIENT_DATA"}.get(missing)
    compare = _COMPARE[alarm["ComparisonOperator"]]
    breaching = sum(compare(value, alarm["Threshold"]) for value in present)
    if missing == "breaching":
        breaching += len(datapoints) - len(present)
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    return "ALARM" if breaching >= needed else "OK"


def datapoints(alarm: Json, points: Sequence[Json], at: float, scale: float) -> list[float | None]:
    """The statistic of each of the last whole periods before `at`, oldest first."""
    cloudwatch = pinned.module("services.cloudwatch")
    period = alarm["Period"] * scale
    count = alarm["EvaluationPeriods"]
    first = int(at / period) - count
    groups: list[list[Json]] = [[] for _ in range(count)]
    for point in reversed(points):
        place = int(point["Timestamp"] / period) - first
        if place < 0:
            break
        if place < count:
            groups[place].append(point)
    statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    return [
        cloudwatch._stat_value(cloudwatch._calc_stats(group), statistic, group) if group else None
        for group in groups
    ]


@pinned.replaces_resource(_TYPE, "create")
def _create(original: Any, host: EmulatorHost, logical_id: str, props: Json, stack: str) -> Any:
    return _put(host, props, lambda own: original(logical_id, own, stack))


@pinned.replaces_resource(_TYPE, "update")
def _update(
    original: Any, host: EmulatorHost, name: str, old: Json, new: Json, stack: str, logical_id: str
) -> Any:
    return _put(host, new, lambda own: original(name, old, own, stack, logical_id))


def _put(host: EmulatorHost, props: Json, write: Callable[[Json], Any]) -> Any:
    """The emulator refuses an alarm on an expression, which is read here, before anything is written."""
    expression = props.get("Metrics")
    summands = _added(expression) if expression else None
    described = write(
        {**props, "Metrics": None, "MetricName": "-", "Namespace": "-"} if expression else props
    )
    if expression:
        alarm = pinned.module("services.cloudwatch")._alarms[described[0]]
        alarm.update(MetricName=None, Namespace=None)
        if summands:
            _summands[described[0]] = summands
            alarm["Metrics"] = expression
    for why in _silence(props, summands):
        host.not_rehearsed(f"{_TYPE} {described[0]}", why)
    return described


def _added(metrics: Sequence[Json]) -> list[Json] | None:
    """The metrics whose sum an alarm watches, each 0 without data; None for any other expression.

    Raises ValueError in PutMetricAlarm's words (terraform-provider-aws#29894; #19567 for another fault)."""
    by_id = {each["Id"]: each for each in metrics}
    watched = [each for each in metrics if each.get("ReturnData", True)]
    if len(watched) != 1:
        raise ValueError("Exactly one element of the metrics list should return data.")
    found = _SUM.fullmatch(watched[0].get("Expression", ""))
    if found is None:
        return None
    names = re.findall(r"FILL\((\w+)", found[1])
    if not by_id.keys() >= set(names):
        raise ValueError("Invalid metrics list")
    # A summand may be an expression itself.
    if any("MetricStat" not in by_id[name] for name in names):
        return None
    return [by_id[name]["MetricStat"] for name in names]


def _silence(alarm: Json, summands: Sequence[Json] | None) -> Iterator[str]:
    """Why an alarm with these properties never rings here, or not for all that it rings for on AWS."""
    named = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics") or [] if "MetricStat" in each]
    if alarm.get("Metrics") and summands is None:
        yield "never rings: of expressions only sums are evaluated"
    for metric in named or [alarm]:
        if not sent(metric["Namespace"], metric["MetricName"]):
            yield f"{metric['Namespace']} {metric['MetricName']} is not measured"


def _keep_evaluating(cloudwatch: Any, scale: float) -> None:
    while True:
        for alarm in cloudwatch._alarms.values():
            try:
                _evaluate(cloudwatch, alarm, scale)
            except Exception:  # noqa: BLE001 - one alarm must not end the others' evaluation
                _log.exception("alarm %s was not evaluated", alarm.get("AlarmName"))
        time.sleep(_EVERY_SECONDS)


def _evaluate(cloudwatch: Any, alarm: Json, scale: float) -> None:
    at = time.time()

    def of(metric: Json, **own: Any) -> list[float | None]:
        dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
        key = (metric["Namespace"], metric["MetricName"], cloudwatch._dims_key(dimensions))
        return datapoints({**alarm, **own}, cloudwatch._metrics.get(key, []), at, scale)

    if "Metrics" in alarm:
        summands = [
            of(each["Metric"], Period=each["Period"], Statistic=each["Stat"])
            for each in _summands[alarm["AlarmName"]]
        ]
        found: list[float | None] = [
            sum(value or 0 for value in period) for period in zip(*summands, strict=True)
        ]
    elif alarm.get("MetricName"):
        found = of(alarm)
    else:
        return
    old, new = alarm["StateValue"], judge(alarm, found)
    if new is None or new == old:
        return
    shown = ", ".join("no data" if value is None else f"{value:g}" for value in found)
    reason = f"[{shown}] in {len(found)} period(s), {alarm['ComparisonOperator']} {alarm['Threshold']:g}"
    alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
