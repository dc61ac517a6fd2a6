"""What SageMaker refuses: shapes, constraints, quotas, closed features, what is not rehearsed."""

import sys
from pathlib import Path

import pytest
from world import IMAGE, processing_request, training_request

from engine.host import ApiError
from engine.sagemaker.service import SageMaker


def refused(sagemaker, operation, request, code="ValidationException"):
    with pytest.raises(ApiError) as refusal:
        sagemaker.call(operation, request)
    assert refusal.value.code == code
    return refusal.value.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"RoleArn": None}, "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 0}},
            "have value greater than or equal to 1",
        ),
        ({"TrainingJobName": "a" * 64}, "at 'trainingJobName' failed to satisfy constraint"),
        ({"TrainingJobName": "under_score"}, "Member must satisfy regular expression pattern"),
        (
            {"AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "Files"}},
            "'algorithmSpecification.trainingInputMode' failed to satisfy constraint: Member must satisfy",
        ),
        ({"HyperParameters": {"x": "y" * 2501}}, "length less than or equal to 2500"),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59}},
            "Invalid MaxWaitTimeInSeconds",
        ),
        ({"EnableManagedSpotTraining": False}, "MaxWaitTimeInSeconds is only valid when"),
    ],
)
def test_training_requests_held_against_the_model(sagemaker, world, change, message):
    assert message in refused(sagemaker, "CreateTrainingJob", training_request(world, "t") | change)


