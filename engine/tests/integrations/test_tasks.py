"""State machine tasks are real calls under the machine's role: results, error names, denials."""

import json

import pytest

JOB = {
    "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": "image"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}
COUNTING = (
    "let calls = 0; exports.handler = async (event) => {"
    " calls += 1;"
    " if (event.failures >= calls) { const e = new Error('not yet'); e.name = 'NotYet'; throw e; }"
    " return { calls, event }; }"
)


@pytest.fixture(scope="module")
def table(engine):
    name = engine.name("table")
    engine.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return name


def test_lambda_result_carries_the_payload(engine, admin):
    function = engine.node_function(COUNTING)
    done = engine.task("lambda:invoke", {"FunctionName": function, "Payload": {"a": 1}}, admin)
    assert done["output"]["Payload"] == {"calls": 1, "event": {"a": 1}}
    assert done["output"]["StatusCode"] == 200


def test_a_history_tells_what_a_task_asked_for(engine, admin):
    request = {"FunctionName": engine.node_function(COUNTING), "Payload": {"a": 1}}
    done = engine.task("lambda:invoke", request, admin)
    history = engine.client("stepfunctions").get_execution_history(executionArn=done["executionArn"])
    asked = [event.get("taskScheduledEventDetails") for event in history["events"]]
    assert [json.loads(details["parameters"]) for details in asked if details] == [request]


def test_node_error_keeps_its_name_and_the_process(engine, admin):
    function = engine.node_function(COUNTING)
    arguments = {"FunctionName": function, "Payload": {"failures": 2}}
    failed = engine.task("lambda:invoke", arguments, admin)
    assert failed["error"] == "NotYet"
    assert json.loads(failed["cause"])["errorMessage"] == "not yet"
    retry = {"ErrorEquals": ["NotYet"], "IntervalSeconds": 1, "MaxAttempts": 3}
    done = engine.task("lambda:invoke", arguments, admin, Retry=[retry])
    # The process that counted the failures served the success.
    assert done["output"]["Payload"]["calls"] == 3


def test_retry_of_another_error_name_does_not_apply(engine, admin):
    function = engine.node_function(COUNTING)
    retry = {"ErrorEquals": ["SomethingElse"], "MaxAttempts": 5}
    arguments = {"FunctionName": function, "Payload": {"failures": 1}}
    assert engine.task("lambda:invoke", arguments, admin, Retry=[retry])["error"] == "NotYet"


def test_a_missing_grant_fails_the_task_and_names_who_what_and_where(engine, allow):
    function = engine.node_function(COUNTING)
    role = engine.role(allow("lambda:InvokeFunction", on=f"{function}-other"))
    failed = engine.task("lambda:invoke", {"FunctionName": function}, role)
    assert failed["status"] == "FAILED"
    assert failed["error"] == "Lambda.AWSLambdaException"
    name = role.rpartition("/")[2]
    assert f"assumed-role/{name}/" in failed["cause"]
    assert f"not authorized to perform: lambda:InvokeFunction on resource: {function}" in failed["cause"]
    denied = engine.decisions(role=role, action="lambda:InvokeFunction", decision="Deny")
    assert [line["resource"] for line in denied] == [function]


