"""Three weeks of made-up parcels of three depots, curated and labelled: what the programs are tested with."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

START, DAYS, A_DAY = pd.Timestamp("2013-01-01", tz="UTC"), 21, 840
HOURS = range(5, 23)
# A courier's share, and the minutes that it adds.
COURIERS = {
    "ant": (0.2, 6), "bee": (0.18, -6), "cat": (0.15, 0), "dog": (0.15, -8), "emu": (0.2, 12),
    "fox": (0.07, 3), "gnu": (0.048, 8), "yak": (0.002, 0),
}  # fmt: skip
DEPOTS = {"north": 4, "south": 0, "west": -2}
REGIONS = [f"R{number:02}" for number in range(30)]


def curated(seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows as the Glue job would write them, and the minutes that each came late."""
    draw = np.random.default_rng(seed)
    rows = DAYS * A_DAY
    day, hour = draw.integers(0, DAYS, rows), draw.choice(list(HOURS), rows)
    depot, courier, region = (
        draw.integers(0, len(DEPOTS), rows),
        draw.choice(len(COURIERS), rows, p=[share for share, _ in COURIERS.values()]),
        draw.integers(0, len(REGIONS), rows),
    )
    before = queues(draw)[day, hour, depot]
    minute = draw.integers(0, 60, rows)
    due = START + pd.to_timedelta(day * 1440 + hour * 60 + minute, unit="min")
    added = [np.array([each[1] for each in COURIERS.values()])[courier], np.array([*DEPOTS.values()])[depot]]
    delay = 0.8 * before + sum(added) + (hour - 13) + draw.gamma(1.5, 16, rows) - 30
    late_before = np.clip(0.2 + before / 150 + draw.normal(0, 0.05, rows), 0, 1)
    # Nothing came before the opening of a depot.
    unknown = hour == min(HOURS)
    frame = pd.DataFrame(
        {
            "courier": np.array(list(COURIERS))[courier],
            "depot": np.array(list(DEPOTS))[depot],
            "region": np.array(REGIONS)[region],
            "hour": hour,
            "minute": minute,
            "weekday": due.dayofweek + 1,
            "distance_km": 20.0 * region + draw.integers(1, 20, rows),
            "lockers": np.where(draw.random(rows) < 0.1, np.nan, 3.0 * (region % 20 + 1)),
            "temperature": 40 + 15 * np.sin(day / 4) + np.round(draw.normal(0, 5, rows), 1),
            "delay_before": np.where(unknown, np.nan, before),
            "late_before": np.where(unknown, np.nan, late_before),
            "parcels_before": np.where(unknown, 0, draw.poisson(16, rows)),
            "due": due,
        }
    )
    number = np.arange(rows).astype(str)
    frame["parcel"] = (
        frame["courier"] + "-" + number + "-" + frame["depot"] + "-" + due.strftime("%Y%m%dT%H%M")
    )
    order = frame.sort_values(["due", "parcel"]).index
    return frame.loc[order].reset_index(drop=True), np.round(delay, 1)[order]


def queues(draw: np.random.Generator) -> np.ndarray:
    """Mean delay by day, hour and depot: what has piled up goes away within hours."""
    level = np.zeros((DAYS, 24, len(DEPOTS)))
    for hour in HOURS:
        level[:, hour] = 0.7 * level[:, hour - 1] + draw.gamma(0.5, 14, (DAYS, len(DEPOTS))) - 2
    return np.round(level, 2)


RAW_FILE = {"key": "tables/parcels/month=2013-01/parcels.csv", "bytes": 12, "sha256": "5e" * 32}


def write(root: Path, labels_after_days: int = 2) -> None:
    """`features/` of one partition with its `quality/`, and `labels/` as they come by day."""
    frame, delays = curated()
    part = root / "features/month=2013-01/part.parquet"
    part.parent.mkdir(parents=True)
    frame.to_parquet(part)
    report = root / "quality/month=2013-01/report.json"
    report.parent.mkdir(parents=True)
    report.write_text(json.dumps({"run": "prepare-1", "rows": {"curated": len(frame)}, "files": [RAW_FILE]}))
    lines: dict[str, list[str]] = defaultdict(list)
    for parcel, due, delay in zip(frame["parcel"], frame["due"], delays, strict=True):
        record = {
            "groundTruthData": {"data": f"{int(delay >= 15)},{delay}", "encoding": "CSV"},
            "eventMetadata": {"eventId": parcel},
            "eventVersion": "0",
        }
        collected = due + pd.Timedelta(days=labels_after_days)
        lines[f"{collected:%Y/%m/%d}/00"].append(json.dumps(record))
    for hour, records in lines.items():
        file = root / "labels" / hour / "labels.jsonl"
        file.parent.mkdir(parents=True)
        file.write_text("".join(record + "\n" for record in records))
