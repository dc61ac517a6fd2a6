"""The families of scikit-learn: what a round of each is."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

from boosting import ROWS_OF_A_LEAF
from common.arrays import Values
from common.predictors import Design, Linear, Network, Trees
from rounds import Progress, Settings, Slice

TREES_OF_A_ROUND, LEAST_LEAF = 10, 5
# Inverse strength of the penalty: a thousandth of the rows' own weight at first, and a half power of ten more
# each.
FIRST_C, STEP_OF_C = 1e-4, 10**0.5


def leaf(fit_rows: int) -> int:
    """
    Rows of a forest's leaf where nobody says so: a tree then has no more leaves for a year than for a month.
    """
    return max(LEAST_LEAF, fit_rows // ROWS_OF_A_LEAF)


class Estimator:
    """A classifier that is fitted again, or further, in each round; the best one is kept beside it."""

    every = 1
    suffix = ".joblib"

    def __init__(self, settings: Settings, fit: Slice, select: Slice) -> None:
        self._fit: Values = fit.matrix
        self._select: Values = select.matrix
        self._labels, self._weights = fit.labels, fit.weights
        self._estimator = self._kept = self.start(settings)

    def start(self, settings: Settings) -> Any:
        raise NotImplementedError

    def prepare(self, number: int) -> None:
        """Sets what differs in this round."""
        raise NotImplementedError

    def grow(self, number: int) -> None:
        self.prepare(number)
        self._estimator.fit(self._fit, self._labels, sample_weight=self._weights)

    def scores(self) -> Values:
        return self._estimator.predict_proba(self._select)[:, 1]

    def keep(self) -> None:
        self._kept = deepcopy(self._estimator)

    def save(self, file: Path, progress: Progress) -> None:
        joblib.dump((self._estimator, self._kept, progress), file)

    def resume(self, file: Path) -> Progress:
        self._estimator, self._kept, progress = joblib.load(file)
        return progress


class Designed(Estimator):
    """A classifier that takes weighted sums, and no codes."""

    def __init__(self, settings: Settings, fit: Slice, select: Slice) -> None:
        super().__init__(settings, fit, select)
        self._design = Design.fit(fit.matrix, fit.categories)
        self._fit, self._select = (self._design.columns(each.matrix) for each in (fit, select))


class PenalisedLine(Designed):
    """
    A round is a step on the path from the strongest penalty to the weakest, each begun where the last ended.
    """

    def start(self, settings: Settings) -> LogisticRegression:
        ridge = settings["l1_ratio"] == 0
        # Only saga knows L1; lbfgs reaches the same ridge in a tenth of the time.
        return LogisticRegression(
            l1_ratio=settings["l1_ratio"],
            solver="lbfgs" if ridge else "saga",
            max_iter=1000 if ridge else 200,
            tol=1e-4 if ridge else 1e-3,
            warm_start=True,
            random_state=int(settings["seed"]),
        )

    def prepare(self, number: int) -> None:
        self._estimator.C = FIRST_C * STEP_OF_C**number

    def cut(self, best: int) -> Linear:
        return Linear(self._design, self._kept.coef_[0], float(self._kept.intercept_[0]))


class NeuralNetwork(Designed):
    """A round is an epoch."""

    def start(self, settings: Settings) -> MLPClassifier:
        units = int(settings["hidden_units"])
        return MLPClassifier(
            hidden_layer_sizes=(units, units // 2),
            learning_rate_init=settings["learning_rate"],
            alpha=settings["l2"],
            batch_size=min(int(settings["batch_size"]), len(self._labels)),
            random_state=int(settings["seed"]),
        )

    def grow(self, number: int) -> None:
        classes = np.unique(self._labels)
        self._estimator.partial_fit(self._fit, self._labels, sample_weight=self._weights, classes=classes)

    def cut(self, best: int) -> Network:
        return Network(self._design, tuple(zip(self._kept.coefs_, self._kept.intercepts_, strict=True)))


class Forest(Estimator):
    """
    A round adds ten trees: no forest is overfitted by more of them, but an archive grows and a request waits.
    """

    kind: Any

    def start(self, settings: Settings) -> Any:
        return self.kind(
            n_estimators=0,
            min_samples_leaf=int(settings.get("min_samples_leaf", leaf(len(self._labels)))),
            max_features=settings["max_features"],
            n_jobs=-1,
            warm_start=True,
            random_state=int(settings["seed"]),
        )

    def prepare(self, number: int) -> None:
        self._estimator.n_estimators = (number + 1) * TREES_OF_A_ROUND

    def cut(self, best: int) -> Trees:
        return trees([each.tree_ for each in self._kept.estimators_])


class RandomForest(Forest):
    kind = RandomForestClassifier


class ExtraTrees(Forest):
    kind = ExtraTreesClassifier


class DecisionTree(Estimator):
    """A round allows one more level."""

    def start(self, settings: Settings) -> DecisionTreeClassifier:
        least = int(settings["min_samples_leaf"])
        return DecisionTreeClassifier(min_samples_leaf=least, random_state=int(settings["seed"]))

    def prepare(self, number: int) -> None:
        self._estimator.max_depth = number + 1

    def cut(self, best: int) -> Trees:
        return trees([self._kept.tree_])


def trees(grown: Sequence[Any]) -> Trees:
    """:param grown: `Tree` objects of scikit-learn, whose leaves have -1 for children"""
    counts = [tree.node_count for tree in grown]
    roots = np.cumsum([0, *counts[:-1]])
    own = np.arange(sum(counts))

    def together(of: str) -> Values:
        return np.concatenate([getattr(tree, of) for tree in grown])

    shift = np.repeat(roots, counts)
    left, right = together("children_left"), together("children_right")
    inner = left >= 0
    return Trees(
        roots=roots,
        features=np.where(inner, together("feature"), 0),
        thresholds=together("threshold"),
        left=np.where(inner, left + shift, own),
        right=np.where(inner, right + shift, own),
        missing_left=together("missing_go_to_left").astype(np.bool_),
        values=together("value")[:, 0, 1],
        depth=max(tree.max_depth for tree in grown),
    )