@pytest.mark.parametrize(
    ("resource", "error"),
    [
        ("dynamodb:putItem", "DynamoDB.ConditionalCheckFailedException"),
        ("aws-sdk:dynamodb:putItem", "DynamoDb.ConditionalCheckFailedException"),
    ],
)
def test_conditional_put(engine, admin, table, resource, error):
    arguments = {
        "TableName": table,
        "Item": {"id": {"S": resource}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    assert engine.task(resource, arguments, admin)["status"] == "SUCCEEDED"
    assert engine.task(resource, arguments, admin)["error"] == error


def test_dynamodb_update_and_get(engine, admin, table):
    key = {"TableName": table, "Key": {"id": {"S": "counted"}}}
    update = {
        **key,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
        "ReturnValues": "ALL_NEW",
    }
    updated = engine.task("aws-sdk:dynamodb:updateItem", update, admin)
    assert updated["output"]["Attributes"] == {"id": {"S": "counted"}, "n": {"N": "1"}}
    found = engine.task("dynamodb:getItem", key, admin)
    assert found["output"]["Item"] == {"id": {"S": "counted"}, "n": {"N": "1"}}


def test_s3_objects_as_text(engine, admin):
    bucket = engine.name("bucket")
    engine.client("s3").create_bucket(Bucket=bucket)
    put = {"Bucket": bucket, "Key": "a/b.json", "Body": {"x": [1]}}
    assert engine.task("aws-sdk:s3:putObject", put, admin)["status"] == "SUCCEEDED"
    got = engine.task("aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "a/b.json"}, admin)
    assert json.loads(got["output"]["Body"]) == {"x": [1]}
    listed = engine.task("aws-sdk:s3:listObjectsV2", {"Bucket": bucket, "Prefix": "a/"}, admin)
    assert [item["Key"] for item in listed["output"]["Contents"]] == ["a/b.json"]
    for action in ("getObject", "headObject"):
        missing = engine.task(f"aws-sdk:s3:{action}", {"Bucket": bucket, "Key": "none"}, admin)
        assert missing["error"] == "S3.NoSuchKeyException"


def test_ssm_parameters(engine, admin, allow):
    put = {"Name": "/kit/champion", "Value": "one", "Type": "String", "Overwrite": True}
    assert engine.task("aws-sdk:ssm:putParameter", put, admin)["status"] == "SUCCEEDED"
    got = engine.task("aws-sdk:ssm:getParameter", {"Name": "/kit/champion"}, admin)
    assert got["output"]["Parameter"]["Value"] == "one"
    assert engine.task("aws-sdk:ssm:getParameter", {"Name": "/no"}, admin)["error"] == (
        "Ssm.ParameterNotFoundException"
    )
    reader = engine.role(allow("ssm:GetParameter"))
    assert "AccessDenied" in engine.task("aws-sdk:ssm:putParameter", put, reader)["error"]


def test_events_fail_as_one_task(engine, admin):
    entry = {"Source": "kit", "DetailType": "Test", "Detail": {"a": 1}}
    sent = engine.task("events:putEvents", {"Entries": [entry]}, admin)
    assert sent["output"]["FailedEntryCount"] == 0
    refused = engine.task("events:putEvents", {"Entries": [{**entry, "Source": "aws.s3"}]}, admin)
    assert refused["error"] == "EventBridge.FailedEntry"


def test_a_child_execution_is_followed(engine, admin):
    child = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Output": {"c": 1}, "End": True}}}
    arn = engine.client("stepfunctions").create_state_machine(
        name=engine.name("child"),
        roleArn=admin,
        definition=json.dumps({"QueryLanguage": "JSONata", **child}),
    )["stateMachineArn"]
    done = engine.task("states:startExecution.sync:2", {"StateMachineArn": arn, "Input": {}}, admin)
    assert done["output"]["Output"] == {"c": 1}


def test_a_training_job_needs_the_passed_role(engine, allow):
    role = engine.role(allow("sagemaker:*", "events:*"))
    arguments = {"TrainingJobName": engine.name("job"), "RoleArn": role, **JOB}
    failed = engine.task("sagemaker:createTrainingJob.sync", arguments, role)
    assert failed["error"] == "SageMaker.AmazonSageMakerException"
    assert f"not authorized to perform: iam:PassRole on resource: {role}" in failed["cause"]


@pytest.mark.parametrize("missing", ["sagemaker:AddTags", "events:PutRule"])
def test_sync_needs_what_step_functions_does_by_itself(engine, allow, missing):
    grants = {"sagemaker:AddTags", "events:PutRule", "events:PutTargets", "events:DescribeRule"} - {missing}
    role = engine.role(allow("sagemaker:CreateTrainingJob", "iam:PassRole", *grants))
    arguments = {"TrainingJobName": engine.name("job"), "RoleArn": role, **JOB}
    failed = engine.task("sagemaker:createTrainingJob.sync", arguments, role)
    assert f"not authorized to perform: {missing}" in failed["cause"]


def test_a_glue_run_that_fails_carries_its_description(engine, admin):
    glue, job = engine.client("glue"), engine.name("job")
    command = {"Name": "glueetl", "ScriptLocation": "s3://no-such-bucket/script.py"}
    glue.create_job(Name=job, Role=admin, Command=command, GlueVersion="5.0")
    failed = engine.task("glue:startJobRun.sync", {"JobName": job}, admin)
    assert failed["error"] == "States.TaskFailed"
    run = json.loads(failed["cause"])
    assert run["JobRunState"] == "FAILED"
    assert run["JobName"] == job
    assert isinstance(run["StartedOn"], int)


def test_unknown_integrations_fail_loudly(engine, admin):
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Task"}]
    for resource in ("athena:startQueryExecution.sync", "aws-sdk:nosuch:thing", "aws-sdk:s3:noSuchThing"):
        failed = engine.task(resource, {}, admin, Catch=catch)
        assert (failed["status"], failed["error"]) == ("FAILED", "States.Runtime")


def test_a_result_over_the_quota_is_caught_by_nobody(engine, admin):
    bucket, s3 = engine.name("large"), engine.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="page", Body=b"x" * 262_144)
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Task"}]
    failed = engine.task("aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "page"}, admin, Catch=catch)
    assert (failed["status"], failed["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_an_unknown_argument_is_refused(engine, admin):
    failed = engine.task("aws-sdk:ssm:getParameter", {"Name": "/x", "Nme": "typo"}, admin)
    assert failed["error"] == "States.Runtime"
    assert "Nme" in failed["cause"]
