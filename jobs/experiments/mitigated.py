"""
Measures how reweighing, thresholds by group and leaving a column out change a model's decisions per facet
value, and its quality.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

import mitigation
import study
from common import schema
from common.arrays import Bools, Floats, Values
from common.bias import pre_training
from common.metrics import auc
from common.predictors import Predictor
from common.tables import days_of
from common.tasks import prices
from common.transform import counted, present
from rounds import Slice
from study import Judge, Study, Table, change, ranged, shown, table, without

TOLERANCE = 0.05


def main(argv: list[str]) -> None:
    parser = study.options(__doc__)
    parser.add_argument("--facet", type=mitigation.facet, help="default: the first")
    args = parser.parse_args(argv)
    facet = args.facet or next(column.name for column in schema.features() if column.facet)
    rows = study.labelled(args)
    found = Study.of(rows, args.until, args.algorithm, prices())
    study.tell(Mitigation(found, facet).tables())


class Mitigation:
    def __init__(self, found: Study, facet: str) -> None:
        self._found, self._facet = found, facet
        self._names = [column.name for column in schema.features()]
        self._place = self._names.index(facet)
        self._fit, self._select, self._gate = (found.slice(name) for name in ("fit", "select", "gate"))
        self._groups = {name: present(found.part(name)[facet]) for name in ("fit", "select", "gate")}
        self._value = self._farthest()

    def tables(self) -> dict[str, Table]:
        proxies = self._proxies()
        return {
            "groups": self._sizes(),
            "proxies": self._told(proxies),
            "treatments": self._treatments(proxies),
        }

    def _is(self, name: str) -> Bools:
        return np.array([group == self._value for group in self._groups[name]])

    def _farthest(self) -> object:
        """The value whose events differ most from the others in their outcome, on the fit slice."""
        counts = counted(self._found.part("fit")[self._facet])
        values = [value for value, rows in counts.items() if rows >= mitigation.LEAST_ROWS]

        def distance(value: object) -> float:
            inside = np.array([group == value for group in self._groups["fit"]])
            return abs(pre_training(self._fit.labels, inside)["DPL"] or 0.0)

        return max(values, key=distance)

    def _sizes(self) -> Table:
        rows = []
        for value in sorted(set(self._groups["gate"]), key=str):
            cells = [f"{self._facet} = {'missing' if value is None else value}"]
            for name in ("fit", "gate"):
                inside = np.array([group == value for group in self._groups[name]])
                labels = getattr(self, f"_{name}").labels[inside]
                cells += [f"{len(labels):,}", f"{labels.mean():.2%}"]
            rows.append(cells)
        return table(["group", "fit rows", "with the outcome", "gate rows", "with the outcome"], rows)

    def _proxies(self) -> list[tuple[str, float]]:
        """How well the other features, together and alone, predict membership of the group."""
        others = [place for place in range(len(self._names)) if place != self._place]
        asked = {"all others": others, **{self._names[place]: [place] for place in others}}
        told = []
        for name, kept in asked.items():
            left_out = [place for place in range(len(self._names)) if place not in kept]
            slices = [self._membership(part, left_out) for part in ("fit", "select", "gate")]
            scores = self._found.grown(slices[0], slices[1]).score(slices[2].matrix)
            told.append((name, auc(slices[2].labels, scores)))
        return sorted(told, key=lambda each: -each[1])

    def _membership(self, name: str, left_out: list[int]) -> Slice:
        """The rows with a known group, labelled with the group."""
        part: Slice = without(getattr(self, f"_{name}"), left_out)
        known = np.array([group is not None for group in self._groups[name]])
        return Slice(part.matrix[known], self._is(name)[known].astype(float), part.categories)

    def _told(self, proxies: list[tuple[str, float]]) -> Table:
        rows = [[name, f"{figure:.3f}"] for name, figure in proxies[:4]]
        return table(["features", f"AUC for {self._facet} = {self._value}"], rows)

    def _treatments(self, proxies: list[tuple[str, float]]) -> Table:
        judge = Judge(self._gate.labels, days_of(self._found.part("gate")))
        proxy = next(name for name, _ in proxies if name != "all others")
        rows: list[list[str]] = []
        before = np.zeros(1)
        for name, dpl, scores, called in self._decisions(proxy):
            cost = judge.cost(called, self._found.prices)
            before = before if rows else cost
            rows.append(
                [
                    name,
                    f"{dpl:+.4f}",
                    shown(judge.auc(scores)),
                    shown(judge.brier(scores)),
                    *self._bias(judge, called),
                    shown(cost, 0),
                    change(cost, before, 0) if rows else "",
                ]
            )
        columns = ["treatment", "DPL of the fit rows as weighed", "AUC", "Brier score", "DPPL", "DI"]
        columns += ["equal opportunity difference", "cost of 1,000", "change"]
        return table(columns, rows)

    def _bias(self, judge: Judge, called: Bools) -> list[str]:
        """Figures of the group against all others in Clarify's definitions, with intervals over days."""
        inside, truth = self._is("gate"), judge.labels == 1
        shares = [judge.mean(called, side) for side in (~inside, inside)]
        recalls = [judge.mean(called, side & truth) for side in (~inside, inside)]
        ratio = float(shares[1][0] / shares[0][0]) if shares[0][0] else float("nan")
        return [ranged(shares[0] - shares[1]), f"{ratio:.2f}", ranged(recalls[0] - recalls[1])]

    def _decisions(self, proxy: str) -> Iterator[tuple[str, float, Values, Bools]]:
        """Each treatment, the bias left in the fit slice's labels, and its scores and decisions."""
        fit, plain_dpl = self._fit, self._dpl(None)
        model = self._found.grown(fit, self._select)
        yield "none", plain_dpl, *self._one_threshold(model)
        codes = np.nan_to_num(fit.matrix[:, self._place], nan=-1)
        weights = mitigation.reweighed(fit.labels, codes, fit.weights)
        reweighed = self._found.grown(replace(fit, weights=weights), self._select)
        yield "reweighing", self._dpl(weights), *self._one_threshold(reweighed)
        for kind in schema.words()["constraints"]:
            yield f"thresholds by group, {kind}", plain_dpl, *self._by_group(model, kind)
        left_out = {self._facet: [self._place]}
        left_out[f"{self._facet} and {proxy}"] = [self._place, self._names.index(proxy)]
        for name, places in left_out.items():
            blind = self._found.grown(without(fit, places), without(self._select, places))
            yield f"without {name}", plain_dpl, *self._one_threshold(blind, places)

    def _dpl(self, weights: Floats | None) -> float:
        inside, labels = self._is("fit"), self._fit.labels
        rest, own = (
            np.average(labels[side], weights=None if weights is None else weights[side])
            for side in (~inside, inside)
        )
        return float(rest - own)

    def _one_threshold(self, model: Predictor, left_out: list[int] | None = None) -> tuple[Values, Bools]:
        select, gate = (without(part, left_out or []) for part in (self._select, self._gate))
        scores = model.score(gate.matrix)
        return scores, scores >= self._found.cheapest(model, select)

    def _by_group(self, model: Predictor, kind: str) -> tuple[Values, Bools]:
        chosen = mitigation.group_thresholds(
            self._select.labels,
            model.score(self._select.matrix),
            self._groups["select"],
            mitigation.Constraint(kind, TOLERANCE),
            self._found.prices,
        )
        own = {each["value"]: each["threshold"] for each in chosen}
        for_all = self._found.cheapest(model, self._select)
        scores = model.score(self._gate.matrix)
        return scores, scores >= np.array([own.get(group, for_all) for group in self._groups["gate"]])


if __name__ == "__main__":
    main(sys.argv[1:])
