"""Measures coverage and width of prediction intervals in the months after the training."""

import argparse
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

import study
from common import schema
from common.model import Model
from common.tables import between, days_of
from comparison import CHALLENGER, Scored, performance
from study import table

# The family that learns the ends of the interval (loss `quantile`), and a plain one for comparison.
COMPARED = (("boosted-trees", None), ("linear", "squared"))


def main(argv: list[str]) -> None:
    parser = study.options(__doc__)
    parser.add_argument("--trained-until", required=True, help="first UTC day that the training leaves out")
    args = parser.parse_args(argv)
    rows = study.labelled(args).dropna(subset=[schema.label_column()]).reset_index(drop=True)
    study.tell({"coverage": table(COLUMNS, list(_rows(args, rows)))})


COLUMNS = ["model", "rows of", "events", "promised", "held", "mean width", "MAE", "MAE of the simple rule"]


def _rows(args: argparse.Namespace, rows: pd.DataFrame) -> Iterator[list[str]]:
    until = np.datetime64(args.until)
    for algorithm, loss in COMPARED:
        model = _trained(args, algorithm, loss)
        months = np.unique(days_of(rows).astype("datetime64[M]"))
        later = [month for month in months if np.datetime64(args.trained_until) <= month < until]
        spans = [model.slices.gate, *((f"{month}-01", f"{month + 1}-01") for month in later)]
        for name, (start, end) in zip(["the gate", *map(str, later)], spans, strict=True):
            part = between(rows, start, end)
            scored = Scored.of(part, model, None)
            figures = performance(scored, CHALLENGER, model)
            rule = float(np.abs(scored.labels - model.rule(part)).mean())
            told = [f"{algorithm}, {loss or schema.problem()['loss']} loss", name, f"{len(part):,}"]
            shares = [f"{figures['promised']:.0%}", f"{figures['coverage']:.1%}", f"{figures['width']:.0f}"]
            yield [*told, *shares, f"{figures['mae']:.1f}", f"{rule:.1f}"]


def _trained(args: argparse.Namespace, algorithm: str, loss: str | None) -> Model:
    problem = schema.problem()
    asked = problem["loss"]
    problem["loss"] = loss or asked
    try:
        places = {"features": args.features, "labels": args.labels}
        return study.trained(algorithm=algorithm, data_through=args.trained_until, **places)
    finally:
        problem["loss"] = asked


if __name__ == "__main__":
    main(sys.argv[1:])
