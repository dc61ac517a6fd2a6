"""Processing jobs: inputs, outputs, configuration files, exit message."""

import json

import pytest
from world import processing_request

from engine.host import ApiError

JOB = """
import json, os, pathlib, sys
config = json.load(open("/opt/ml/config/processingjobconfig.json"))
rows = pathlib.Path("/opt/ml/processing/input/rows/a/b.txt").read_text()
out = pathlib.Path("/opt/ml/processing/output/deep")
out.mkdir()
seen = [sys.argv[1:], os.environ["SETTING"], rows, config["ProcessingJobName"]]
(out / "result.json").write_text(json.dumps(seen))
pathlib.Path("/opt/ml/output/message").write_text("CompletedWithViolations: 2 " + "\\u00e9" * 2000)
"""


@pytest.fixture
def request_with_data(world, put):
    put("job.py", JOB.encode())
    put("rows/a/b.txt", b"42")
    request = processing_request(world, "monitor")
    rows = {
        "S3Uri": f"s3://{world.bucket}/rows",
        "LocalPath": "/opt/ml/processing/input/rows",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    target = {
        "S3Uri": f"s3://{world.bucket}/out",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    }
    request["ProcessingInputs"].append({"InputName": "rows", "S3Input": rows})
    request["ProcessingOutputConfig"] = {"Outputs": [{"OutputName": "all", "S3Output": target}]}
    request["AppSpecification"]["ContainerArguments"] = ["--window", "7"]
    request["Environment"] = {"SETTING": "on"}
    return request


def test_a_job_reads_writes_and_leaves_its_message(sagemaker, world, finished, request_with_data):
    sagemaker.call("CreateProcessingJob", request_with_data)
    job = finished("ProcessingJob", "monitor")
    assert job["ProcessingJobStatus"] == "Completed", job
    assert job["ExitMessage"].startswith("CompletedWithViolations: 2 ")
    assert len(job["ExitMessage"].encode()) in (1023, 1024)
    written = world.s3.get_object(Bucket=world.bucket, Key="out/deep/result.json")["Body"].read()
    assert json.loads(written) == [["--window", "7"], "on", "42", "monitor"]
    statuses = [
        event["ProcessingJobStatus"] for event in world.emitted("SageMaker Processing Job State Change")
    ]
    assert statuses == ["InProgress", "Completed"]


@pytest.mark.parametrize(
    ("answer", "given", "key"),
    [
        ("join", "out/", "out/deep/result.json"),
        ("keep", "out/", "out//deep/result.json"),
        ("keep", "out", "out/deep/result.json"),
    ],
)
def test_an_output_ends_in_a_slash_under_either_answer(
    sagemaker, world, finished, request_with_data, answer, given, key
):
    world.unknowns["processing-slash"] = answer
    output = request_with_data["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]
    output["S3Uri"] = f"s3://{world.bucket}/{given}"
    sagemaker.call("CreateProcessingJob", request_with_data)
    assert finished("ProcessingJob", "monitor")["ProcessingJobStatus"] == "Completed"
    assert world.s3.list_objects_v2(Bucket=world.bucket, Prefix="out")["Contents"][0]["Key"] == key


def test_a_failed_job_keeps_its_message_and_uploads_nothing(
    sagemaker, world, finished, put, request_with_data
):
    put("job.py", (JOB + "\nprint('why')\nraise SystemExit(1)").encode())
    sagemaker.call("CreateProcessingJob", request_with_data)
    job = finished("ProcessingJob", "monitor")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert job["ExitMessage"].startswith("CompletedWithViolations")
    assert "why" in world.logged("/aws/sagemaker/ProcessingJobs", "monitor/")
    assert world.s3.list_objects_v2(Bucket=world.bucket, Prefix="out")["KeyCount"] == 0


def test_an_empty_input_prefix_fails_the_job(sagemaker, world, finished):
    sagemaker.call("CreateProcessingJob", processing_request(world, "nothing"))
    assert "No S3 objects found under S3 URL" in finished("ProcessingJob", "nothing")["FailureReason"]


def test_paths_outside_the_processing_root_are_refused(sagemaker, world):
    request = processing_request(world, "outside")
    request["ProcessingInputs"][0]["S3Input"]["LocalPath"] = "/tmp/code"
    with pytest.raises(ApiError, match="must start with /opt/ml/processing/"):
        sagemaker.call("CreateProcessingJob", request)


def test_environment_values_are_limited_to_256_characters(sagemaker, world):
    request = processing_request(world, "long", Environment={"SETTING": "x" * 257})
    with pytest.raises(ApiError, match="length less than or equal to 256"):
        sagemaker.call("CreateProcessingJob", request)


def test_network_isolation_leaves_no_way_to_the_emulator(sagemaker, world, finished, put):
    put(
        "job.py",
        b"import os, urllib.request\nurllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'], timeout=2)",
    )
    request = processing_request(world, "alone", NetworkConfig={"EnableNetworkIsolation": True})
    sagemaker.call("CreateProcessingJob", request)
    assert finished("ProcessingJob", "alone")["ProcessingJobStatus"] == "Failed"
    assert "Network is unreachable" in world.logged("/aws/sagemaker/ProcessingJobs", "alone/")
