"""
The model card of a package, in SageMaker's schema (facts/model-card-schema.json): purpose, training data,
evaluation, and fairness. A pure function of figures.
"""

from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

from common import schema
from common.tasks import task

# Maximum lengths in the schema: a paragraph, a note, a metric's group or axis, a name.
PARAGRAPH, NOTE, GROUP, NAME = 2048, 1024, 63, 255


def card(
    lineage: Mapping[str, Any], metrics: Mapping[str, Any], decision: Mapping[str, Any]
) -> dict[str, Any]:
    """
    :param lineage: of lineage.py
    :param metrics: content of evaluation.json
    :param decision: content of decision.json
    """
    problem, training, data = schema.problem(), lineage["training"], lineage["data"]
    return {
        "model_overview": {"model_artifact": [training["model"]]},
        "intended_uses": {
            "purpose_of_model": problem["question"][:PARAGRAPH],
            "intended_uses": problem["decision"][:PARAGRAPH],
            "factors_affecting_model_efficiency": _factors()[:PARAGRAPH],
            "risk_rating": "Unknown",
            "explanations_for_risk_rating": "No person has rated the risk; the gate weighs figures only.",
        },
        "business_details": {"business_problem": _price(problem)[:PARAGRAPH]},
        "training_details": {
            "training_observations": _slices(data)[:NOTE],
            "training_job_details": {
                "training_arn": training["job"],
                "training_datasets": [_span([p["partition"] for p in data["partitions"]])],
                "training_environment": {"container_image": [training["image"]]},
                "training_metrics": list(_numbers(metrics["model"])),
                "hyper_parameters": [
                    {"name": name, "value": str(value)[:NAME]}
                    for name, value in {
                        "algorithm": training["algorithm"],
                        **training["hyperparameters"],
                    }.items()
                ],
            },
        },
        "evaluation_details": [
            {
                "name": "gate slice",
                "evaluation_observation": (
                    f"{'Promoted' if decision['promoted'] else 'Held'}: {decision['reason']}"
                )[:PARAGRAPH],
                "datasets": [f"{_range(data['slices']['gate'])}, {data['rows']['gate']} labelled rows"],
                "metadata": {"identity": lineage["identity"], "dataHash": data["dataHash"]},
                "metric_groups": list(_groups(metrics)),
            }
        ],
        "additional_information": {
            "ethical_considerations": _ethics(problem)[:PARAGRAPH],
            "caveats_and_recommendations": (
                f"The gate lets no model pass {_floor(problem['floor'])}: {problem['floor']['meaning']}."
            )[:PARAGRAPH],
            "custom_details": {
                "dataset": schema.dataset()["name"],
                "code": lineage["code"]["sha256"],
                "raw files": str(len({file["key"] for p in data["partitions"] for file in p["files"]})),
            },
        },
    }


def _factors() -> str:
    watched = [column.name for column in schema.features() if column.monitor == "retrain"]
    names = f", above all of {', '.join(watched)}" if watched else ""
    return (
        "The monitor compares each window of requests with the training period: a drift of its features"
        f"{names}, or a loss of quality, means that the figures of this card no longer hold."
    )


def _floor(floor: Mapping[str, Any]) -> str:
    if "auc" in floor:
        return f"below an AUC of {floor['auc']}"
    return f"whose {task().measure} is not {floor['skill']:.0%} below that of the simple rule"


def _price(problem: Mapping[str, Any]) -> str:
    if "costs" not in problem:
        return f"{problem['decision']} Errors are weighed by {task().measure}."
    costs = problem["costs"]
    errors = f"A false alarm costs {costs['falseAlarm']} and a miss {costs['miss']} {costs['unit']}."
    return f"{errors} {costs['meaning']}."


def _slices(data: Mapping[str, Any]) -> str:
    parts = [f"{name} {_range(days)}: {data['rows'][name]} rows" for name, days in data["slices"].items()]
    return (
        f"Labelled rows by whole UTC days, {'; '.join(parts)}. The model was fitted on the first slice only."
    )


def _ethics(problem: Mapping[str, Any]) -> str:
    facets = [f"{column.name} ({column.meaning})" for column in schema.features() if column.facet]
    measured = (
        f"Bias is measured between the values of {', '.join(facets)}, and stands beside the evaluation."
        if facets
        else "Bias is not measured: no column of the dataset is declared as a facet."
    )
    return (
        f"Who is affected: {problem['affected']} {measured} What the training rows lack, no figure can show."
    )


def _groups(metrics: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    challenger = metrics["gate"]["challenger"]
    yield _group("gate slice", _numbers(challenger, type="number"))
    if isinstance(challenger.get("confusion"), Mapping):
        yield _group("confusion at the threshold", _numbers(challenger["confusion"], type="number"))
    costs = metrics["costs"]
    if costs is not None:
        name = f"cost of 1,000 decisions, {costs['unit']}"
        yield _group(name, _numbers(costs["perThousandRows"], type="number"))
    for facet, values in metrics["analysis"]["post_training_bias_metrics"]["facets"].items():
        for value in values:
            found = {metric["name"]: metric["value"] for metric in value["metrics"]}
            yield _group(f"bias: {facet} = {value['value_or_threshold']}", _numbers(found, type="number"))


def _group(name: str, numbers: Iterator[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name[:GROUP], "metric_data": list(numbers)}


def _numbers(figures: Mapping[str, Any], **more: str) -> Iterator[dict[str, Any]]:
    """Every single number; unmeasured figures are left out, because the schema has no null."""
    for name, value in figures.items():
        if isinstance(value, Real) and not isinstance(value, bool):
            yield {"name": name[:NAME], "value": value, **more}


def _range(days: list[str]) -> str:
    return f"{days[0]} to {days[1]}"


def _span(names: list[str]) -> str:
    return f"curated partitions {names[0]} to {names[-1]} ({len(names)})"
