"""
Compares the kit's bake-off on the real rows of January to March with second_bakeoff.py; prints the figures as
one JSON line, or fails when the two disagree.
"""

import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from clock import DATASET, seconds

import bakeoff  # isort: skip
import second_bakeoff  # isort: skip
import train  # isort: skip
from jobs import curate, options  # isort: skip

MONTHS, END = ("2013-01", "2013-02", "2013-03"), "2013-04-01"
# Gate and select slice of the default dataset have two weeks each.
SLICES = ["2013-01-01", "2013-03-04", "2013-03-18", END]
SLICE_DAYS = {"gate_days": 14, "select_days": 14}
# Tolerance for AUCs, PR-AUCs and Brier scores; costs are compared by their relative difference.
AGREEMENT = 0.002
COMPARED = ("selectScore", "score", "prAuc", "brier", "costPerThousand")


def kit(root: Path) -> dict[str, Any]:
    """The table from the kit's own programs, called like the jobs call them."""
    for family in second_bakeoff.FAMILIES:
        folder = root / "trained" / family
        inputs = {name: root / "input" / name for name in ("features", "labels")}
        outputs = {name: folder / name for name in ("model", "checkpoints", "output")}
        asked = {"algorithm": family, "data_through": END, **SLICE_DAYS}
        seconds(lambda asked={**asked, **inputs, **outputs}: train.main(options(asked)))  # type: ignore[misc]
        (root / "input" / family).mkdir()
        for archive, packed in {"model": folder / "model", "output": folder / "output/data"}.items():
            with tarfile.open(root / "input" / family / f"{archive}.tar.gz", "w:gz") as tar:
                tar.add(packed, ".")
    places = {"input": root / "input", "output": root / "output", "message": root}
    asked = options({"data-through": END, "draws": 1000, **places})
    seconds(lambda: bakeoff.main([*asked, "--families", *second_bakeoff.FAMILIES]))
    return json.loads((root / "output/bakeoff/bakeoff.json").read_text())


def apart(ours: dict[str, Any], other: dict[str, float]) -> dict[str, float]:
    found = {name: abs(ours[name] - other[name]) for name in COMPARED}
    return {**found, "costPerThousand": found["costPerThousand"] / other["costPerThousand"]}


def main(root: Path) -> dict[str, Any]:
    curate(root, *MONTHS)
    dataset = json.loads((DATASET / "dataset.json").read_text())
    ours = kit(root)
    data = second_bakeoff.Data(root / "input/features", root / "input/labels", dataset, SLICES)
    other = second_bakeoff.table(data, dataset["problem"]["costs"])
    found = {each["family"]: apart(each, other[each["family"]]) for each in ours["families"]}
    wrong = [
        f"{family} {name} by {by:.5f}"
        for family, figures in found.items()
        for name, by in figures.items()
        if by > AGREEMENT
    ]
    if wrong:
        raise RuntimeError(f"the two bake-offs disagree by more than {AGREEMENT}: {', '.join(wrong)}")
    families = ours["families"]
    return {
        "families": len(families),
        "rows of the gate": ours["rows"]["gate"],
        **{f"AUC of {each['family']}": each["score"] for each in families},
        **{
            f"gain of {each['family']} over {ours['winner']}, with interval": [
                each["gain"],
                *each["interval"],
            ]
            for each in families
        },
        **{f"largest difference in {name}": max(each[name] for each in found.values()) for name in COMPARED},
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(main(Path(folder))))
