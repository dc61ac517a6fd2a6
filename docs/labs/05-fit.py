"""
Trains as the training job does, on the rows that `kit pull` brought to disk, and prints how good the model is
on each slice. Options are those of jobs/training/train.py: `05-fit.py --max_depth 3`.
"""

import os
import sys
import tempfile
from pathlib import Path

from notebook import PULLED, rows

import rounds
import train
from common import schema
from common.metrics import auc, brier, calibration, calibration_error
from common.model import Model, identity
from common.tables import between

TAKEN = "--taken-away-after"


def main(argv: list[str]) -> int:
    last = int(argv.pop(argv.index(TAKEN) + 1)) if TAKEN in argv else None
    options = [option for option in argv if option != TAKEN]
    given = {"features": PULLED / "features", "labels": PULLED / "ground-truth", "data_through": "2013-04-01"}
    given |= {} if "--checkpoints" in options else {"checkpoints": tempfile.mkdtemp()}
    args = train.options([*(part for name in given for part in (f"--{name}", str(given[name]))), *options])
    grown = 0

    def count(number: int, score: float) -> None:
        nonlocal grown
        grown += 1
        if number == last:
            print(f"round {number}: AUC {score:.4f}; the instance is taken away", flush=True)
            # Nothing is closed or written any more, as when the power goes.
            os._exit(1)

    rounds.print_metric = count
    model = train.train(args)
    with tempfile.TemporaryDirectory() as folder:
        model.predictor.save(Path(folder))
        name, size = identity(Path(folder)), sum(file.stat().st_size for file in Path(folder).iterdir())
    print(f"kept {model.meta['rounds']} rounds, grew {grown} here, {size / 1e6:.1f} MB")
    print(f"trees {name}{', those of the registered model' if name in registered() else ''}")
    known = rows()
    print(f"{'slice':8}{'rows':>7}{'AUC':>8}{'Brier':>8}{'off by':>8}{'says':>7}{'was':>7}")
    found = {}
    for part in ("fit", "select", "gate"):
        inside = between(known, *getattr(model.slices, part)).dropna(subset=[schema.label_column()])
        truth, said = inside[schema.label_column()].to_numpy(), model.score(inside)
        found[part] = auc(truth, said)
        off = calibration_error(calibration(truth, said))
        means = f"{said.mean():7.3f}{truth.mean():7.3f}"
        print(f"{part:8}{len(inside):7}{found[part]:8.4f}{brier(truth, said):8.4f}{off:8.4f}{means}")
    print(f"rule    {len(inside):7}{auc(truth, model.rule(inside)):8.4f}  on the rows of the gate")
    print(f"learned by heart (AUC of fit less AUC of select): {found['fit'] - found['select']:.4f}")
    return 0


def registered() -> set[str]:
    """The hashes of the predictors in the archives that were pulled."""
    found = set()
    for archive in PULLED.glob("models/*/output/model.tar.gz"):
        with tempfile.TemporaryDirectory() as folder:
            Model.unpack(archive).predictor.save(Path(folder))
            found.add(identity(Path(folder)))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
