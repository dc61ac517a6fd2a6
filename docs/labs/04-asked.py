"""
Trains with one more feature, has the gate judge it, and asks again with what was known when each flight was
asked about: `04-asked.py docs/labs/04-features.py own_delay`.
"""

import argparse
import dataclasses
import runpy
import sys

import numpy as np
import pandas as pd
from notebook import DRAWS, compared, decided, labelled, serving, trained
from point_in_time import KEY, LABEL, flights, known_at

import baseline
import drift
import evaluate
import quality
import train
from captured import SCORE
from common import schema
from common.metrics import Confusion, auc
from common.model import Model
from common.monitorfiles import constraints, statistics
from common.tables import between
from common.tasks import prices

# Days of a window of the monitor, as in the deployed kit.
WINDOW_DAYS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description="Judges a feature in the files, and when it is asked for.")
    parser.add_argument("file", help="Python file with the feature as a function of the flights")
    parser.add_argument("name", help="of the function, and of the column")
    parser.add_argument("--feed-hours", type=float, default=0, help="after which an event is heard of")
    asked = parser.parse_args()
    name, feature = asked.name, runpy.run_path(asked.file)[asked.name]
    known, archive = flights(), serving()
    served = Model.unpack(archive)
    gate = labelled(known, served.slices.gate)
    print(f"{'':22}{'AUC':>6}{'calls':>7}  cost per 1,000")
    tell("without it", gate, served.score(gate), served.threshold)

    known[name] = feature(known)
    model = trained_with(known[[KEY, name]])
    gate = labelled(known, model.slices.gate)
    feed = pd.Timedelta(hours=asked.feed_hours)
    moments = {moment: known_at(moment, known, feed) for moment in gate["asked_at"].unique()}
    then = pd.concat(feature(table)[table["asked_at"] == moment] for moment, table in moments.items())
    then.index = known.loc[then.index, KEY]
    online = gate.assign(**{name: then.reindex(gate[KEY]).to_numpy(dtype=float)})
    tell("with it, in the files", gate, model.score(gate), model.threshold)
    tell("with it, when asked", gate, model.score(online), model.threshold)
    tell("nobody is warned", gate, np.zeros(len(gate)), 1)

    scored, found = compared(known, model)
    _, difference = evaluate._champion(archive.parent)
    promoted, reason = decided(dataclasses.replace(found, incomparable=difference))
    print(f"gate     {'Promote' if promoted else 'Hold'}: {reason}")
    period = between(known, model.slices.fit[0], model.slices.end)
    limits = constraints(statistics(period), baseline.limits(period, WINDOW_DAYS))
    _, moved = drift.measure(online, statistics(period), limits)
    print(f"drift    {'; '.join(each.describe() for each in moved) or 'no violation'}")
    promised = evaluate.quality_constraints(scored, found)["gain_over_rule"]
    online[SCORE] = model.score(online)
    here = quality.measure(online, model.rule(online), promised, DRAWS)
    fell = "fell" if here.violations() else "did not surely fall"
    low, high = here.dropInterval
    print(f"quality  the gain over the rule {fell}: {here.drop:+.4f} in [{low:+.4f}, {high:+.4f}]")
    other = np.mean(~np.isclose(gate[name], online[name], equal_nan=True))
    if other:
        sys.exit(f"{name} is not known when the question is asked: {other:.1%} of the values are others then")
    print(f"{name} is known when the question is asked: every value is the same then")


def trained_with(column: pd.DataFrame) -> Model:
    """Declares the column as dataset.json would, and trains with its values."""
    key, name = column.columns
    schema.dataset()["features"]["columns"].append(
        {
            "name": name,
            "type": "double",
            "role": "feature",
            "kind": "numeric",
            "nullable": True,
            "meaning": "",
        }
    )
    schema.curated_columns.cache_clear()
    read = train.read_features
    train.read_features = lambda folder: read(folder).drop(columns=name).merge(column, on=key)
    return trained("2013-04-01")


def tell(who: str, gate: pd.DataFrame, scores: np.ndarray, threshold: float) -> None:
    truth, calls = gate[LABEL].to_numpy(), scores >= threshold
    cost = Confusion.of(truth, calls).cost(*prices())
    print(f"{who:22}{auc(truth, scores):.4f}{calls.mean():7.1%}{cost:16.0f}")


if __name__ == "__main__":
    main()
