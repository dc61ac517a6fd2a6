"""
Processing job of a window: compares the captured predictions of some days with the baseline of their model,
and with labels that have arrived since. Writes the files of SageMaker Model Monitor and Clarify.
"""

import argparse
import sys
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

import outcome as result
import store
from captured import Window, read_window
from common import schema
from common.labels import LONGEST_DELAY_DAYS, label_records, label_table
from common.records import Refusals
from common.runtime import OUTPUT, tell, write_all
from common.slices import label_rows
from examine import Baseline, Findings, examine

FILES = schema.layout()["files"]["window"]


def options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--window-start", type=date.fromisoformat, required=True)
    parser.add_argument("--window-end", type=date.fromisoformat, required=True, help="first UTC day left out")
    parser.add_argument("--champion", required=True, help="ARN of the model package that served")
    parser.add_argument("--captured", required=True, help="prefix above the captured records' yyyy/mm/dd")
    parser.add_argument(
        "--captured-start",
        type=date.fromisoformat,
        help="first partition to read, where it is not the window's",
    )
    parser.add_argument("--captured-end", type=date.fromisoformat, help="first partition left out")
    parser.add_argument("--labels", required=True, help="prefix above the ground truth's yyyy/mm/dd")
    parser.add_argument("--windows", required=True, help="prefix above the outcomes of earlier windows")
    parser.add_argument("--label-delay-days", type=int, required=True)
    parser.add_argument("--confirm-k", type=int, required=True)
    parser.add_argument("--confirm-n", type=int, required=True)
    parser.add_argument("--min-records", type=int, required=True)
    parser.add_argument("--min-label-coverage", type=float, required=True)
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--facet-min-rows", type=int, required=True)
    parser.add_argument("--trained-through", type=date.fromisoformat, required=True)
    parser.add_argument("--metrics-namespace", required=True)
    parser.add_argument("--kit", required=True)
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output"))
    parser.add_argument("--message", type=Path, default=OUTPUT, help="folder of the exit message")
    return parser.parse_args(argv)


def monitor(args: argparse.Namespace) -> dict[str, Any]:
    """The content of every output file of this window, by its name in `layout.json`."""
    window = Window(args.window_start, args.window_end)
    if window.length.days < 1:
        raise ValueError(
            f"the window [{window.start}, {window.end}) holds no day: --window-end must be later"
        )
    partitions = Window(args.captured_start or window.start, args.captured_end or window.end)
    baseline = Baseline.read(args.input)
    captured = read_window(args.captured, window, baseline.model.identity, partitions)
    labels, new_rows, refused_labels = labels_of(window, args)
    refused = {"captured records": captured.refused, "labels": refused_labels}
    rows = label_rows(captured.rows, labels)
    labelled = int(rows[schema.label_column()].notna().sum())
    coverage = labelled / len(rows) if len(rows) else 0.0
    labels_complete = coverage >= args.min_label_coverage

    found = Findings(quality_reason="too few records")
    if len(rows) >= args.min_records:
        found = examine(rows, window, labels_complete, baseline, args.draws, args.facet_min_rows)
    violations = [v for v in found.violations if v.retrain]
    reported = [*(v for v in found.violations if not v.retrain), *result.refusals(refused)]
    faults = [v for v in reported if v.fault]
    judged = found.quality is not None
    earlier = result.earlier_windows(args.windows, args.champion, window, args.confirm_n)
    outcome: dict[str, Any] = {
        "window": {"start": str(window.start), "end": str(window.end)},
        "champion": args.champion,
        "status": result.status(violations, faults, len(rows), args.min_records, labels_complete, judged),
        "records": len(rows),
        "othersRecords": captured.others,
        "unattributedRecords": captured.unattributed,
        "duplicates": captured.duplicates,
        "corrupt": captured.refused.count,
        "refused": {kind: one.to_json() for kind, one in refused.items()},
        # A missing column makes all records unusable.
        "dataFaultRatio": max(
            *(one.share for one in refused.values()),
            *(1.0 for v in faults if v.check == result.CHECKS["completeness"]),
        ),
        "labelledRows": labelled,
        "labelCoverage": coverage,
        "newLabelledRows": new_rows,
        "violations": [asdict(v) for v in violations],
        "reported": [asdict(v) for v in reported],
        "confirmed": result.confirmed(violations, earlier, args.confirm_k),
        "quality": None if found.quality is None else asdict(found.quality),
        "qualityReason": found.quality_reason,
        "drift": [asdict(d) for d in found.drift],
        "bias": found.bias,
        "attribution": None if found.attribution is None else {"ndcg": found.attribution},
        "metricsNamespace": args.metrics_namespace,
    }
    outcome["message"] = result.message(outcome, refused, args.min_records, args.min_label_coverage)
    outcome["metrics"] = result.metrics(outcome, args.kit)
    return {"outcome": outcome, **found.files}


def labels_of(window: Window, args: argparse.Namespace) -> tuple[pd.DataFrame, int, Refusals]:
    """
    Labels for the window, and the number of labels for events after the champion's training data. A file is
    named after the day of collection: `label-delay-days` after the event, or later for a late label.
    """
    delay = timedelta(days=args.label_delay_days)
    latest = timedelta(days=LONGEST_DELAY_DAYS)
    near = Window(window.start, window.end + latest).days(margin=1)
    new = [day + delay for day in Window(args.trained_through, window.end).days()]
    refused = Refusals()
    found = store.objects_by_day(args.labels, {*near, *new})
    # Faults in files of earlier days were reported by the windows of those days.
    records = {
        day: list(label_records(of_day, refused if day in near else Refusals()))
        for day, of_day in found.items()
    }
    events = {identity for day in new for identity, *_ in records[day]}
    return label_table(record for day in near for record in records[day]), len(events), refused


def main(argv: list[str]) -> None:
    args = options(argv)
    contents = write_all(lambda: monitor(args), args.output / "window", FILES, args.message)
    print(contents["outcome"]["message"])
    tell("message", contents["outcome"]["message"], args.message)


if __name__ == "__main__":
    main(sys.argv[1:])
