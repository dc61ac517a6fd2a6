"""The released artifact: a folder (or model.tar.gz) with predictor, description and encoding."""

import hashlib
import json
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from common import predictors, rule, schema, tasks
from common.arrays import Floats, Values
from common.calibrated import Calibrated
from common.runtime import write_json
from common.slices import Slices
from common.transform import Encoding, Rows, present

if TYPE_CHECKING:
    import pandas as pd  # the endpoint starts without pandas

FILES = schema.layout()["files"]["model"]
TWINS = "twins"
# A mean over these rows is known to a few percent; a whole week would take most of the monitor's time.
EXPLAINED_ROWS = 2000


class OtherModelError(ValueError):
    """The dataset changed after the training, so only the code in the model's archive can serve it."""

    def __init__(self, difference: str) -> None:
        self.difference = difference
        super().__init__(f"the model was {difference}, unlike dataset.json: train and release another")


def other_features(trained: Sequence[str], declared: Sequence[str]) -> str:
    new, gone = ([n for n in a if n not in b] for a, b in ((declared, trained), (trained, declared)))
    parts = [f"without {', '.join(new)}"] * bool(new) + [f"with {', '.join(gone)}"] * bool(gone)
    return f"trained {' and '.join(parts) or 'with the features in another order'}"


@dataclass(frozen=True)
class Attributions:
    """
    :ivar method: TreeSHAP, coefficients or permutation; it determines the unit of the weights
    :ivar weights: mean weight of each feature
    :ivar expected: answer without any feature
    """

    method: str
    weights: Mapping[str, float]
    expected: float


@dataclass(frozen=True)
class Model:
    """
    :ivar meta: content of `model.json`, see docs/contracts.md
    :ivar identity: hash of the archive's content, see `identity`; None before the archive is written
    :ivar twins: models trained with other seeds, used by the gate alone
    """

    predictor: predictors.Predictor
    encoding: Encoding
    meta: Mapping[str, Any]
    identity: str | None = None
    twins: tuple[predictors.Predictor, ...] = ()

    @staticmethod
    def load(folder: Path) -> "Model":
        """
        :raises OtherModelError: when the features or the task of the model differ from this code's schema
        """
        meta = json.loads((folder / FILES["meta"]).read_text("utf-8"))
        if meta["task"] != tasks.task().name:
            raise OtherModelError(f"trained for a {meta['task']} task")
        declared = [column.name for column in schema.features()]
        if meta["features"] != declared:
            raise OtherModelError(other_features(meta["features"], declared))
        encoding = Encoding.from_json(json.loads((folder / FILES["encoding"]).read_text("utf-8")))
        return Model(_predictor(meta, folder), encoding, meta, identity(folder))

    @staticmethod
    def unpack(archive: Path) -> "Model":
        with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
            model = Model.load(Path(folder))
            twins = sorted((Path(folder) / TWINS).glob("*"))
            return replace(model, twins=tuple(_predictor(model.meta, twin) for twin in twins))

    def save(self, folder: Path) -> None:
        self.predictor.save(folder)
        for number, twin in enumerate(self.twins, start=1):
            (folder / TWINS / str(number)).mkdir(parents=True, exist_ok=True)
            twin.save(folder / TWINS / str(number))
        write_json(folder / FILES["meta"], self.meta)
        write_json(folder / FILES["encoding"], self.encoding.to_json())

    @property
    def threshold(self) -> float:
        return float(self.meta["threshold"])

    def decide(self, rows: Rows, scores: Values) -> Values:
        """
        A decision per row: yes or no, the code of a class, or the number itself. A yes or no uses the
        threshold of the row's group where the model has one, else the model's threshold.
        """
        if self.meta["task"] == "multiclass":
            return scores.argmax(axis=1)
        if self.meta["task"] == "regression":
            return scores
        own = {each["value"]: each["threshold"] for each in self.meta["thresholds"]}
        if not own:
            return scores >= self.threshold
        values = present(rows[self.meta["treatment"]["group_facet"]])
        return scores >= np.array([own.get(value, self.threshold) for value in values])

    @property
    def slices(self) -> Slices:
        return Slices.from_json(self.meta["slices"])

    @property
    def trained_through(self) -> str:
        return str(self.meta["trainedThrough"])

    def score(self, rows: Rows) -> Values:
        """One answer per row: a probability, a number, or probabilities of shape (rows, classes)."""
        return self.predictor.score(self.encoding.matrix(rows))

    def interval(self, rows: Rows) -> Floats:
        """Lower and upper end of the expected range of the number, shape (rows, 2)."""
        promised = self.meta["interval"]
        bounds = predictors.bounds(self.predictor, self.encoding.matrix(rows))
        return bounds + np.array([promised["lower"], promised["upper"]])

    def rule(self, rows: "pd.DataFrame") -> Floats:
        """
        The simple rule on the same rows. When the rule is one feature, a missing value ranks as the median of
        the fit slice. Without a declared rule all rows rank the same, like a guess of the more frequent
        outcome.
        """
        if self.meta.get("rule") is not None:
            return rule.answers(self.meta["rule"], rows)
        column = schema.rule_of_thumb()
        if column is None:
            return np.zeros(len(rows))
        values = rows[column.name].fillna(self.encoding.rule_fill).to_numpy(dtype=np.float64)
        return -values if column.ruleOfThumb == "lower" else values

    def attributions(self, rows: "pd.DataFrame") -> Attributions:
        """Attributions over at most `EXPLAINED_ROWS` rows, spread evenly."""
        spread = rows.iloc[:: -(-len(rows) // EXPLAINED_ROWS)]
        means, expected = self.predictor.attributions(self.encoding.matrix(spread))
        names = [column.name for column in schema.features()]
        method = schema.families()[self.meta["algorithm"]]["explained"]
        return Attributions(method, dict(zip(names, means.tolist(), strict=True)), expected)


def _predictor(meta: Mapping[str, Any], folder: Path) -> predictors.Predictor:
    return Calibrated.load(predictors.load(meta["algorithm"], folder), folder)


def identity(folder: Path) -> str:
    """
    Sixteen hexadecimal digits of the SHA-256 over the model's files, without the code beside them. Every
    answer of an endpoint carries them, so that a captured record can be assigned to its model even after the
    champion changed.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] != "code":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
