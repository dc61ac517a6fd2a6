"""Shared parts of the Python measurements: raw tables in the loader's layout, and timing."""

import contextlib
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = [ROOT / "jobs", *(ROOT / "jobs" / room for room in ("etl", "training", "serving", "monitoring"))]
# Measurements use rows of the default dataset, in the layout of its own tests.
DATASET = (ROOT / "datasets/default").resolve()
TESTS = ROOT / "test/datasets" / DATASET.name
sys.path[:0] = [str(path) for path in (*ROOMS, DATASET, ROOT / "test/jobs", TESTS)]


def seconds(call: Callable[[], object]) -> float:
    """Wall time. The output goes to standard error, because standard output is for the figures."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        call()
    return time.perf_counter() - start


def cpu_seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    seconds(call)
    return time.process_time() - start


def median(times: int, measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(times))
