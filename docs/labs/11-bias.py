"""
Trains as the job does and says how the model treats one group: `11-bias.py carrier EV`, with options of the
job (`--reweigh carrier`), or with columns that nobody may see (`--without carrier seats`).
"""

import argparse

import numpy as np
from notebook import labelled, rows, trained

import train
from common import schema
from common.bias import post_training, pre_training
from common.metrics import Confusion, auc
from common.tasks import prices

LABEL = schema.label_column()


def main() -> None:
    parser = argparse.ArgumentParser(description="Says how a model treats one group.")
    parser.add_argument("facet")
    parser.add_argument("group")
    parser.add_argument("--without", nargs="+", default=[], help="features whose values are taken out")
    parser.add_argument(
        "--recognise", action="store_true", help="trains for the group instead of the outcome"
    )
    asked, options = parser.parse_known_args()
    known = rows()
    member = (known[asked.facet] == asked.group).to_numpy()
    if asked.recognise:
        known[LABEL] = np.where(known[LABEL].notna(), member.astype(float), np.nan)
    for name in asked.without:
        known[name] = None if known[name].dtype == object else np.nan
    train.read_features = lambda *_: known.drop(columns=LABEL)
    train.read_labels = lambda *_: known[[schema.id_column(), LABEL]]
    model = trained("2013-04-01", *options)
    gate = labelled(known.assign(member=member), model.slices.gate)
    scores, labels, inside = model.score(gate), gate[LABEL].to_numpy(), gate.member.to_numpy()
    print(f"AUC       {auc(labels, scores):.4f}")
    if asked.recognise:
        return
    called, unit = model.decide(gate, scores), schema.problem()["costs"]["unit"]
    print(f"cost      {Confusion.of(labels, called).cost(*prices()):.0f} {unit} per 1,000 decisions")
    figures = pre_training(labels == 1, inside) | post_training(labels == 1, called, inside)
    for name, means in MEANS.items():
        print(f"{name:<10}{figures[name]:+.3f}  {means}")
    weights = model.attributions(gate).weights
    most = sorted(weights, key=lambda name: -weights[name])[:5]
    print("explained by " + ", ".join(f"{name} {weights[name]:.2f}" for name in most))


MEANS = {
    "DPL": "share of late flights, others less the group",
    "DPPL": "share called late, others less the group",
    "DI": "share called late, the group's over the others'",
    "RD": "share of late flights that were found, others less the group",
}

if __name__ == "__main__":
    main()
