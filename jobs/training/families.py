"""
Model families behind one contract: their settings, training, and attributes of the result.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from common import schema
from common.predictors import Predictor, Stack, Trees, stacked
from common.tasks import task
from rounds import Grown, Plan, Settings, Slice, print_metric, run

# Module and class of each family that grows in rounds; scikit-learn is imported only when a family needs it.
GROWING = {
    "boosted-trees": ("boosting", "Boosting"),
    "linear": ("estimators", "PenalisedLine"),
    "random-forest": ("estimators", "RandomForest"),
    "extra-trees": ("estimators", "ExtraTrees"),
    "neural-network": ("estimators", "NeuralNetwork"),
    "decision-tree": ("estimators", "DecisionTree"),
}
# Members of a stack with different errors: boosted trees, a linear model and a forest.
MEMBERS = ("boosted-trees", "extra-trees", "linear")


def hyperparameters() -> set[str]:
    """The names of all families."""
    return {name for family in schema.families().values() for name in family["hyperparameters"]}


def settings_of(algorithm: str, given: Mapping[str, float]) -> Settings:
    """
    Every hyperparameter of the family, given or default. One whose default depends on the data is left out.

    :raises ValueError: naming the hyperparameter, its value and the permitted values
    """
    families = schema.families()
    if algorithm not in families:
        raise ValueError(f"algorithm {algorithm!r} is not one of {', '.join(families)}")
    loss = schema.problem().get("loss", "squared")
    if loss != "squared" and algorithm != "boosted-trees":
        raise ValueError(
            f"{algorithm} minimises squared loss, not {loss}: choose boosted-trees, or that loss"
        )
    known = families[algorithm]["hyperparameters"]
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{algorithm} has no hyperparameter {name}: it has {', '.join(known)}")
        low, high, whole = (known[name][key] for key in ("min", "max", "whole"))
        if not low <= value <= high or (whole and value != int(value)):
            kind = "a whole number" if whole else "a number"
            raise ValueError(f"{name} of {algorithm} must be {kind} from {low:g} to {high:g}, got {value:g}")
    settled = {name: given.get(name, of["default"]) for name, of in known.items()}
    return {
        name: int(value) if known[name]["whole"] else value
        for name, value in settled.items()
        if value is not None
    }


def fit(plan: Plan, fit_slice: Slice, select: Slice, checkpoints: Path) -> Grown:
    """The predictor at its best round."""
    if plan.algorithm == "ensemble":
        return _stack(plan, fit_slice, select, checkpoints)
    module, name = GROWING[plan.algorithm]
    growing = getattr(import_module(module), name)(plan.settings, fit_slice, select)
    # The products of one small batch are too short to share: threads of BLAS cost a neural network more than
    # they compute, and the sums of two threads are not those of four.
    with threadpool_limits(limits=1, user_api="blas"):
        return run(plan, growing, select.labels, checkpoints)


def _stack(plan: Plan, fit_slice: Slice, select: Slice, checkpoints: Path) -> Grown:
    """
    Trains each member as if it were alone, with its own checkpoints; a resumed job reuses finished members.
    """
    from sklearn.linear_model import LinearRegression, LogisticRegression

    from estimators import LINK, line

    members: dict[str, Predictor] = {}
    for name in MEMBERS:
        own = replace(plan, algorithm=name, settings=settings_of(name, plan.settings))
        members[name] = fit(own, fit_slice, select, checkpoints).predictor
    link = LINK[task().name]
    fitted = LinearRegression() if link == "identity" else LogisticRegression(max_iter=1000)
    fitted.fit(stacked(members, select.matrix, link), select.labels)
    stack = Stack(members, *line(fitted), link)
    score = task().score(select.labels, stack.score(select.matrix))
    print_metric(len(members) - 1, score)
    return Grown(stack, len(members), score)


def rules(predictor: Predictor, categories: Mapping[str, tuple[Any, ...]]) -> list[str] | None:
    """A single tree as lines of text; None for any other model."""
    if not isinstance(predictor, Trees) or len(predictor.roots) > 1:
        return None
    names = [column.name for column in schema.features()]

    def below(node: int, indent: str) -> Iterator[str]:
        if predictor.left[node] == node:
            answer = np.atleast_1d(predictor.values[node])
            yield f"{indent}score {', '.join(f'{each:.4f}' for each in answer)}"
            return
        name, threshold = names[predictor.features[node]], float(predictor.thresholds[node])
        unknown = " or unknown" if predictor.missing_left[node] else ""
        if name in categories:
            # Codes are positions in the list, and the threshold lies between two of them.
            low = ", ".join(map(str, categories[name][: int(threshold) + 1]))
            yield f"{indent}if {name} is one of {low}{unknown}:"
        else:
            yield f"{indent}if {name} <= {threshold:.6g}{unknown}:"
        yield from below(int(predictor.left[node]), indent + "  ")
        yield f"{indent}else:"
        yield from below(int(predictor.right[node]), indent + "  ")

    return list(below(0, ""))
