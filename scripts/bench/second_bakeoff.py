"""
A second implementation of the bake-off, with pipelines and metrics of scikit-learn. It imports nothing of
`jobs/`, so that an error must be made twice to go unnoticed. Families with random training use the estimators
and seeds of schema/families.json.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score, roc_curve
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import Booster, DMatrix

ROOT = Path(__file__).parents[2]
FAMILIES = json.loads((ROOT / "schema/families.json").read_text())
Frame = pd.DataFrame
# Returns scores of any rows after one more round.
Round = Callable[[Frame], Any]


class Data:
    """Curated rows with their labels in the three slices, the newest last."""

    def __init__(self, features: Path, labels: Path, dataset: dict[str, Any], ends: list[str]) -> None:
        columns = [c for c in dataset["features"]["columns"] if c.get("role") == "feature"]
        self.categorical = [c["name"] for c in columns if c.get("kind") == "categorical"]
        self.names = [c["name"] for c in columns]
        key, time = (
            next(c["name"] for c in dataset["features"]["columns"] if c.get("role") == role)
            for role in ("id", "time")
        )
        lines = [json.loads(t) for f in sorted(labels.rglob("*.jsonl")) for t in f.read_text().splitlines()]
        truth = {
            x["eventMetadata"]["eventId"]: float(x["groundTruthData"]["data"].split(",")[0]) for x in lines
        }
        rows = pd.concat([pd.read_parquet(file) for file in sorted(features.rglob("*.parquet"))])
        rows = rows.sort_values([time, key], ignore_index=True).assign(truth=lambda all: all[key].map(truth))
        rows = rows.dropna(subset=["truth"])
        day = rows[time].dt.strftime("%Y-%m-%d")
        start, select, gate, end = ends
        self.fit, self.select, self.gate = (
            rows[(day >= first) & (day < last)]
            for first, last in ((start, select), (select, gate), (gate, end))
        )

    def codes(self) -> ColumnTransformer:
        """Columns for trees: codes of categories, unchanged numbers and missing values."""
        one = self._categories()
        unknown = {"handle_unknown": "use_encoded_value", "unknown_value": np.nan}
        return ColumnTransformer(
            [
                (
                    name,
                    OrdinalEncoder(categories=[one[name]], **unknown) if name in one else "passthrough",
                    [name],
                )
                for name in self.names
            ]
        )

    def columns(self) -> ColumnTransformer:
        """Columns for weighted sums: categories as indicators, standardised numbers, missing values."""
        number = FeatureUnion(
            [
                ("value", make_pipeline(StandardScaler(), SimpleImputer(strategy="constant", fill_value=0))),
                ("gap", MissingIndicator(features="missing-only", error_on_new=False)),
            ]
        )
        one = self._categories()
        return ColumnTransformer(
            [
                (name, OneHotEncoder(categories=[one[name]], handle_unknown="ignore"), [name])
                if name in one
                else (name, number, [name])
                for name in self.names
            ],
            sparse_threshold=0,
        )

    def _categories(self) -> dict[str, list[Any]]:
        return {name: sorted(self.fit[name].dropna().unique()) for name in self.categorical}


def defaults(family: str) -> dict[str, Any]:
    return {name: of["default"] for name, of in FAMILIES[family]["hyperparameters"].items()}


def boosted_trees(data: Data, given: dict[str, Any]) -> Iterator[Round]:
    """
    The scikit-learn interface counts the rounds of a resumed training, and with them the seeds, from 0; so
    the loop uses XGBoost's own. Every ten rounds go through a file, like the kit's checkpoints, because the
    column sampler restarts with each.
    """
    codes = data.codes().fit(data.fit)
    kinds = ["c" if name in data.categorical else "q" for name in data.names]

    def matrix(rows: Frame) -> DMatrix:
        labels = rows["truth"]
        return DMatrix(codes.transform(rows), labels, feature_types=kinds, enable_categorical=True)

    names = ("max_depth", "eta", "subsample", "colsample_bytree", "lambda", "alpha", "seed")
    fixed = {"objective": "binary:logistic", "tree_method": "hist", "seed_per_iteration": True}
    leaf = {"min_child_weight": max(1.0, min(20.0, len(data.fit) / 2500))}
    parameters = {**{name: given[name] for name in names}, **fixed, **leaf}
    rows = matrix(data.fit)
    booster = Booster(parameters, [rows])
    for number in range(given["num_round"]):
        booster.update(rows, number)
        now = booster[: number + 1]
        yield lambda asked, now=now: now.predict(matrix(asked))
        if (number + 1) % 10 == 0:
            booster = Booster(parameters, [rows], model_file=booster.save_raw("json"))


def linear(data: Data, given: dict[str, Any]) -> Iterator[Round]:
    """Each step starts from the last result; another start would stop at slightly different weights."""
    columns = data.columns().fit(data.fit)
    line = LogisticRegression(max_iter=1000, warm_start=True)
    for step in range(given["num_round"]):
        line.set_params(C=1e-4 * 10 ** (step / 2)).fit(columns.transform(data.fit), data.fit["truth"])
        now = deepcopy(line)
        yield lambda rows, now=now: now.predict_proba(columns.transform(rows))[:, 1]


def forest(kind: Any) -> Callable[[Data, dict[str, Any]], Iterator[Round]]:
    def rounds(data: Data, given: dict[str, Any]) -> Iterator[Round]:
        """The whole forest at once; each round uses ten trees more."""
        leaf = max(5, len(data.fit) // 2500)
        trees = 10 * given["num_round"]
        whole = kind(
            trees,
            min_samples_leaf=leaf,
            max_features=given["max_features"],
            random_state=given["seed"],
            n_jobs=-1,
        )
        codes = data.codes().fit(data.fit)
        whole.fit(singles(codes.transform(data.fit)), data.fit["truth"])
        for end in range(10, trees + 1, 10):
            yield lambda rows, end=end: np.mean(
                [
                    tree.predict_proba(singles(codes.transform(rows)))[:, 1]
                    for tree in whole.estimators_[:end]
                ],
                axis=0,
            )

    return rounds


def neural_network(data: Data, given: dict[str, Any]) -> Iterator[Round]:
    units = given["hidden_units"]
    columns = data.columns().fit(data.fit)
    network = MLPClassifier(
        (units, units // 2),
        learning_rate_init=given["learning_rate"],
        alpha=given["l2"],
        batch_size=given["batch_size"],
        random_state=given["seed"],
    )
    for _ in range(given["num_round"]):
        network.partial_fit(columns.transform(data.fit), data.fit["truth"], classes=[0, 1])
        now = deepcopy(network)
        yield lambda rows, now=now: now.predict_proba(columns.transform(rows))[:, 1]


def decision_tree(data: Data, given: dict[str, Any]) -> Iterator[Round]:
    for depth in range(1, given["num_round"] + 1):
        tree = DecisionTreeClassifier(
            max_depth=depth, min_samples_leaf=given["min_samples_leaf"], random_state=given["seed"]
        )
        pipeline = make_pipeline(data.codes(), tree).fit(data.fit, data.fit["truth"])
        yield lambda rows, pipeline=pipeline: pipeline.predict_proba(rows)[:, 1]


def singles(matrix: Any) -> Any:
    return matrix.astype(np.float32)


ROUNDS: dict[str, Callable[[Data, dict[str, Any]], Iterator[Round]]] = {
    "boosted-trees": boosted_trees,
    "linear": linear,
    "random-forest": forest(RandomForestClassifier),
    "extra-trees": forest(ExtraTreesClassifier),
    "neural-network": neural_network,
    "decision-tree": decision_tree,
}
MEMBERS = ("boosted-trees", "extra-trees", "linear")


def best_round(family: str, data: Data) -> Round:
    """The round with the best ranking of the select slice, with early stopping."""
    given = defaults(family)
    best, at, kept = -np.inf, 0, None
    for number, score in enumerate(ROUNDS[family](data, given)):
        if number - at > given["early_stopping_rounds"]:
            break
        found = roc_auc_score(data.select["truth"], score(data.select))
        if found > best:
            best, at, kept = found, number, score
    assert kept is not None
    return kept


def stacked(members: list[Round], data: Data) -> Round:
    def odds(rows: Frame) -> Any:
        scores = np.clip(np.column_stack([member(rows) for member in members]).astype(float), 1e-6, 1 - 1e-6)
        return np.log(scores / (1 - scores))

    line = LogisticRegression().fit(odds(data.select), data.select["truth"])
    return lambda rows: line.predict_proba(odds(rows))[:, 1]


def table(data: Data, prices: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The figures of each family on the gate slice."""
    scores = {family: best_round(family, data) for family in ROUNDS}
    scores["ensemble"] = stacked([scores[name] for name in MEMBERS], data)
    return {family: figures(score, data, prices) for family, score in scores.items()}


def figures(score: Round, data: Data, prices: dict[str, Any]) -> dict[str, float]:
    on_select, on_gate, truth = score(data.select), score(data.gate), data.gate["truth"]
    false_alarms, hits, thresholds = roc_curve(data.select["truth"], on_select, drop_intermediate=False)
    late = data.select["truth"].sum()
    paid = false_alarms * (len(on_select) - late) * prices["falseAlarm"] + (1 - hits) * late * prices["miss"]
    said = on_gate >= thresholds[np.argmin(paid)]
    wrong = np.where(said, prices["falseAlarm"] * (truth == 0), prices["miss"] * (truth == 1))
    return {
        "selectScore": float(roc_auc_score(data.select["truth"], on_select)),
        "score": float(roc_auc_score(truth, on_gate)),
        "prAuc": float(average_precision_score(truth, on_gate)),
        "brier": float(brier_score_loss(truth, on_gate)),
        "costPerThousand": float(1000 * wrong.mean()),
    }
