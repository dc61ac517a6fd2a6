"""
Estimates the quality of a model by splits that respect time and by one that does not, and the effect of more
rows, more rounds or another seed.
"""

import sys
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, TimeSeriesSplit

import study
from common import schema
from common.arrays import Days
from common.bootstrap import interval
from common.predictors import Predictor
from common.tables import days_of
from common.tasks import task
from common.transform import Encoding
from rounds import Slice
from study import DRAWS, SEED, Table, table

FOLDS, TEST_DAYS, BLOCK_DAYS = 4, 14, 42
# Labels of later days have not arrived when a model is trained.
GAP_DAYS = 2
# Newest share of the days before a test, used for early stopping.
SELECT_SHARE = 0.2
HISTORIES = (14, 28, 56)
ROUNDS = (5, 20, 80, 320)
SEEDS = range(5)


def main(argv: list[str]) -> None:
    args = study.options(__doc__).parse_args(argv)
    rows = study.labelled(args).dropna(subset=[schema.label_column()]).reset_index(drop=True)
    rows = rows[days_of(rows) < np.datetime64(args.until)].reset_index(drop=True)
    found = Validation(rows, args.algorithm)
    study.tell(
        {
            "splits": found.splits(),
            "history": found.history(),
            "rounds": found.rounds(),
            "seeds": found.seeds(),
        }
    )


class Validation:
    """:ivar days: day of each row, in ascending order"""

    def __init__(self, rows: pd.DataFrame, algorithm: str) -> None:
        self._rows, self._algorithm = rows, algorithm
        self._days: Days = days_of(rows)
        self._present = np.unique(self._days)

    def splits(self) -> Table:
        """The score that each split promises, and the optimism of the rows that a model was fitted on."""
        rows = []
        for name, folds in self._folds():
            figures = np.array([self._fold(fit, test) for fit, test in folds])
            measured, own = figures.mean(axis=0)
            spread = figures[:, 0].std(ddof=1)
            rows.append([name, f"{measured:.4f}", f"{spread:.4f}", f"{own:.4f}", f"{own - measured:+.4f}"])
        measure = task().measure
        columns = ["split", f"{measure}, mean of {FOLDS} folds", "spread of folds"]
        return table([*columns, "on the rows of the fit", "difference"], rows)

    def _folds(self) -> Iterator[tuple[str, list[tuple[Days, Days]]]]:
        expanding = TimeSeriesSplit(FOLDS, test_size=TEST_DAYS, gap=GAP_DAYS)
        blocked = TimeSeriesSplit(FOLDS, test_size=TEST_DAYS, gap=GAP_DAYS, max_train_size=BLOCK_DAYS)
        shuffled, days = KFold(FOLDS, shuffle=True, random_state=SEED), self._present
        for name, split in (
            ("expanding", expanding),
            (f"blocked, {BLOCK_DAYS} days", blocked),
            ("whole days at random", shuffled),
        ):
            yield name, [(days[fit], days[test]) for fit, test in split.split(days)]

    def _fold(self, fit: Days, test: Days) -> tuple[float, float]:
        held = self._rows[np.isin(self._days, test)]
        predictor, encoding = self._trained(fit, {})
        fitted = self._rows[np.isin(self._days, fit)]
        return self._score(predictor, encoding, held), self._score(predictor, encoding, fitted)

    def history(self) -> Table:
        """Learning curve: a growing number of the newest days before the last test."""
        test, before = self._last()
        rows = []
        for count in [*(n for n in HISTORIES if n < len(before)), len(before)]:
            predictor, encoding = self._trained(before[-count:], {})
            fitted = self._rows[np.isin(self._days, before[-count:])]
            own, held = (self._score(predictor, encoding, part) for part in (fitted, test))
            rows.append([str(count), f"{len(fitted):,}", f"{own:.4f}", f"{held:.4f}", f"{own - held:+.4f}"])
        return table(["days", "rows", "on the rows of the fit", "on later rows", "difference"], rows)

    def rounds(self) -> Table:
        """
        Validation curve with a patience of 200 rounds, ten times the default. Too few rounds err on both sets
        (bias); too many improve on the training rows only (variance).
        """
        test, before = self._last()
        fitted = self._rows[np.isin(self._days, before)]
        rows = []
        for count in ROUNDS:
            given = {"num_round": count, "early_stopping_rounds": 200}
            predictor, encoding = self._trained(before, given)
            own, held = (self._score(predictor, encoding, part) for part in (fitted, test))
            rows.append([str(count), f"{own:.4f}", f"{held:.4f}", f"{own - held:+.4f}"])
        return table(["rounds at most", "on the rows of the fit", "on later rows", "difference"], rows)

    def seeds(self) -> Table:
        """The variation between seeds beside the variation between days of the test."""
        test, before = self._last()
        labels = test[schema.label_column()].to_numpy()
        answers = {}
        for seed in SEEDS:
            predictor, encoding = self._trained(before, {"seed": SEED + seed})
            answers[str(SEED + seed)] = predictor.score(encoding.matrix(test))
        paired = task().paired(days_of(test), labels, answers)
        weights = paired.draw(DRAWS, SEED)
        scores = np.array([float(paired.measure(name)[0]) for name in answers])
        first = next(iter(answers))
        low, high = interval(paired.measure(first, weights))
        each = [[f"seed {name}", f"{score:.4f}", ""] for name, score in zip(answers, scores, strict=True)]
        width = f"{np.ptp(scores):.4f} between the seeds, {high - low:.4f} between the days (95 %)"
        return table(
            ["trained with", task().measure, "width"], [*each, ["all", f"{scores.mean():.4f}", width]]
        )

    def _last(self) -> tuple[pd.DataFrame, Days]:
        return self._rows[self._days >= self._present[-TEST_DAYS]], self._present[: -TEST_DAYS - GAP_DAYS]

    def _trained(self, days: Days, given: Mapping[str, float]) -> tuple[Predictor, Encoding]:
        """Early stopping uses the newest days, as in a training of the kit."""
        days = np.sort(days)
        cut = days[int(len(days) * (1 - SELECT_SHARE))]
        inside = np.isin(self._days, days)
        fit, select = (self._rows[inside & part] for part in (self._days < cut, self._days >= cut))
        encoding = Encoding.fit(fit)
        fitted, watched = (Slice.of(part, encoding) for part in (fit, select))
        return study.grown(self._algorithm, given, fitted, watched), encoding

    def _score(self, predictor: Predictor, encoding: Encoding, rows: pd.DataFrame) -> float:
        return task().score(rows[schema.label_column()].to_numpy(), predictor.score(encoding.matrix(rows)))


if __name__ == "__main__":
    main(sys.argv[1:])
