"""
Treatments of a rare outcome before a model is fitted. Only rows of the fit slice are sampled, repeated or
synthesised: sampling before the split would put copies of the same rows on both sides of it.
"""

import sys
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from common import schema
from common.arrays import Floats, Ints, Singles, Values
from common.design import Design
from rounds import Slice

NOTHING = "none"
# SMOTE's default: a new row lies between a row of the rarer outcome and one of its five nearest neighbours.
NEIGHBOURS = 5


def balanced(method: str, fit: Slice, seed: int) -> Slice:
    """
    The treated fit slice, deterministic for a seed.

    :param method: one of `imbalance` in schema/words.json
    :raises ValueError: when there is no such method, or too few rows for it
    """
    if method not in schema.words()["imbalance"]:
        raise ValueError(f"imbalance {method!r} is not one of {', '.join(schema.words()['imbalance'])}")
    if method == NOTHING:
        return fit
    if method == "class-weights":
        return replace(fit, weights=class_weights(fit.labels))
    if method in ("under-sampling", "over-sampling"):
        kept = _drawn(method, fit.labels, seed)
        return Slice(fit.matrix[kept], fit.labels[kept], fit.categories)
    rare = int(min(np.bincount(fit.labels.astype(int), minlength=2)))
    if rare <= NEIGHBOURS:
        raise ValueError(
            f"{method} draws between a row of the rarer outcome and its {NEIGHBOURS} nearest, and the fit "
            f"slice holds {rare} such rows: choose class-weights or over-sampling, or a longer history"
        )
    made, labels = (_interpolated if method == "smote" else _interpolated_with_categories)(fit, seed)
    return Slice(np.concatenate([fit.matrix, made]), np.concatenate([fit.labels, labels]), fit.categories)


def class_weights(labels: Values) -> Floats:
    """Weights that give both outcomes the same total and keep the overall sum."""
    outcome = labels.astype(int)
    return len(labels) / (2 * np.bincount(outcome, minlength=2))[outcome]


def _drawn(method: str, labels: Values, seed: int) -> Ints:
    """Indices of rows, in the order of the rows."""
    library = _imblearn()
    kind = (
        library.under_sampling.RandomUnderSampler
        if method == "under-sampling"
        else library.over_sampling.RandomOverSampler
    )
    sampler = kind(random_state=seed)
    sampler.fit_resample(np.arange(len(labels))[:, None], labels.astype(int))
    return np.sort(sampler.sample_indices_)


def _interpolated(fit: Slice, seed: int) -> tuple[Singles, Values]:
    """
    SMOTE on the columns of the linear family: standardised numbers, the mean for missing ones, and a column
    per category. A synthetic row takes the category with the highest weight among its parents.
    """
    design = Design.fit(fit.matrix, fit.categories)
    columns = design.columns(fit.matrix)
    sampler = _imblearn().over_sampling.SMOTE(random_state=seed, k_neighbors=NEIGHBOURS)
    grown, labels = sampler.fit_resample(columns, fit.labels.astype(int))
    made = grown[len(columns) :]
    matrix = np.empty((len(made), len(fit.categories)), dtype=np.float32)
    for feature in range(len(fit.categories)):
        own = made[:, design.owners == feature]
        if fit.categories[feature]:
            # When no category has weight, the parent has a missing category.
            shares = np.column_stack([own, 1 - own.sum(axis=1)])
            matrix[:, feature] = _known(shares.argmax(axis=1), int(fit.categories[feature]))
        else:
            matrix[:, feature] = own[:, 0] * design.scales[feature] + design.means[feature]
            if design.gaps[feature]:
                matrix[own[:, 1] > 0.5, feature] = np.nan
    return matrix, labels[len(columns) :].astype(fit.labels.dtype)


def _interpolated_with_categories(fit: Slice, seed: int) -> tuple[Singles, Values]:
    """
    SMOTENC: numbers lie between those of the parents, and a category is the most frequent one among the
    neighbours. A missing value counts as a category.
    """
    design = Design.fit(fit.matrix, fit.categories)
    numbers, codes = np.flatnonzero(fit.categories == 0), np.flatnonzero(fit.categories)
    gaps = np.flatnonzero(design.gaps)
    standardised = (fit.matrix[:, numbers] - design.means[numbers]) / design.scales[numbers]
    known = np.where(np.isnan(fit.matrix[:, codes]), fit.categories[codes], fit.matrix[:, codes])
    columns = np.column_stack([np.nan_to_num(standardised), known, np.isnan(fit.matrix[:, gaps])])
    if columns.shape[1] == len(numbers):
        raise ValueError(
            "smotenc needs categories or gaps, and all features are complete numbers: choose smote"
        )
    sampler = _imblearn().over_sampling.SMOTENC(
        categorical_features=list(range(len(numbers), columns.shape[1])),
        random_state=seed,
        k_neighbors=NEIGHBOURS,
    )
    grown, labels = sampler.fit_resample(columns, fit.labels.astype(int))
    made = grown[len(columns) :]
    matrix = np.empty((len(made), len(fit.categories)), dtype=np.float32)
    matrix[:, numbers] = made[:, : len(numbers)] * design.scales[numbers] + design.means[numbers]
    for place, feature in enumerate(codes, start=len(numbers)):
        matrix[:, feature] = _known(made[:, place], int(fit.categories[feature]))
    for place, feature in enumerate(gaps, start=len(numbers) + len(codes)):
        matrix[made[:, place] == 1, feature] = np.nan
    return matrix, labels[len(columns) :].astype(fit.labels.dtype)


def _known(codes: Values, count: int) -> Values:
    return np.where(codes == count, np.nan, codes)


@cache
def _imblearn() -> Any:
    """
    imbalanced-learn from the wheels in the archive: the image does not contain it, and a container without a
    network cannot download it. The package reads a file beside its modules, so the wheels are unpacked first.
    """
    folder = TemporaryDirectory(prefix="wheels-")
    for wheel in Path(schema.__file__).parent.glob("*.whl"):
        with zipfile.ZipFile(wheel) as content:
            content.extractall(folder.name)
    sys.path.append(folder.name)
    try:
        import imblearn.over_sampling
        import imblearn.under_sampling
    finally:
        sys.path.remove(folder.name)
        folder.cleanup()
    return imblearn
