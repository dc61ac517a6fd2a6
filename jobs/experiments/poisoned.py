"""
Shows which checks of the kit detect labels that were flipped before a training. The kit's own programs train,
evaluate and monitor the following window.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

import baseline
import evaluate
import study
from captured import PREDICTED, SCORE, Window
from common import schema
from common.arrays import Bools
from common.labels import read_labels
from common.model import Model
from common.monitorfiles import constraints, statistics
from common.tables import between
from comparison import Scored, evidence
from examine import Baseline, examine
from fairness import figures
from gate import Margins, decide
from study import GATE_DAYS, SEED, SELECT_DAYS, Table, table

SHARES = (0.01, 0.05, 0.10)
# Rows and draws of the monitor in a default kit.
WINDOW_DAYS, DRAWS, FACET_MIN_ROWS, SEGMENT_MIN_ROWS = 14, 1000, 100, 1000
# Margins of a default kit, and the floor of the dataset.
MARGINS = Margins(0.005, 0.02, (schema.problem()["floor"]["auc"], schema.problem()["floor"]["meaning"]))


@dataclass(frozen=True)
class Poison:
    """:ivar of_all: whether the gate's labels are flipped too, or only those that a model learns from"""

    share: float
    target: Any = None
    of_all: bool = False

    def told(self, facet: str) -> str:
        if self.share == 0:
            return "none"
        whom = "at random" if self.target is None else f"all in {facet} = {self.target}"
        return f"{self.share:.0%} {whom}{', the gate too' if self.of_all else ''}"

    def hit(self, rows: pd.DataFrame, facet: str, gate_start: str) -> Bools:
        """Rows whose label is flipped; the number is `share` of the rows that are learned from."""
        learned = np.ones(len(rows), dtype=bool)
        if not self.of_all:
            start = pd.Timestamp(gate_start, tz="UTC")
            learned = (rows[schema.time_column()] < start).to_numpy()
        among = learned if self.target is None else learned & (rows[facet] == self.target).to_numpy()
        count = min(round(self.share * learned.sum()), among.sum())
        chosen = np.zeros(len(rows), dtype=bool)
        chosen[np.random.default_rng(SEED).choice(np.flatnonzero(among), count, replace=False)] = True
        return chosen


def main(argv: list[str]) -> None:
    parser = study.options(__doc__)
    args = parser.parse_args(argv)
    study.tell({"checks": checks(args)})


def checks(args: argparse.Namespace) -> Table:
    window = Window(
        date.fromisoformat(args.until) - timedelta(days=WINDOW_DAYS), date.fromisoformat(args.until)
    )
    end, known = str(window.start), study.labelled(args).dropna(subset=[schema.label_column()])
    facet = next(column.name for column in schema.features() if column.facet)
    target = known[facet].value_counts().index[0]
    before = between(known, "0001-01-01", end)
    gate_start = str(window.start - timedelta(days=GATE_DAYS))
    poisons = [Poison(0.0), *(Poison(share, whom) for whom in (None, target) for share in SHARES)]
    poisons += [Poison(SHARES[-1], None, True), Poison(SHARES[-1], target, True)]
    # The champion was trained on the days before the gate, with unchanged labels.
    champion, _ = _trained(args, before, gate_start)
    runs = [_Run(args, before, each, each.hit(before, facet, gate_start), end, champion) for each in poisons]
    after = between(known, end, str(window.end))
    rows = [[run.poison.told(facet), *run.row(after, window, clean=runs[0])] for run in runs]
    return table(["labels turned round", *COLUMNS], rows)


COLUMNS = (
    "AUC on the window after", "gate against the champion", "gate against the rule", "label bounds",
    "drift of the window", "quality of the window", "bias metrics farther than at the gate",
    "largest move of a DPL at the gate",
)  # fmt: skip


