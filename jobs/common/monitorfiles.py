"""
The files of SageMaker Model Monitor (developer guide, "bring your own container"): statistics.json,
constraints.json, constraint_violations.json. Both monitoring engines write these shapes.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from common import schema
from common.arrays import Floats
from common.model import Attributions
from common.tasks import positive_text
from common.transform import counted

# Sketch size of the managed monitor; 2,048 points hold a distribution function to 0.0005.
SKETCH_POINTS = 2048
PARAMETERS = {"c": 0.64, "k": SKETCH_POINTS}
HISTOGRAM_BUCKETS = 10

INFERRED = {"int": "Integral", "double": "Fractional", "string": "String"}


def statistics(rows: pd.DataFrame) -> dict[str, Any]:
    features = [_feature_statistics(column, rows[column.name]) for column in schema.features()]
    return {"version": 0, "dataset": {"item_count": len(rows)}, "features": features}


def _feature_statistics(column: schema.Column, values: "pd.Series[Any]") -> dict[str, Any]:
    present = values.dropna()
    common = {"num_present": len(present), "num_missing": len(values) - len(present)}
    feature: dict[str, Any] = {"name": column.name, "inferred_type": INFERRED[column.type]}
    if column.kind == "categorical":
        buckets = [{"value": value, "count": count} for value, count in counted(present).items()]
        feature["string_statistics"] = {
            "common": common,
            "distinct_count": len(buckets),
            "distribution": {"categorical": {"buckets": buckets}},
        }
    else:
        numbers = _numbers(np.sort(present.to_numpy(dtype=np.float64)), whole=column.type == "int")
        feature["numerical_statistics"] = {"common": common, **numbers}
    return feature


def _numbers(ordered: Floats, *, whole: bool) -> dict[str, Any]:
    # The managed monitor's files have no null: a feature without values has zeros beside num_present 0.
    measured = ordered if ordered.size else np.zeros(1)
    return {
        "mean": float(measured.mean()),
        "sum": float(measured.sum()),
        "std_dev": float(measured.std()),
        "min": float(measured[0]),
        "max": float(measured[-1]),
        "distribution": _kll(ordered, whole=whole),
    }


def _edges(ordered: Floats, *, whole: bool) -> Floats:
    """
    Bucket bounds. Bounds of whole numbers lie on halves, and every bucket holds equally many whole numbers:
    ten equal parts of 1 to 7 would leave three buckets empty although the data has no gap.
    """
    if not whole:
        low, high = ordered[0], ordered[-1]
        low, high = (low, high) if low < high else (low - 0.5, high + 0.5)
        edges = np.linspace(low, high, HISTOGRAM_BUCKETS + 1)
        # Nearly equal values leave no room for ten distinct bounds in floating point.
        return edges if (np.diff(edges) > 0).all() else np.nextafter([low, high], [-np.inf, np.inf])
    numbers = ordered[-1] - ordered[0] + 1
    width = np.ceil(numbers / HISTOGRAM_BUCKETS)
    return ordered[0] - 0.5 + width * np.arange(np.ceil(numbers / width) + 1)


def _kll(ordered: Floats, *, whole: bool) -> dict[str, Any]:
    if ordered.size == 0:
        return {"kll": {"buckets": [], "sketch": {"parameters": PARAMETERS, "data": [[]]}}}
    counts, edges = np.histogram(ordered, bins=_edges(ordered, whole=whole))
    buckets = [
        {"lower_bound": float(low), "upper_bound": float(high), "count": int(count)}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    # Level n of a KLL sketch holds items of weight 2^n. All rows are in memory, so the level is filled with
    # evenly spaced order statistics instead of compacting at random.
    level = max(0, int(np.ceil(np.log2(ordered.size / SKETCH_POINTS))))
    step = 2**level
    kept = ordered[step // 2 :: step] if ordered.size > step // 2 else ordered[:1]
    data: list[list[float]] = [[] for _ in range(level)] + [kept.tolist()]
    return {"kll": {"buckets": buckets, "sketch": {"parameters": PARAMETERS, "data": data}}}


def sample_of(feature: Mapping[str, Any]) -> Floats:
    """The values in a numeric feature's sketch; all have the same weight."""
    levels = feature["numerical_statistics"]["distribution"]["kll"]["sketch"]["data"]
    return np.array(levels[-1], dtype=np.float64)


def counts_of(feature: Mapping[str, Any]) -> dict[Any, int]:
    buckets = feature["string_statistics"]["distribution"]["categorical"]["buckets"]
    return {bucket["value"]: bucket["count"] for bucket in buckets}


def constraints(baseline: Mapping[str, Any], limits: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """
    :param baseline: content of `statistics`
    :param limits: `distance`, `unseen` (a fraction) and `completeness` (a fraction) per feature
    """
    features = []
    for feature in baseline["features"]:
        limit = limits[feature["name"]]
        numeric = "numerical_statistics" in feature
        threshold = "comparison_threshold" if numeric else "categorical_comparison_threshold"
        override: dict[str, Any] = {"distribution_constraints": {threshold: limit["distance"]}}
        entry: dict[str, Any] = {
            "name": feature["name"],
            "inferred_type": feature["inferred_type"],
            "completeness": limit["completeness"],
        }
        if numeric:
            entry["num_constraints"] = {"is_non_negative": feature["numerical_statistics"]["min"] >= 0}
        else:
            entry["string_constraints"] = {"domains": list(counts_of(feature))}
            override["domain_content_threshold"] = limit["unseen"]
        features.append({**entry, "monitoringConfigOverrides": override})
    monitoring_config = {
        "evaluate_constraints": "Enabled",
        "emit_metrics": "Enabled",
        "datatype_check_threshold": 0.1,
        "domain_content_threshold": 0.1,
        "distribution_constraints": {
            "perform_comparison": "Enabled",
            "comparison_threshold": 0.1,
            "comparison_method": "Simple",
            "categorical_comparison_threshold": 0.1,
            "categorical_drift_method": "LInfinity",
        },
    }
    return {"version": 0, "features": features, "monitoring_config": monitoring_config}


def violation(feature: str, check: str, description: str) -> dict[str, str]:
    return {"feature_name": feature, "constraint_check_type": check, "description": description}


def analysis(
    pre: Mapping[str, Any] | None, post: Mapping[str, Any], attributions: Attributions
) -> dict[str, Any]:
    """Clarify's analysis.json; `pre` is absent when there are no labels."""
    label = {"label": schema.label_column(), "label_value_or_threshold": positive_text()}
    content: dict[str, Any] = {"version": "1.0", "post_training_bias_metrics": {**label, "facets": post}}
    if pre is not None:
        content["pre_training_bias_metrics"] = {**label, "facets": pre}
    # The keys are Clarify's, which knows kernel SHAP only; `method` names the method that was used.
    explained = {
        "method": attributions.method,
        "global_shap_values": dict(attributions.weights),
        "expected_value": attributions.expected,
    }
    content["explanations"] = {"kernel_shap": {"label0": explained}}
    return content
