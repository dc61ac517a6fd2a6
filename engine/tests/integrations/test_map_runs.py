"""A distributed map reads, batches, starts and writes under the role of its machine."""

import json
from typing import Any

import pytest

ECHO = (
    "exports.handler = async (event) => {"
    " if (event.Items.some(({ Key }) => Key.includes('broken'))) {"
    "  const e = new Error('broken'); e.name = 'Broken'; throw e; }"
    " return { keys: event.Items.map(({ Key }) => Key), given: event.BatchInput }; }"
)


@pytest.fixture(scope="module")
def function(engine):
    return engine.node_function(ECHO)


@pytest.fixture
def bucket(engine):
    name = engine.name("documents")
    engine.client("s3").create_bucket(Bucket=name)
    return name


def put(engine, bucket, *keys):
    for key in keys:
        engine.client("s3").put_object(Bucket=bucket, Key=key, Body=b"text")


def definition(bucket: str, function: str, **over: Any) -> dict[str, Any]:
    batch = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
    }
    documents = {
        "Type": "Map",
        "Label": "Batches",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:listObjectsV2",
            "Arguments": {"Bucket": bucket, "Prefix": "{% $states.input.prefix %}"},
        },
        "ItemBatcher": {
            "MaxItemsPerBatch": 2,
            "BatchInput": {"run": "{% $states.context.Execution.Name %}"},
        },
        "ToleratedFailurePercentage": 40,
        "MaxConcurrency": 2,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Batch",
            "States": {"Batch": batch},
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Arguments": {"Bucket": bucket, "Prefix": "results"},
        },
        "Assign": {"run": "{% $states.result %}"},
        "Next": "Count",
        **over,
    }
    count = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:describeMapRun",
        "Arguments": {"MapRunArn": "{% $run.MapRunArn %}"},
        "Output": {"counts": "{% $states.result.ItemCounts %}", "writer": "{% $run.ResultWriterDetails %}"},
        "End": True,
    }
    return {"StartAt": "Documents", "States": {"Documents": documents, "Count": count}}


def read(engine, bucket, key):
    return json.loads(engine.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def test_items_are_batched_and_results_are_written_with_a_manifest(engine, admin, bucket, function):
    put(engine, bucket, "a/1", "a/2", "a/3", "b/1")
    done = engine.run(definition(bucket, function), admin, {"prefix": "a/"})
    assert done["status"] == "SUCCEEDED", done
    counts, writer = done["output"]["counts"], done["output"]["writer"]
    assert (counts["Total"], counts["Succeeded"], counts["ResultsWritten"]) == (3, 3, 3)
    manifest = read(engine, bucket, writer["Key"])
    assert manifest["ResultFiles"]["FAILED"] == []
    (file,) = manifest["ResultFiles"]["SUCCEEDED"]
    outputs = [json.loads(child["Output"]) for child in read(engine, bucket, file["Key"])]
    assert [output["keys"] for output in outputs] == [["a/1", "a/2"], ["a/3"]]
    assert {output["given"]["run"] for output in outputs} == {done["name"]}


def test_a_failed_batch_counts_with_all_its_items_and_is_written_with_its_error(
    engine, admin, bucket, function
):
    put(engine, bucket, "a/1", "a/2", "a/3", "a/4", "a/5-broken")
    tolerated = engine.run(definition(bucket, function), admin, {"prefix": "a/"})
    assert tolerated["output"]["counts"]["Failed"] == 1
    manifest = read(engine, bucket, tolerated["output"]["writer"]["Key"])
    (failure,) = read(engine, bucket, manifest["ResultFiles"]["FAILED"][0]["Key"])
    assert (failure["Status"], failure["Error"]) == ("FAILED", "Broken")
    put(engine, bucket, "a/1-broken")
    failed = engine.run(definition(bucket, function), admin, {"prefix": "a/"})
    assert failed["error"] == "States.ExceedToleratedFailureThreshold"


def test_an_empty_prefix_is_a_run_of_no_items(engine, admin, bucket, function):
    done = engine.run(definition(bucket, function), admin, {"prefix": "none/"})
    assert done["output"]["counts"]["Total"] == 0


@pytest.mark.parametrize(
    ("missing", "error"),
    [
        ("s3:ListBucket", "States.ItemReaderFailed"),
        ("s3:PutObject", "States.ResultWriterFailed"),
        ("states:StartExecution", "States.ExceedToleratedFailureThreshold"),
        ("lambda:InvokeFunction", "States.ExceedToleratedFailureThreshold"),
    ],
)
def test_every_step_is_the_role_s(engine, allow, bucket, function, missing, error):
    put(engine, bucket, "a/1")
    actions = ["s3:ListBucket", "s3:PutObject", "states:StartExecution", "lambda:InvokeFunction"]
    role = engine.role(*(allow(action) for action in actions if action != missing))
    assert engine.run(definition(bucket, function), role, {"prefix": "a/"})["error"] == error
    assert engine.decisions(role=role, action=missing, decision="Deny")


def test_a_run_is_described_under_a_grant_that_names_its_machine(engine, allow, bucket, function):
    put(engine, bucket, "a/1")
    others = ["s3:ListBucket", "s3:PutObject", "states:StartExecution", "lambda:InvokeFunction"]

    def run(on: str) -> Any:
        role = engine.role(allow(*others), allow("states:DescribeMapRun", on=on))
        return engine.run(definition(bucket, function), role, {"prefix": "a/"})

    assert run("arn:aws:states:us-east-1:123456789012:mapRun:*/Batches:*")["status"] == "SUCCEEDED"
    denied = run("arn:aws:states:us-east-1:123456789012:mapRun:*/Others:*")
    assert "not authorized to perform: states:DescribeMapRun on resource: arn:aws:states" in denied["cause"]


def test_children_see_no_variables_of_their_parent(engine, admin, bucket, function):
    put(engine, bucket, "a/1")
    machine = definition(bucket, function)
    arguments = {"FunctionName": function, "Payload": {"Items": [], "BatchInput": "{% $prefix %}"}}
    machine["States"]["Documents"]["ItemProcessor"]["States"]["Batch"]["Arguments"] = arguments
    machine["States"]["Begin"] = {"Type": "Pass", "Assign": {"prefix": "a/"}, "Next": "Documents"}
    machine["StartAt"] = "Begin"
    failed = engine.run(machine, admin, {"prefix": "a/"})
    assert failed["error"] == "States.ExceedToleratedFailureThreshold"


def test_what_is_not_rehearsed_fails_loudly(engine, admin, bucket, function):
    failed = engine.run(definition(bucket, function, ToleratedFailureCount=1), admin, {"prefix": "a/"})
    assert failed["error"] == "States.Runtime"
    assert "ToleratedFailureCount" in failed["cause"]
