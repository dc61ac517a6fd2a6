"""
Flattens what an endpoint captured for the analyzer of SageMaker Model Monitor, which reads flat records only.

Published by itself and called by that container once a record: none of the kit's modules are there, and its
Python is older.
"""

import json
from typing import Any

# Filled from dataset.json when the file is published.
FEATURES: list[str] = []
LABEL = ""
# Place of the label among the values of a ground-truth record.
TARGET = 0


def preprocess_handler(inference_record: Any) -> Any:
    """
    Data quality gets the features of every instance; model quality, whose records carry ground truth, gets
    one prediction beside its label. The prefixes of the names are the analyzer's. An empty list leaves a
    record out: an error would end the whole run for one of them.
    """
    try:
        return _rows(inference_record)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        print("a captured record is left out: " + repr(problem)[:300], flush=True)
        return []


def _finite(text: str) -> Any:
    raise ValueError(text + " is no number of JSON")


def _rows(inference_record: Any) -> Any:
    truth = getattr(inference_record, "ground_truth", None)
    if truth is None:
        instances = json.loads(inference_record.endpoint_input.data, parse_constant=_finite)["instances"]
        return [{name: instance[name] for name in FEATURES} for instance in instances]
    # One prediction a record: labels are joined by the record's inference id, the key of one instance.
    (prediction,) = json.loads(inference_record.endpoint_output.data)["predictions"]
    return {
        "endpointOutput_score": prediction["score"],
        f"endpointOutput_{LABEL}": int(prediction[LABEL]),
        "groundTruthData_0": int(truth.data.split(",")[TARGET]),
    }
