"""Model package groups and versions, and deploying from a package."""

import json

import pytest
from world import IMAGE, ROLE, until

from engine.host import ApiError

EVENT = "SageMaker Model Package State Change"


@pytest.fixture
def group(sagemaker):
    return sagemaker.call("CreateModelPackageGroup", {"ModelPackageGroupName": "Rides"})[
        "ModelPackageGroupArn"
    ]


@pytest.fixture
def register(sagemaker, put):
    def create(**changes):
        url = put("model.tar.gz", b"x")
        container = {
            "Image": IMAGE,
            "ModelDataUrl": url,
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        }
        request = {
            "ModelPackageGroupName": "Rides",
            "InferenceSpecification": {
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            **changes,
        }
        return sagemaker.call("CreateModelPackage", request)["ModelPackageArn"]

    return create


def test_versions_are_numbered_and_announced(sagemaker, world, group, register):
    first, second = register(), register(ModelApprovalStatus="Approved")
    assert first.endswith(":model-package/Rides/1")
    assert second.endswith(":model-package/Rides/2")
    event = world.emitted(EVENT)[0]
    assert (event["ModelPackageGroupName"], event["ModelPackageVersion"]) == ("Rides", 1)
    assert (event["ModelPackageStatus"], event["ModelApprovalStatus"]) == (
        "Completed",
        "PendingManualApproval",
    )
    assert event["CreationTime"].endswith("Z")
    request = {"ModelPackageGroupName": "Rides", "ModelApprovalStatus": "Approved"}
    listed = sagemaker.call("ListModelPackages", request)["ModelPackageSummaryList"]
    assert [package["ModelPackageVersion"] for package in listed] == [2]
    sagemaker.call("DeleteModelPackage", {"ModelPackageName": second})
    assert register().endswith("/3")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("no card", "is no JSON"),
        ("[]", "is not of type 'object'"),
        ('{\n"intended_uses": {}}', "satisfy regular expression pattern"),
        ('{"model_overview": {"model_id": "1"}}', "at model_overview.*model_id"),
        ('{"intended_uses": {"risk_rating": "None"}}', "is not one of"),
        ('{"training_details": {"training_job_details": {"hyper_parameters": [{"name": "eta"}]}}}', "value"),
    ],
)
def test_a_model_card_of_another_schema_is_refused(sagemaker, world, group, register, content, fault):
    with pytest.raises(ApiError, match=fault):
        register(ModelCard={"ModelCardContent": content, "ModelCardStatus": "Draft"})
    with pytest.raises(ApiError, match="modelCardStatus"):
        register(ModelCard={"ModelCardContent": "{}", "ModelCardStatus": "Read"})


def test_a_model_card_is_kept_whatever_image_it_tells_of(sagemaker, world, group, register):
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
    training = {"training_job_details": {"training_environment": {"container_image": [image]}}}
    card = {"ModelCardContent": json.dumps({"training_details": training}), "ModelCardStatus": "Draft"}
    arn = register(ModelCard=card)
    assert sagemaker.call("DescribeModelPackage", {"ModelPackageName": arn})["ModelCard"] == card


def test_a_client_token_is_used_once(sagemaker, world, group, register):
    assert register(ClientToken="execution-1") == register(ClientToken="execution-1")
    assert register(ClientToken="execution-2").endswith("/2")
    assert len(world.emitted(EVENT)) == 2


def test_approval_changes_are_events_with_their_reason(sagemaker, world, group, register):
    arn = register(CustomerMetadataProperties={"kept": "1", "gone": "1"})
    sagemaker.call(
        "UpdateModelPackage",
        {
            "ModelPackageArn": arn,
            "ModelApprovalStatus": "Rejected",
            "ApprovalDescription": "gate: AUC gain -0.01",
            "CustomerMetadataProperties": {"new": "2"},
            "CustomerMetadataPropertiesToRemove": ["gone"],
        },
    )
    package = sagemaker.call("DescribeModelPackage", {"ModelPackageName": arn})
    assert package["ModelApprovalStatus"] == "Rejected"
    assert package["ApprovalDescription"] == "gate: AUC gain -0.01"
    assert package["CustomerMetadataProperties"] == {"kept": "1", "new": "2"}
    assert world.emitted(EVENT)[-1]["ModelApprovalStatus"] == "Rejected"


def test_pages_follow_the_token(sagemaker, group, register):
    arns = [register() for _ in range(3)]
    request = {"ModelPackageGroupName": "Rides", "MaxResults": 2, "SortOrder": "Ascending"}
    first = sagemaker.call("ListModelPackages", request)
    second = sagemaker.call("ListModelPackages", {**request, "NextToken": first["NextToken"]})
    assert "NextToken" not in second
    found = [p["ModelPackageArn"] for page in (first, second) for p in page["ModelPackageSummaryList"]]
    assert found == arns


def test_a_group_with_versions_cannot_be_deleted(sagemaker, group, register):
    arn = register()
    with pytest.raises(ApiError) as refused:
        sagemaker.call("DeleteModelPackageGroup", {"ModelPackageGroupName": "Rides"})
    assert refused.value.code == "ConflictException"
    sagemaker.call("DeleteModelPackage", {"ModelPackageName": arn})
    # It is listed while it is being deleted, and holds its group.
    listed = {"ModelPackageGroupName": "Rides"}
    (deleting,) = sagemaker.call("ListModelPackages", listed)["ModelPackageSummaryList"]
    assert deleting["ModelPackageStatus"] == "Deleting"
    with pytest.raises(ApiError, match="still contains Model Packages"):
        sagemaker.call("DeleteModelPackageGroup", {"ModelPackageGroupName": "Rides"})
    until(lambda: not sagemaker.call("ListModelPackages", listed)["ModelPackageSummaryList"])
    sagemaker.call("DeleteModelPackageGroup", {"ModelPackageGroupName": "Rides"})
    with pytest.raises(ApiError, match="does not exist"):
        sagemaker.call("DescribeModelPackageGroup", {"ModelPackageGroupName": "Rides"})


def test_a_model_takes_its_container_from_a_package(sagemaker, group, register):
    container = {"ModelPackageName": register(), "Environment": {"LOG": "debug"}}
    request = {"ModelName": "m", "Containers": [container], "ExecutionRoleArn": ROLE}
    sagemaker.call("CreateModel", request)
    missing = {"ModelPackageName": container["ModelPackageName"][:-1] + "9"}
    with pytest.raises(ApiError, match="/9 does not exist"):
        sagemaker.call("CreateModel", {**request, "ModelName": "n", "Containers": [missing]})


def test_tags_belong_to_groups_not_to_versions(sagemaker, group, register):
    sagemaker.call("AddTags", {"ResourceArn": group, "Tags": [{"Key": "kit", "Value": "ml"}]})
    assert sagemaker.call("ListTags", {"ResourceArn": group})["Tags"] == [{"Key": "kit", "Value": "ml"}]
    with pytest.raises(ApiError, match="cannot have tags"):
        register(Tags=[{"Key": "kit", "Value": "ml"}])