class _Run:
    """A training with poisoned labels, judged with and without the champion, and the following window."""

    def __init__(
        self, args: Any, rows: pd.DataFrame, poison: Poison, hit: Bools, end: str, champion: Model
    ) -> None:
        self.poison = poison
        label = schema.label_column()
        turned = rows.assign(**{label: np.where(hit, 1 - rows[label], rows[label])})
        self._model, read = _trained(args, turned, end)
        self._refused = len(turned) - read
        slices = self._model.slices
        select, gate = (between(turned, *part) for part in (slices.select, slices.gate))
        scored, selected = (Scored.of(part, self._model, champion) for part in (gate, select))
        against = [
            evidence(scored, selected, self._model, contender, DRAWS, SEGMENT_MIN_ROWS)
            for contender in (champion, None)
        ]
        self._decided = [_told(*decide(found, MARGINS)) for found in against]
        period = between(turned, slices.fit[0], slices.end)
        profile = statistics(period)
        self._baseline = {
            "statistics": profile,
            "constraints": constraints(profile, baseline.limits(period, WINDOW_DAYS)),
            "qualityConstraints": evaluate.quality_constraints(scored, against[0]),
            "analysis": evaluate.bias_and_attributions(scored, self._model, FACET_MIN_ROWS),
        }

    def row(self, after: pd.DataFrame, window: Window, clean: "_Run") -> list[str]:
        """:param clean: the run whose labels are as they came"""
        scores = self._model.score(after)
        rows = after.assign(**{SCORE: scores, PREDICTED: self._model.decide(after, scores)})
        found = examine(rows, window, True, Baseline(self._model, self._baseline), DRAWS, FACET_MIN_ROWS)
        quality = found.quality
        if quality is None:
            raise ValueError(f"the window has no quality ({found.quality_reason}): choose another period")
        low, high = quality.dropInterval
        verdict = "violation" if quality.violations() else "nothing"
        drift = [v for v in found.violations if v.check != schema.words()["checks"]["modelQuality"]]
        own, its = self._dpl(), clean._dpl()
        moved = {key: abs(dpl - its[key]) for key, dpl in own.items() if key in its}
        (facet, value), most = max(moved.items(), key=lambda each: each[1])
        return [
            f"{quality.score:.4f}",
            *self._decided,
            f"{self._refused} refused",
            f"{len(drift)} violations",
            f"{verdict}: {quality.drop:+.3f} [{low:+.3f}, {high:+.3f}]",
            str(len(found.bias)),
            f"{facet} = {value}: {most:.3f}" if most > 0 else "none",
        ]

    def _dpl(self) -> dict[tuple[str, Any], float]:
        facets = self._baseline["analysis"]["pre_training_bias_metrics"]["facets"]
        return {(facet, value): dpl for facet, value, metric, dpl in figures(facets) if metric == "DPL"}


def _told(promoted: bool, reason: str) -> str:
    return "promotes" if promoted else f"holds: {reason.split(';')[0]}"


def _trained(args: Any, rows: pd.DataFrame, end: str) -> tuple[Model, int]:
    """A model trained on these labels after a ground-truth delivery, and the number of labels read."""
    columns = [column for column in schema.label_columns() if column.role == "label"]
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "labels").mkdir()
        with (root / "labels/all.jsonl").open("w") as file:
            values = zip(
                *(rows[c.name].astype(int if c.type == "int" else float) for c in columns), strict=True
            )
            for identity, of in zip(rows[schema.id_column()], values, strict=True):
                data = {"data": ",".join(map(str, of)), "encoding": "CSV"}
                record = {
                    "groundTruthData": data,
                    "eventMetadata": {"eventId": identity},
                    "eventVersion": "0",
                }
                file.write(json.dumps(record) + "\n")
        model = study.trained(
            features=args.features, labels=root / "labels", gate_days=GATE_DAYS, select_days=SELECT_DAYS,
            data_through=end, seed=SEED, algorithm=args.algorithm,
        )  # fmt: skip
        return model, len(read_labels(root / "labels"))


if __name__ == "__main__":
    main(sys.argv[1:])
