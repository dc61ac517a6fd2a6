"""Outcome of a monitoring run: status, confirmation, metrics, message."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import store
from captured import Window
from common import schema
from common.records import MOST_REFUSED, Refusals
from drift import Violation

STATUSES, CHECKS, METRICS = (schema.words()[kind] for kind in ("statuses", "checks", "metrics"))
OUTCOME = schema.layout()["files"]["window"]["outcome"]


def earlier_windows(prefix: str, champion: str, window: Window, n: int) -> list[dict[str, Any]]:
    """
    Outcomes of the n - 1 windows before this one under the same champion. Only windows that end a whole
    number of window lengths earlier count: windows of a daily schedule overlap, and one bad day must not
    count seven times.
    """
    ends = {str(window.end - window.length * step) for step in range(1, n)}
    wanted = [key for key in store.keys(prefix) if key.endswith(f"/{OUTCOME}") and key.split("/")[-2] in ends]
    outcomes = [json.loads(content) for content in store.read_all(wanted)]
    return [o for o in outcomes if o["champion"] == champion and _length(o) == window.length.days]


def _length(outcome: dict[str, Any]) -> int:
    start, end = (date.fromisoformat(outcome["window"][side]) for side in ("start", "end"))
    return (end - start).days


def confirmed(violations: Sequence[Violation], earlier: Sequence[dict[str, Any]], k: int) -> bool:
    """A window that is missing or held too few records counts as one without violations."""
    return bool(violations) and 1 + sum(bool(outcome["violations"]) for outcome in earlier) >= k


def status(
    violations: Sequence[Violation],
    faults: Sequence[Violation],
    records: int,
    min_records: int,
    labels_complete: bool,
    judged: bool,
) -> str:
    """
    The status of a window. Drift is reported with or without labels. Too few records, faulty data and
    undefined quality are never reported as "no drift".
    """
    if records < min_records:
        return STATUSES["tooFewRecords"]
    if violations:
        return STATUSES["violations"]
    if faults:
        return STATUSES["dataFaults"]
    if not labels_complete:
        return STATUSES["tooFewLabels"]
    return STATUSES["completed" if judged else "noQualityVerdict"]


def refusals(refused: Mapping[str, Refusals]) -> list[Violation]:
    """Kinds of records of which so many were refused that the remaining ones are not representative."""
    return [
        Violation(kind, CHECKS["refusedRecords"], one.share, MOST_REFUSED, retrain=False, fault=True)
        for kind, one in refused.items()
        if one.share > MOST_REFUSED
    ]


def message(
    outcome: dict[str, Any], refused: Mapping[str, Refusals], min_records: int, min_coverage: float
) -> str:
    """Summary of the window and of what was left out; SageMaker keeps the first 1,024 characters."""
    left_out = [f"{kind}: {one.describe()}" for kind, one in refused.items() if one.count]
    return "; ".join([_finding(outcome, min_records, min_coverage), *left_out])


def _finding(outcome: dict[str, Any], min_records: int, min_coverage: float) -> str:
    status, others = outcome["status"], sum(outcome["othersRecords"].values())
    why = {
        STATUSES["violations"]: ", ".join(f"{v['feature']} {v['check']}" for v in outcome["violations"]),
        STATUSES["tooFewRecords"]: (
            f"{outcome['records']} of the champion in the window, {min_records} needed; "
            f"other models answered {others}, and {outcome['unattributedRecords']} name no model"
        ),
        STATUSES["tooFewLabels"]: (
            f"{outcome['labelledRows']} of {outcome['records']} records have a label "
            f"({outcome['labelCoverage']:.0%}), {min_coverage:.0%} needed"
        ),
        STATUSES["dataFaults"]: ", ".join(
            f"{v['feature']} {v['check']} {v['value']:.3f} (constraint {v['threshold']:.3f})"
            for v in outcome["reported"]
            if v["fault"]
        ),
        STATUSES["noQualityVerdict"]: outcome["qualityReason"],
    }
    return f"{status}: {why[status]}" if status in why else status


def metrics(outcome: dict[str, Any], kit: str) -> list[dict[str, Any]]:
    """
    MetricDatum objects. The metrics with alarms come first, with the kit as their only dimension, so that
    alarms stay valid after a release. Then follow the same metrics per model version, and every feature's
    distance. Figures that were not measured are not sent: a zero would mean "no drift".
    """
    quality, looked = outcome["quality"], outcome["status"] != STATUSES["tooFewRecords"]
    checks = [v["check"] for v in outcome["violations"]]
    quality_violations = checks.count(CHECKS["modelQuality"])
    figures = {
        "records": outcome["records"],
        "labelCoverage": outcome["labelCoverage"],
        "driftViolations": len(checks) - quality_violations if looked else None,
        "qualityViolations": None if quality is None else quality_violations,
        "score": None if quality is None else quality["score"],
    }
    measured = {METRICS[name]: value for name, value in figures.items() if value is not None}
    kit_only = [{"Name": "Kit", "Value": kit}]
    # The version is the last part of the package's ARN.
    versioned = [*kit_only, {"Name": "ModelVersion", "Value": outcome["champion"].rsplit("/", 1)[-1]}]
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": "None"}
        for dimensions in (kit_only, versioned)
        for name, value in measured.items()
    ]
    return data + [
        {
            "MetricName": "DriftDistance",
            "Dimensions": [*versioned, {"Name": "Feature", "Value": drift["feature"]}],
            "Value": drift["distance"],
            "Unit": "None",
        }
        for drift in outcome["drift"]
        if drift["distance"] is not None
    ]
