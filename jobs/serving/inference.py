"""
Inference program of the endpoint, inside model.tar.gz under `code/`: the four functions that SageMaker's
XGBoost container calls. Input and output are the JSON of `POST /predictions`, see docs/contracts.md.
"""

import json
import os
from pathlib import Path

from common.answers import Answer, answers
from common.instances import Columns, checked_columns
from common.model import Model

CONTENT_TYPE = "application/json"


def model_fn(model_dir: str) -> Model:
    # The server derives `model_dir` from SAGEMAKER_BASE_DIR, a place that a serverless container can write
    # to; the model lies in the image's SM_MODEL_DIR.
    return Model.load(Path(os.environ.get("SM_MODEL_DIR", model_dir)))


def input_fn(body: str | bytes, content_type: str) -> Columns:
    """:raises ValueError: naming instance, column and value; the container returns it with status 500"""
    if content_type.split(";")[0].strip() != CONTENT_TYPE:
        raise ValueError(f"content type {content_type!r} is not served: send {CONTENT_TYPE}")
    try:
        request = json.loads(body)
    except ValueError as problem:
        raise ValueError(f'the body is not JSON ({problem}): send {{"instances": [...]}}') from problem
    instances = request.get("instances") if isinstance(request, dict) else None
    if not isinstance(instances, list) or not instances:
        raise ValueError('the body must be {"instances": [...]} with at least one instance')
    return checked_columns(instances)


def predict_fn(columns: Columns, model: Model) -> Answer:
    return {"model": model.identity, "predictions": answers(model, columns)}


def output_fn(answer: Answer, accept: str) -> tuple[str, str]:
    """:raises ValueError: when the caller does not accept JSON"""
    accepted = {kind.split(";")[0].strip() for kind in accept.split(",")}
    if not accepted & {CONTENT_TYPE, "application/*", "*/*"}:
        raise ValueError(f"accept {accept!r} cannot be answered: this endpoint answers {CONTENT_TYPE}")
    return json.dumps(answer), CONTENT_TYPE
