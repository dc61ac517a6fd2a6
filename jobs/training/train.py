"""
Training in script mode: fits on the fit slice, uses the select slice for early stopping and the threshold,
and never reads the gate slice. It runs anywhere: SageMaker's variables are only defaults of options.
"""

import argparse
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import families
import mitigation
from calibrate import calibrated
from common import predictors, rule, schema
from common.arrays import Floats, Values
from common.labels import LONGEST_DELAY_DAYS, labelled_until, read_labels
from common.metrics import cheapest_threshold
from common.model import Model
from common.predictors import Predictor
from common.runtime import tell, write_json
from common.slices import cut, data_hash, label_rows
from common.tables import between, read_features
from common.tasks import class_names, prices, task
from common.transform import Encoding, present
from imbalance import NOTHING, balanced
from rounds import Plan, Slice, print_metric

EFFORT = schema.layout()["files"]["training"]["effort"]

# Names of treatments of a rare outcome and of bias. Explicit words instead of absent values, so that a full
# record of them reproduces a training whatever the defaults of a kit are.
TREATMENT: dict[str, tuple[str | float, str]] = {
    "imbalance": (NOTHING, "a method of schema/words.json, before the fit"),
    "calibration": (NOTHING, "a method of schema/words.json, after it"),
    "reweigh": (NOTHING, "facet whose groups are weighed alike"),
    "group_facet": (NOTHING, "facet whose values get thresholds of their own"),
    "group_constraint": ("equal-opportunity", "what the thresholds must hold, one of schema/words.json"),
    "group_tolerance": (0.05, "largest difference of two groups' rates"),
}


def options(argv: list[str]) -> argparse.Namespace:
    # The container's variable for its root; SageMaker fixes the names below it.
    root = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    env = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algorithm", default="boosted-trees", help="one of schema/families.json")
    for name in sorted(families.hyperparameters()):
        parser.add_argument(f"--{name}", type=float, help="default: that of the family")
    for name, (default, does) in TREATMENT.items():
        parser.add_argument(f"--{name}", default=default, type=type(default), help=does)
    parser.add_argument("--seeds", type=int, default=1, help="trainings that differ in their seed alone")
    parser.add_argument("--data_through", required=True, help="first UTC day left out, YYYY-MM-DD")
    parser.add_argument("--label_delay_days", type=int, default=LONGEST_DELAY_DAYS)
    parser.add_argument("--gate_days", type=int, default=14)
    parser.add_argument("--select_days", type=int, default=14)
    channels = root / "input/data"
    parser.add_argument("--features", type=Path, default=env("SM_CHANNEL_FEATURES", channels / "features"))
    parser.add_argument("--labels", type=Path, default=env("SM_CHANNEL_LABELS", channels / "labels"))
    parser.add_argument("--model", type=Path, default=env("SM_MODEL_DIR", root / "model"))
    parser.add_argument("--checkpoints", type=Path, default=root / "checkpoints")
    parser.add_argument("--output", type=Path, default=env("SM_OUTPUT_DIR", root / "output"))
    return parser.parse_args(argv)


def train(args: argparse.Namespace) -> Model:
    """
    Trains a model; deterministic for a seed, interrupted or not.

    :raises ValueError: when the data cannot be cut into the three slices or a slice holds one class only
    """
    asked = [n for n, (default, _) in TREATMENT.items() if default == NOTHING and getattr(args, n) != NOTHING]
    if asked and task().name != "binary":
        raise ValueError(
            f"{', '.join(asked)}: for an outcome that is yes or no, and the task of this dataset is "
            f"{task().name}: leave it out"
        )
    before = labelled_until(args.data_through, args.label_delay_days)
    rows = label_rows(read_features(args.features), read_labels(args.labels, before))
    slices = cut(rows, args.data_through, args.gate_days, args.select_days)
    period = between(rows, slices.fit[0], slices.end)
    fit, select, gate = (_labelled(period, name, getattr(slices, name)) for name in ("fit", "select", "gate"))

    encoding = Encoding.fit(fit)
    given = {name: value for name, value in vars(args).items() if name in families.hyperparameters()}
    settings = families.settings_of(args.algorithm, {n: v for n, v in given.items() if v is not None})
    before_fit = {"imbalance": args.imbalance, "reweigh": args.reweigh}
    plan = Plan(args.algorithm, settings, data_hash(period), before_fit)
    watched = Slice.of(select, encoding)
    fitted = _treated(Slice.of(fit, encoding), args, int(settings["seed"]))
    grown = families.fit(plan, fitted, watched, args.checkpoints)
    predictor = calibrated(args.calibration, grown.predictor, watched)
    twins = tuple(_twins(args, plan, fitted, watched))
    answers = predictor.score(watched.matrix)
    meta = {
        "task": task().name,
        "algorithm": args.algorithm,
        # Everything needed to reproduce the model from the same rows, code and image.
        "hyperparameters": dict(plan.settings),
        "features": [column.name for column in schema.features()],
        "seeds": args.seeds,
        "treatment": {name: getattr(args, name) for name in TREATMENT},
        "threshold": threshold(watched.labels, answers),
        "thresholds": _thresholds(args, select, answers),
        "interval": interval(watched.labels, predictors.bounds(grown.predictor, watched.matrix)),
        "rule": rule.fit(fit, fit[schema.label_column()].to_numpy()),
        # The gate decides about this model, so its days count as seen.
        "trainedThrough": slices.end,
        "slices": slices.to_json(),
        "rules": families.rules(grown.predictor, encoding.categories),
        "rounds": grown.rounds,
        "measure": task().measure,
        "selectScore": grown.select_score,
        "rows": {"fit": len(fit), "select": len(select), "gate": len(gate)},
        "fittedRows": len(fitted.labels),
        "dataHash": plan.data,
    }
    return Model(predictor, encoding, meta, twins=twins)