def test_own_metric_definitions_are_refused_for_the_image_of_sagemaker(sagemaker, world):
    request = training_request(world, "t")
    request["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "auc", "Regex": "auc=([0-9.]+)"}]
    message = refused(sagemaker, "CreateTrainingJob", request)
    assert message.startswith("You can't override the metric definitions for Amazon SageMaker algorithms.")
    request["AlgorithmSpecification"]["TrainingImage"] = (
        f"{world.account}.dkr.ecr.us-east-1.amazonaws.com/own:1"
    )
    assert sagemaker.call("CreateTrainingJob", request)["TrainingJobArn"]


@pytest.mark.parametrize("operation", ["CreateTrainingJob", "CreateProcessingJob"])
def test_a_tag_that_aws_documents_nowhere_is_refused(sagemaker, world, operation):
    image = f"{IMAGE}-cpu-py3"
    request = (
        training_request(world, "t") if operation == "CreateTrainingJob" else processing_request(world, "p")
    )
    if operation == "CreateTrainingJob":
        request["AlgorithmSpecification"]["TrainingImage"] = image
    else:
        request["AppSpecification"]["ImageUri"] = image
    assert refused(sagemaker, operation, request) == f"Requested image {image} not found."


def test_whether_the_registry_has_the_tag_of_the_build_file_is_not_known(sagemaker, world):
    world.unknowns["undocumented-image-tag"] = "accept"
    request = training_request(world, "t")
    request["AlgorithmSpecification"]["TrainingImage"] = f"{IMAGE}-cpu-py3"
    assert sagemaker.call("CreateTrainingJob", request)["TrainingJobArn"].endswith("/t")
    request["AlgorithmSpecification"]["TrainingImage"] = f"{IMAGE}-cpu-py9"
    assert "not found" in refused(sagemaker, "CreateTrainingJob", {**request, "TrainingJobName": "u"})


@pytest.mark.parametrize(
    "member",
    [
        {"DebugHookConfig": {"S3OutputPath": "s3://b/k"}},
        {"ProfilerConfig": {"DisableProfiler": True}},
    ],
)
def test_debugger_is_closed_to_new_customers(sagemaker, world, member):
    message = refused(sagemaker, "CreateTrainingJob", training_request(world, "t", **member))
    assert message == "SageMaker Debugger is in maintenance mode and is not available to new customers"


def test_monitor_and_clarify_are_closed_to_new_customers(sagemaker, world):
    request = processing_request(world, "clarify")
    request["AppSpecification"]["ImageUri"] = (
        "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
    )
    assert "is in maintenance mode" in refused(sagemaker, "CreateProcessingJob", request)
    schedule = {"MonitoringJobDefinitionName": "d", "MonitoringType": "DataQuality"}
    monitor = {"MonitoringScheduleName": "m", "MonitoringScheduleConfig": schedule}
    message = refused(sagemaker, "CreateMonitoringSchedule", monitor)
    assert message.startswith("This operation is in maintenance mode and is not available to new customers.")


def test_quotas_of_a_fresh_account(sagemaker, world):
    on_demand = training_request(world, "t", StoppingCondition={"MaxRuntimeInSeconds": 60})
    del on_demand["EnableManagedSpotTraining"]
    message = refused(sagemaker, "CreateTrainingJob", on_demand, "ResourceLimitExceeded")
    assert message.startswith(
        "The account-level service limit 'ml.m5.large for training job usage' is 0 Instances, with current "
        "utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas"
    )
    request = processing_request(world, "p")
    request["ProcessingResources"]["ClusterConfig"]["InstanceType"] = "ml.m5.xlarge"
    assert "ml.m5.xlarge for processing job usage" in refused(
        sagemaker, "CreateProcessingJob", request, "ResourceLimitExceeded"
    )


def test_batch_transform_has_no_quota(sagemaker):
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lake/in"}}
    request = {
        "TransformJobName": "t",
        "ModelName": "m",
        "TransformInput": {"DataSource": source},
        "TransformOutput": {"S3OutputPath": "s3://lake/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    message = refused(sagemaker, "CreateTransformJob", request, "ResourceLimitExceeded")
    assert "'ml.m5.large for transform job usage' is 0" in message


def test_filters_of_lists_are_honoured_or_refused(sagemaker, world, put):
    put("job.py", b"")
    for name in ("monitor-1", "monitor-2", "evaluate-1"):
        sagemaker.call("CreateProcessingJob", processing_request(world, name))
    listed = sagemaker.call("ListProcessingJobs", {"NameContains": "Monitor", "SortOrder": "Ascending"})
    names = [job["ProcessingJobName"] for job in listed["ProcessingJobSummaries"]]
    assert names == ["monitor-1", "monitor-2"]
    message = refused(sagemaker, "ListProcessingJobs", {"CreationTimeAfter": 0})
    assert message == "Listing by ['CreationTimeAfter'] is not rehearsed."


def test_running_jobs_use_up_the_quota(sagemaker, world, put):
    put("job.py", b"import time; time.sleep(30)")
    for number in range(4):
        sagemaker.call("CreateProcessingJob", processing_request(world, f"p{number}"))
    message = refused(
        sagemaker, "CreateProcessingJob", processing_request(world, "p4"), "ResourceLimitExceeded"
    )
    assert "is 4 Instances, with current utilization of 4 Instances and a request delta of 1" in message


def test_granted_quotas_replace_those_of_a_fresh_account(world, put):
    service = SageMaker(world, Path(sys.executable), {"ml.m5.large for training job usage": 1})
    put("train/x", b"1")
    put("code.tar.gz", {"train.py": ""})
    request = training_request(world, "t", StoppingCondition={"MaxRuntimeInSeconds": 60})
    request["EnableManagedSpotTraining"] = False
    assert service.call("CreateTrainingJob", request)["TrainingJobArn"]
    service.close()


def test_names_in_use_and_names_unknown(sagemaker, world, put):
    put("job.py", b"")
    sagemaker.call("CreateProcessingJob", processing_request(world, "taken"))
    message = refused(sagemaker, "CreateProcessingJob", processing_request(world, "TAKEN"), "ResourceInUse")
    assert "a job with this name already exists (arn:aws:sagemaker" in message
    assert "Requested resource not found" in refused(
        sagemaker, "DescribeTrainingJob", {"TrainingJobName": "x"}
    )


def test_what_is_not_rehearsed_says_so(sagemaker):
    message = refused(sagemaker, "DescribeNotebookInstance", {"NotebookInstanceName": "n"})
    assert message == "DescribeNotebookInstance is not rehearsed."


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("CreateTrainingJob", {"TrainingJobName": "Mixed-Case"}, "training-job/mixed-case"),
        (
            "ListTrainingJobsForHyperParameterTuningJob",
            {"HyperParameterTuningJobName": "Tune"},
            "hyper-parameter-tuning-job/tune",
        ),
        ("UpdateEndpoint", {"EndpointName": "Live", "EndpointConfigName": "C"}, "endpoint/live"),
        ("CreateModelPackage", {"ModelPackageGroupName": "Rides"}, "model-package/Rides/1"),
        ("ListModelPackages", {"ModelPackageGroupName": "Rides"}, "model-package/Rides/*"),
        ("DeleteModelPackageGroup", {"ModelPackageGroupName": "Rides"}, "model-package-group/Rides"),
        ("CreateModel", {"ModelName": "M"}, "model/m"),
    ],
)
def test_resource_arns_for_authorization(sagemaker, operation, params, resource):
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{resource}"
    assert sagemaker.resource_arn(operation, params) == arn


def test_resource_arns_given_or_absent(sagemaker):
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package/Rides/3"
    for operation, key in (
        ("DescribeModelPackage", "ModelPackageName"),
        ("UpdateModelPackage", "ModelPackageArn"),
        ("AddTags", "ResourceArn"),
    ):
        assert sagemaker.resource_arn(operation, {key: arn}) == arn
    assert sagemaker.resource_arn("ListTrainingJobs", {}) == "*"
    live = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/live"
    assert sagemaker.runtime.resource_arn("InvokeEndpoint", {"EndpointName": "Live"}) == live
