"""
Plays a bake-off on disk, with the code of the training job and of the bake-off: `06-families.py`. Options of
the training job add a model of one's own: `06-families.py --families linear --num_round 5`.
"""

import argparse
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from notebook import DRAWS, compared, decided, rows, trained

import bakeoff
import train
from common import schema
from common.model import Model

LABEL = schema.label_column()
# The random forest takes as long as all of these together.
QUICK = ["linear", "decision-tree", "boosted-trees", "extra-trees", "neural-network", "ensemble"]


@dataclass(frozen=True)
class Contender:
    model: Model
    archive: Path
    cpu_seconds = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Plays a bake-off on disk.")
    parser.add_argument("--families", nargs="+", default=QUICK)
    parser.add_argument("--open-gate", action="store_true", help="shows what the gate's rows say, too")
    asked, options = parser.parse_known_args()
    known = rows()
    known[LABEL] = known.pop(LABEL)  # the last column, as in the rows that a training hashes
    train.read_features = lambda *_: known.drop(columns=LABEL)
    train.read_labels = lambda *_: known[[schema.id_column(), LABEL]]
    models = {name: trained("2013-04-01", f"--algorithm={name}") for name in asked.families}
    models |= {"yours": trained("2013-04-01", *options)} if options else {}
    with tempfile.TemporaryDirectory() as folder:
        contenders = {
            name: Contender(each, packed(each, Path(folder) / name)) for name, each in models.items()
        }
        table = bakeoff.compare(contenders, known, DRAWS, [])
    for each in table["families"]:
        milliseconds = each["milliseconds"]["500"]
        cost = f"{each['archiveBytes'] / 1000:6.0f} kB, {milliseconds:4.0f} ms, {each['explained']}"
        print(f"{each['family']:<15}select {each['selectScore']:.4f}, {cost}")
    for each in table["families"] if asked.open_gate else ():
        gain = "{:+.4f} [{:+.4f}, {:+.4f}]".format(each["gain"], *each["interval"])
        promoted, reason = decided(compared(known, models[each["family"]])[1])
        said = "promoted" if promoted else f"held: {reason}"
        print(f"{each['family']:<15}gate {each['score']:.4f}, to the winner {gain}, {said}")


def packed(model: Model, folder: Path) -> Path:
    """The model compressed; the training job puts the code that serves it into the archive, too."""
    archive = folder.with_suffix(".tar.gz")
    folder.mkdir()
    model.save(folder)
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(folder, "")
    return archive


if __name__ == "__main__":
    main()