def _twins(args: argparse.Namespace, plan: Plan, fit: Slice, select: Slice) -> Iterator[Predictor]:
    """Trains with the following seeds, so that the gate can measure the variation between trainings."""
    for more in range(1, args.seeds):
        settings = {**plan.settings, "seed": plan.settings["seed"] + more}
        grown = families.fit(replace(plan, settings=settings), fit, select, args.checkpoints)
        yield calibrated(args.calibration, grown.predictor, select)


def _treated(fit: Slice, args: argparse.Namespace, seed: int) -> Slice:
    """The fit slice balanced and then weighted by groups; synthetic rows belong to a group too."""
    treated = balanced(args.imbalance, fit, seed)
    if args.reweigh == NOTHING:
        return treated
    place = [column.name for column in schema.features()].index(mitigation.facet(args.reweigh))
    groups = np.nan_to_num(treated.matrix[:, place], nan=-1)
    return replace(treated, weights=mitigation.reweighed(treated.labels, groups, treated.weights))


def _thresholds(args: argparse.Namespace, select: pd.DataFrame, scores: Values) -> list[dict[str, Any]]:
    if args.group_facet == NOTHING:
        return []
    constraint = mitigation.Constraint(args.group_constraint, args.group_tolerance)
    groups = present(select[mitigation.facet(args.group_facet)])
    labels = select[schema.label_column()].to_numpy()
    return mitigation.group_thresholds(labels, scores, groups, constraint, prices())


def _labelled(rows: pd.DataFrame, name: str, period: tuple[str, str]) -> pd.DataFrame:
    label = schema.label_column()
    part = between(rows, *period).dropna(subset=[label])
    # The fit slice must contain every class; the other slices need only two different values to be measured.
    needed = len(class_names()) if name == "fit" and task().name == "multiclass" else 2
    found = part[label].nunique()
    if found < needed:
        what = "of one class" if found < 2 else f"of {found} of the {needed} classes"
        raise ValueError(
            f"slice {name} [{period[0]}, {period[1]}) holds {len(part)} labelled rows {what}: "
            "give it more days"
        )
    return part


def threshold(labels: Values, scores: Values) -> float | None:
    """The cheapest threshold of the select slice; None when the task has no threshold."""
    if task().name != "binary":
        return None
    return cheapest_threshold(labels, scores, *prices())


def interval(labels: Values, bounds: Floats) -> dict[str, float] | None:
    """
    Split conformal prediction: the shift of the bounds that covers the promised share of the select slice's
    rows, with half of the misses on each side. It holds for similar rows.
    """
    if task().name != "regression":
        return None
    level = schema.problem()["intervalLevel"]
    below, above = labels - bounds[:, 0], labels - bounds[:, 1]
    outside = (1 - level) / 2
    return {
        "level": level,
        "lower": float(np.quantile(below, outside, method="lower")),
        "upper": float(np.quantile(above, 1 - outside, method="higher")),
    }


def pack_serving_code(folder: Path) -> None:
    """Puts the inference code beside the model: a model is served by the code it was trained with."""
    found = importlib.util.find_spec("inference")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            "inference is missing: sourcedir.tar.gz holds inference.py and common/ at its root"
        )
    # The samplers are needed for training only.
    ignore = shutil.ignore_patterns("__pycache__", "*.whl")
    shutil.copytree(Path(schema.__file__).parent, folder / "common", ignore=ignore, dirs_exist_ok=True)
    shutil.copy(found.origin, folder)
    shutil.copy(folder / "common/archive.toml", folder / "pyproject.toml")


def main(argv: list[str]) -> None:
    args = options(argv)
    try:
        started = time.process_time()
        model = train(args)
        # Written beside the archive, so that two trainings with one seed give identical archives.
        effort = {"cpuSeconds": round(time.process_time() - started, 1)}
        write_json(args.output / "data" / EFFORT, effort)
        args.model.mkdir(parents=True, exist_ok=True)
        model.save(args.model)
        pack_serving_code(args.model / "code")
        # SageMaker takes the last printed value: this one belongs to the released round.
        print_metric(model.meta["rounds"] - 1, model.meta["selectScore"])
    except Exception as problem:
        # The container does not capture a script's error; FailureReason would be "exit code 1".
        tell("failure", f"{type(problem).__name__}: {problem}", args.output)
        raise


if __name__ == "__main__":
    main(sys.argv[1:])
