"""Model families built on scikit-learn, each with its definition of a round."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from boosting import ROWS_OF_A_LEAF
from common.arrays import Values
from common.design import Design
from common.predictors import Linear, Network, Trees
from common.tasks import task
from rounds import Progress, Settings, Slice

TREES_OF_A_ROUND, LEAST_LEAF = 10, 5
# Inverse strength of the penalty: starts at a thousandth of the rows' own weight and grows by half a power of
# ten per round.
FIRST_C, STEP_OF_C = 1e-4, 10**0.5


def leaf(fit_rows: int) -> int:
    """
    Default for the rows in a leaf of a forest: a tree has no more leaves for a year of data than for a month.
    """
    return max(LEAST_LEAF, fit_rows // ROWS_OF_A_LEAF)


# Link functions from a weighted sum to the answer of each task.
LINK = {"binary": "logistic", "multiclass": "softmax", "regression": "identity"}


class Estimator:
    """An estimator that is fitted again, or continued, in each round; the best version is kept."""

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
        """Sets the parameters of this round."""
        raise NotImplementedError

    def grow(self, number: int) -> None:
        self.prepare(number)
        self._estimator.fit(self._fit, self._labels, sample_weight=self._weights)

    def scores(self) -> Values:
        answers = self._answers(self._estimator)
        return answers[:, 1] if task().name == "binary" else answers

    def _answers(self, estimator: Any) -> Values:
        """Answers for the select slice: shares of the classes, or numbers."""
        return (estimator.predict if task().name == "regression" else estimator.predict_proba)(self._select)

    def keep(self) -> None:
        self._kept = deepcopy(self._estimator)

    def save(self, file: Path, progress: Progress) -> None:
        joblib.dump((self._estimator, self._kept, progress), file)

    def resume(self, file: Path) -> Progress:
        self._estimator, self._kept, progress = joblib.load(file)
        return progress


class Designed(Estimator):
    """An estimator that needs weighted columns instead of category codes."""

    def __init__(self, settings: Settings, fit: Slice, select: Slice) -> None:
        super().__init__(settings, fit, select)
        self._design = Design.fit(fit.matrix, fit.categories)
        self._fit, self._select = (self._design.columns(each.matrix) for each in (fit, select))


class PenalisedLine(Designed):
    """
    A round is one step from the strongest penalty to the weakest; each starts from the result of the last.
    """

    def start(self, settings: Settings) -> Any:
        ridge = settings["l1_ratio"] == 0
        if task().name == "regression":
            return Ridge() if ridge else ElasticNet(l1_ratio=settings["l1_ratio"], warm_start=True)
        # Only saga supports L1; lbfgs fits the same ridge model in a tenth of the time.
        return LogisticRegression(
            l1_ratio=settings["l1_ratio"],
            solver="lbfgs" if ridge else "saga",
            max_iter=1000 if ridge else 200,
            tol=1e-4 if ridge else 1e-3,
            warm_start=True,
            random_state=int(settings["seed"]),
        )

    def prepare(self, number: int) -> None:
        strength = FIRST_C * STEP_OF_C**number
        if task().name == "regression":
            # Ridge weights the penalty against the sum over rows, elastic net against the mean.
            rows = 1 if isinstance(self._estimator, Ridge) else len(self._labels)
            self._estimator.alpha = 1 / (strength * rows)
        else:
            self._estimator.C = strength

    def cut(self, best: int) -> Linear:
        return Linear(self._design, *line(self._kept), LINK[task().name])


def line(fitted: Any) -> tuple[Values, Values]:
    """Weights and offset of a linear model of scikit-learn."""
    weights, offset = np.asarray(fitted.coef_).T, np.asarray(fitted.intercept_)
    return (weights[:, 0], offset[0]) if task().name == "binary" else (weights, offset)


class NeuralNetwork(Designed):
    """A round is an epoch. Targets are standardised for the training; the last layer restores their unit."""

    def __init__(self, settings: Settings, fit: Slice, select: Slice) -> None:
        super().__init__(settings, fit, select)
        self._mean, self._scale = 0.0, 1.0
        if task().name == "regression":
            self._mean, self._scale = float(self._labels.mean()), float(self._labels.std()) or 1.0
            self._labels = (self._labels - self._mean) / self._scale

    def scores(self) -> Values:
        return super().scores() * self._scale + self._mean

    def start(self, settings: Settings) -> Any:
        units = int(settings["hidden_units"])
        kind = MLPRegressor if task().name == "regression" else MLPClassifier
        return kind(
            hidden_layer_sizes=(units, units // 2),
            learning_rate_init=settings["learning_rate"],
            alpha=settings["l2"],
            batch_size=min(int(settings["batch_size"]), len(self._labels)),
            random_state=int(settings["seed"]),
        )

    def grow(self, number: int) -> None:
        classes = {} if task().name == "regression" else {"classes": np.unique(self._labels)}
        self._estimator.partial_fit(self._fit, self._labels, sample_weight=self._weights, **classes)

    def cut(self, best: int) -> Network:
        layers = list(zip(self._kept.coefs_, self._kept.intercepts_, strict=True))
        weights, offsets = layers[-1]
        layers[-1] = weights * self._scale, offsets * self._scale + self._mean
        return Network(self._design, tuple(layers), LINK[task().name])


class Forest(Estimator):
    """
    A round adds ten trees. More do not overfit a forest, but enlarge the archive and slow down requests.
    """

    kinds: tuple[Any, Any]
    _added: Values | float = 0.0
    _trees = 0

    def start(self, settings: Settings) -> Any:
        return self.kinds[task().name == "regression"](
            n_estimators=0,
            min_samples_leaf=int(settings.get("min_samples_leaf", leaf(len(self._labels)))),
            max_features=settings["max_features"],
            n_jobs=-1,
            warm_start=True,
            random_state=int(settings["seed"]),
        )

    def prepare(self, number: int) -> None:
        self._estimator.n_estimators = (number + 1) * TREES_OF_A_ROUND

    def _answers(self, estimator: Any) -> Values:
        # scikit-learn's threads add the trees' answers in the order in which they end, and the last digits of
        # a sum depend on it: an early stop, or the best round, could differ between two equal trainings.
        for tree in estimator.estimators_[self._trees :]:
            self._added = self._added + super()._answers(tree)
        self._trees = len(estimator.estimators_)
        return np.asarray(self._added / self._trees)

    def cut(self, best: int) -> Trees:
        return trees([each.tree_ for each in self._kept.estimators_])


class RandomForest(Forest):
    kinds = RandomForestClassifier, RandomForestRegressor


class ExtraTrees(Forest):
    kinds = ExtraTreesClassifier, ExtraTreesRegressor


class DecisionTree(Estimator):
    """A round allows one more level."""

    def start(self, settings: Settings) -> Any:
        kind = DecisionTreeRegressor if task().name == "regression" else DecisionTreeClassifier
        return kind(min_samples_leaf=int(settings["min_samples_leaf"]), random_state=int(settings["seed"]))

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
        values=_answers(together("value")[:, 0]),
        depth=max(tree.max_depth for tree in grown),
    )


def _answers(values: Values) -> Values:
    """:param values: shape (nodes, classes), or (nodes, 1) of numbers"""
    return values if task().name == "multiclass" else values[:, -1]
