"""
Flattens captured records for the analyzer of SageMaker Model Monitor, which reads flat records only.

This file is published alone, and that container calls it once per record. The kit's modules are not available
there, and its Python is older.
"""

import json
from typing import Any

# Replaced with values of dataset.json when the file is published.
FEATURES: list[str] = []
LABEL = ""
# Position of the label in a ground-truth record.
TARGET = 0


def preprocess_handler(inference_record: Any) -> Any:
    """
    Data quality gets the features of every instance; model quality, whose records carry ground truth, gets
    one prediction beside its label. The analyzer defines the prefixes of the names. An empty list skips a
    record; an error would end the whole run.
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
    # One prediction per record: labels are joined by the record's inference id, the key of one instance.
    (prediction,) = json.loads(inference_record.endpoint_output.data)["predictions"]
    return {
        "endpointOutput_score": prediction["score"],
        f"endpointOutput_{LABEL}": int(prediction[LABEL]),
        "groundTruthData_0": int(truth.data.split(",")[TARGET]),
    }
