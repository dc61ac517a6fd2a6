"""
Trains on parts of the history, and judges each model on the gate's days: `06-curve.py`. Or measures what a
feature would be worth, by filling columns with what became known later: `06-curve.py --hindsight`.
"""

import argparse
from collections.abc import Sequence

import numpy as np
import pandas as pd
from notebook import labelled, rows, trained

import train
from common import schema
from common.metrics import auc
from common.tables import days_of

LABEL, ID, PLACE = schema.label_column(), schema.id_column(), "origin"
FAMILIES = ("linear", "boosted-trees")
SELECT_START = np.datetime64("2013-03-04")
WEATHER = [column.name for column in schema.features() if "at the origin two hours before" in column.meaning]


def main() -> None:
    parser = argparse.ArgumentParser(description="Plays learning curves on disk.")
    parser.add_argument("--hindsight", action="store_true", help="tells models what became known later")
    asked = parser.parse_args()
    known = rows()
    days = days_of(known)
    if asked.hindsight:
        show("what is known", known, known, FAMILIES[:1])
        for name, told in (("weather of that hour", with_weather), ("delays of that hour", with_delays)):
            show(name, told(known), told(known), FAMILIES[:1])
        return
    for count in (7, 14, 28):
        show(f"the newest {count} days", known, known[days >= SELECT_START - count])
    show("all days", known, known)
    drawn = np.random.default_rng(1).random(len(known)) < 1 / 8
    show("an eighth of all rows", known, known[drawn | (days >= SELECT_START)])


def show(name: str, known: pd.DataFrame, learned: pd.DataFrame, families: Sequence[str] = FAMILIES) -> None:
    train.read_features = lambda *_: learned.drop(columns=LABEL)
    train.read_labels = lambda *_: known[[ID, LABEL]]
    told = []
    for family in families:
        model = trained("2013-04-01", f"--algorithm={family}")
        gate = labelled(known, model.slices.gate)
        told.append(f"{family} {auc(gate[LABEL].to_numpy(), model.score(gate)):.4f}")
    print(f"{name:<24}{model.meta['rows']['fit']:6} rows  {'  '.join(told)}", flush=True)


def with_weather(known: pd.DataFrame) -> pd.DataFrame:
    """The weather in the hour of the flight, which flights two hours later carry, in place of that before."""
    hour = known[schema.time_column()].dt.floor("h").rename("hour")
    seen = known[WEATHER].groupby([known[PLACE], hour - pd.Timedelta(hours=2)]).first()
    return known.drop(columns=WEATHER).assign(hour=hour).join(seen, on=[PLACE, "hour"])


def with_delays(known: pd.DataFrame) -> pd.DataFrame:
    """The mean arrival delay of the other flights of that hour, in place of the delays two hours before."""
    minutes = known["arrival_delay_minutes"]
    same = minutes.groupby([known[PLACE], known[schema.time_column()].dt.floor("h")])
    others = same.transform("count") - minutes.notna()
    mean = (same.transform("sum") - minutes.fillna(0)) / others.where(others > 0)
    return known.assign(mean_delay_h2=mean)


if __name__ == "__main__":
    main()
