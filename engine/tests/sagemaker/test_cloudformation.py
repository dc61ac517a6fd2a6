"""AWS::SageMaker::* as CloudFormation drives them."""

import json

import pytest
from world import IMAGE, ROLE, SERVING_ENVIRONMENT, invoke, served

from engine.host import ApiError

pytestmark = pytest.mark.usefixtures("quick")

MODULE = """
def model_fn(folder): return {answer!r}
def input_fn(body, content_type): return body
def predict_fn(data, model): return model
def output_fn(prediction, accept): return prediction, accept
"""


@pytest.fixture
def kinds(sagemaker):
    return {name.rpartition(":")[2]: kind for name, kind in sagemaker.types.items()}


@pytest.fixture
def model_props(put):
    def make(answer, module=MODULE):
        url = put(f"{answer}.tar.gz", served(module.format(answer=answer)))
        container = {
            "Image": IMAGE,
            "ModelDataUrl": url,
            "Environment": SERVING_ENVIRONMENT,
        }
        return {"PrimaryContainer": container, "ExecutionRoleArn": ROLE}

    return make


def config_props(model_name):
    # CloudFormation hands numbers over as strings where a template computed them.
    serverless = {"MemorySizeInMB": "2048", "MaxConcurrency": "2"}
    variant = {"VariantName": "AllTraffic", "ModelName": model_name, "InitialVariantWeight": "1.0"}
    return {"ProductionVariants": [{**variant, "ServerlessConfig": serverless}]}


def test_a_release_replaces_model_and_configuration_and_updates_the_endpoint(sagemaker, kinds, model_props):
    old_model = model_props("one")
    model, attributes = kinds["Model"].create("Model", old_model, "Serving")
    assert model.startswith("arn:aws:sagemaker:us-east-1:123456789012:model/model-")
    assert attributes["ModelName"].startswith("Model-")
    old_config = config_props(attributes["ModelName"])
    config, attributes = kinds["EndpointConfig"].create("Config", old_config, "Serving")
    old_endpoint = {"EndpointName": "live", "EndpointConfigName": attributes["EndpointConfigName"]}
    endpoint, attributes = kinds["Endpoint"].create("Endpoint", old_endpoint, "Serving")
    assert (endpoint.rpartition(":")[2], attributes["EndpointName"]) == ("endpoint/live", "live")

    new_model = model_props("two")
    newer, attributes = kinds["Model"].update(model, old_model, new_model)
    assert newer != model
    _, attributes = kinds["EndpointConfig"].update(config, old_config, config_props(attributes["ModelName"]))
    new_endpoint = {**old_endpoint, "EndpointConfigName": attributes["EndpointConfigName"]}
    assert kinds["Endpoint"].update(endpoint, old_endpoint, new_endpoint)[0] == endpoint
    kinds["EndpointConfig"].delete(config, old_config)
    kinds["Model"].delete(model, old_model)
    assert invoke(sagemaker, "live", b"x", "text/plain")[2] == b"two"

    # A rollback finds the endpoint where it should be and does not restart it.
    assert kinds["Endpoint"].update(endpoint, old_endpoint, new_endpoint)[0] == endpoint
    kinds["Endpoint"].delete(endpoint, new_endpoint)
    kinds["Endpoint"].delete(endpoint, new_endpoint)
    assert sagemaker.call("ListEndpoints", {})["Endpoints"] == []


def test_endpoint_failures_raise_with_their_reason(sagemaker, kinds, model_props):
    def config(answer, module):
        name = kinds["Model"].create("Model", model_props(answer, module), "Serving")[1]["ModelName"]
        return kinds["EndpointConfig"].create("Config", config_props(name), "Serving")[1][
            "EndpointConfigName"
        ]

    good, bad = config("good", MODULE), config("bad", "raise ImportError")
    with pytest.raises(ApiError, match="Unable to successfully stand up your model"):
        kinds["Endpoint"].create("Endpoint", {"EndpointName": "live", "EndpointConfigName": bad}, "Serving")
    old = {"EndpointName": "live", "EndpointConfigName": good}
    endpoint, _ = kinds["Endpoint"].create("Endpoint", old, "Serving")
    with pytest.raises(ApiError, match="Unable to successfully stand up your model"):
        kinds["Endpoint"].update(endpoint, old, {**old, "EndpointConfigName": bad})
    assert invoke(sagemaker, "live", b"x", "text/plain")[2] == b"good"


def test_a_missing_model_artefact_fails_the_model(kinds, model_props):
    props = model_props("one")
    props["PrimaryContainer"]["ModelDataUrl"] += ".missing"
    with pytest.raises(ApiError, match="Could not access model data"):
        kinds["Model"].create("Model", props, "Serving")


def test_a_group_keeps_its_name_and_its_versions(sagemaker, kinds):
    props = {"ModelPackageGroupName": "Rides", "Tags": [{"Key": "kit", "Value": "ml"}]}
    arn, attributes = kinds["ModelPackageGroup"].create("Group", props, "Training")
    assert arn.endswith(":model-package-group/Rides")
    assert attributes["ModelPackageGroupName"] == "Rides"
    assert json.dumps(attributes)  # what Fn::GetAtt answers must be plain
    retagged = {**props, "Tags": [{"Key": "kit", "Value": "other"}]}
    assert kinds["ModelPackageGroup"].update(arn, props, retagged) == (arn, attributes)
    assert sagemaker.call("ListTags", {"ResourceArn": arn})["Tags"][0]["Value"] == "other"
    described = {**props, "ModelPackageGroupDescription": "more"}
    with pytest.raises(ApiError, match="custom-named resource requires replacing"):
        kinds["ModelPackageGroup"].update(arn, props, described)
    kinds["ModelPackageGroup"].delete(arn, props)
