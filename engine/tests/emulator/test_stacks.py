"""Stacks: references between them, releases by parameter, rollback, service roles, types without effect."""

import json

import pytest
from botocore.exceptions import ClientError

MODEL = {
    "Type": "AWS::SageMaker::Model",
    "Condition": "HasModel",
    "Properties": {
        "ExecutionRoleArn": {"Ref": "Role"},
        "PrimaryContainer": {"Image": "image", "ModelDataUrl": {"Ref": "ModelData"}},
    },
}
NO_UPDATE = "No updates are to be performed"


def serving(role):
    """A stack whose model appears with its parameter, as the kit's ServingModel."""
    return {
        "Parameters": {
            "ModelData": {"Type": "String", "Default": "none"},
            "Role": {"Type": "String", "Default": role},
            "Note": {"Type": "String", "Default": "first"},
        },
        "Conditions": {"HasModel": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ModelData"}, "none"]}]}},
        "Resources": {
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Model": MODEL,
        },
        "Outputs": {
            "Name": {"Condition": "HasModel", "Value": {"Fn::GetAtt": ["Model", "ModelName"]}},
        },
    }


@pytest.fixture(scope="module")
def artifacts(engine):
    """Two model artifacts in a bucket; answers their URIs."""
    bucket, s3 = engine.name("artifacts"), engine.client("s3")
    s3.create_bucket(Bucket=bucket)
    for version in (1, 2):
        s3.put_object(Bucket=bucket, Key=f"{version}/model.tar.gz", Body=b"model")
    return [f"s3://{bucket}/{version}/model.tar.gz" for version in (1, 2)]


@pytest.fixture(scope="module")
def releaser(engine, admin, allow):
    """The service role of a release, limited to models."""
    return engine.role(
        allow("sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:DeleteModel"),
        allow("iam:PassRole", on=admin),
    )


def change(data):
    return [
        {"ParameterKey": "ModelData", "ParameterValue": data},
        {"ParameterKey": "Note", "UsePreviousValue": True},
    ]


def test_a_release_is_an_update_with_the_previous_template(engine, admin, artifacts):
    name = engine.stack(serving(admin))["StackName"]
    assert list(engine.resources(name)) == ["Handle"]
    first = engine.stack({}, name, Parameters=change(artifacts[0]))
    assert first["StackStatus"] == "UPDATE_COMPLETE"
    # Unnamed and create-only: another artifact is another model, and the old one goes.
    second = engine.stack({}, name, Parameters=change(artifacts[1]))
    assert second["Outputs"]["Name"] != first["Outputs"]["Name"]
    sagemaker = engine.client("sagemaker")
    models = [model["ModelName"] for model in sagemaker.list_models()["Models"]]
    assert second["Outputs"]["Name"] in models
    assert first["Outputs"]["Name"] not in models


def test_nothing_to_update(engine, admin, artifacts):
    name = engine.stack(serving(admin))["StackName"]
    engine.stack({}, name, Parameters=change(artifacts[0]))
    with pytest.raises(ClientError, match=NO_UPDATE) as refusal:
        engine.stack({}, name, Parameters=change(artifacts[0]))
    assert refusal.value.response["Error"]["Code"] == "ValidationError"


def test_a_failing_update_rolls_back_to_the_old_values(engine, admin, artifacts):
    name = engine.stack(serving(admin))["StackName"]
    before = engine.stack({}, name, Parameters=change(artifacts[0]))
    after = engine.stack({}, name, Parameters=change("s3://no-such-bucket/model.tar.gz"))
    assert after["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    values = {item["ParameterKey"]: item["ParameterValue"] for item in after["Parameters"]}
    assert values["ModelData"] == artifacts[0]
    assert after["Outputs"] == before["Outputs"]
    # The old value is in force: the same update is an update of nothing.
    with pytest.raises(ClientError, match=NO_UPDATE):
        engine.stack({}, name, Parameters=change(artifacts[0]))


def test_the_service_role_makes_the_calls(engine, admin, artifacts, releaser):
    name = engine.stack(serving(admin))["StackName"]
    engine.stack({}, name, Parameters=change(artifacts[0]), RoleARN=releaser)
    engine.stack({}, name, Parameters=change(artifacts[1]))  # the stack keeps its role
    used = {line["action"] for line in engine.decisions(role=releaser, decision="Allow")}
    assert {"sagemaker:CreateModel", "sagemaker:DeleteModel", "iam:PassRole"} <= used


def test_a_service_role_without_the_grant_fails_the_update(engine, admin, artifacts, allow):
    weak = engine.role(allow("sagemaker:DescribeModel"))
    name = engine.stack(serving(admin))["StackName"]
    stack = engine.stack({}, name, Parameters=change(artifacts[0]), RoleARN=weak)
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    events = engine.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in events)
    assert "not authorized to perform: sagemaker:CreateModel" in reasons


def update_task(name, role, data):
    return {
        "StackName": name,
        "UsePreviousTemplate": True,
        "RoleARN": role,
        "Parameters": [{"ParameterKey": "ModelData", "ParameterValue": data}],
    }


def test_a_state_machine_releases_under_a_conditioned_grant(engine, admin, artifacts, releaser, allow):
    name = engine.stack(serving(admin))["StackName"]
    stack = f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/*"
    only_as_releaser = {
        **allow("cloudformation:UpdateStack", on=stack),
        "Condition": {"StringEquals": {"cloudformation:RoleArn": releaser}},
    }
    passing = {
        **allow("iam:PassRole", on=releaser),
        "Condition": {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
    }
    machine = engine.role(only_as_releaser, passing, allow("cloudformation:DescribeStacks", on=stack))
    update, describe = "aws-sdk:cloudformation:updateStack", "aws-sdk:cloudformation:describeStacks"
    throttled = engine.task(update, update_task(name, releaser, artifacts[0]), machine)
    assert throttled["error"] == "CloudFormation.CloudFormationException"
    assert throttled["cause"].startswith("Rate exceeded")
    done = engine.task(update, update_task(name, releaser, artifacts[0]), machine)
    assert done["output"]["StackId"].startswith(stack[:-1])
    assert engine.settled(name)["StackStatus"] == "UPDATE_COMPLETE"
    described = engine.task(describe, {"StackName": name}, machine)
    assert described["output"]["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
    again = engine.task(update, update_task(name, releaser, artifacts[0]), machine)
    assert again["error"] == "CloudFormation.CloudFormationException"
    assert NO_UPDATE in again["cause"]
    as_another = engine.task(update, update_task(name, admin, artifacts[1]), machine)
    assert "not authorized to perform: cloudformation:UpdateStack" in as_another["cause"]


def test_a_stack_in_review_stays_there_and_takes_no_update(engine, admin):
    cloudformation, name = engine.client("cloudformation"), engine.name("review")
    given = {"TemplateBody": json.dumps(serving(admin)), "ChangeSetType": "CREATE"}
    cloudformation.create_change_set(StackName=name, ChangeSetName="never-executed", **given)
    described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert described["StackStatus"] == "REVIEW_IN_PROGRESS"
    with pytest.raises(ClientError, match="REVIEW_IN_PROGRESS"):
        cloudformation.update_stack(StackName=name, UsePreviousTemplate=True)


def test_passing_the_release_role_needs_a_grant(engine, admin, artifacts, releaser, allow):
    name = engine.stack(serving(admin))["StackName"]
    machine = engine.role(allow("cloudformation:*"))
    task = update_task(name, releaser, artifacts[0])
    failed = engine.task("aws-sdk:cloudformation:updateStack", task, machine)
    assert f"not authorized to perform: iam:PassRole on resource: {releaser}" in failed["cause"]


def test_a_log_group_is_named_after_its_stack_and_keeps_its_name(engine):
    def template(days):
        return {
            "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}}}
        }

    name = engine.stack(template(7))["StackName"]
    group = engine.resources(name)["Logs"]
    assert group.startswith(f"{name}-Logs-")
    engine.stack(template(30), name)
    assert engine.resources(name)["Logs"] == group
    found = engine.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert [each["retentionInDays"] for each in found] == [30]


def test_exports_hold_their_stack(engine):
    export = engine.name("export")
    producer = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Topic": {"Value": {"Ref": "Topic"}, "Export": {"Name": export}}},
    }
    parameter = {"Type": "String", "Value": {"Fn::ImportValue": export}}
    consumer = {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": parameter}}}
    made = engine.stack(producer)
    used = engine.stack(consumer)
    value = engine.client("ssm").get_parameter(Name=engine.resources(used["StackName"])["P"])
    assert value["Parameter"]["Value"] == made["Outputs"]["Topic"]
    cloudformation, name = engine.client("cloudformation"), made["StackName"]
    in_use = f"export {export} as it is in use by {used['StackName']}."

    def events():
        return [
            (event["ResourceStatus"], event.get("ResourceStatusReason"))
            for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            if event["LogicalResourceId"] == name
        ]

    cloudformation.delete_stack(StackName=name)
    assert engine.settled(name)["StackStatus"] == "CREATE_COMPLETE"
    assert events()[0] == ("CREATE_COMPLETE", f"Delete canceled. Cannot delete {in_use}")
    for changed, why in (
        ({}, f"Delete canceled. Cannot delete {in_use}"),
        ({"Outputs": {"Topic": {**producer["Outputs"]["Topic"], "Value": "x"}}}, f"Cannot update {in_use}"),
    ):
        resources = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": why[:5]}}}
        updated = engine.stack({"Resources": resources, **changed}, name)
        assert updated["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert updated["Outputs"] == made["Outputs"]
        assert why in [reason for _, reason in events()]
    cloudformation.delete_stack(StackName=used["StackName"])
    gone = cloudformation.get_waiter("stack_delete_complete")
    gone.wait(StackName=used["StackName"], WaiterConfig={"Delay": 1})
    assert engine.stack({"Resources": producer["Resources"]}, name)["StackStatus"] == "UPDATE_COMPLETE"
    exports = {each["Name"] for each in cloudformation.list_exports()["Exports"]}
    assert export not in exports
    cloudformation.delete_stack(StackName=name)
    gone.wait(StackName=name, WaiterConfig={"Delay": 1})


@pytest.mark.parametrize(("named", "made"), [("", "implied"), ("one,two", "named")])
def test_a_condition_joins_the_members_of_a_list(engine, named, made):
    template = {
        "Parameters": {"Policies": {"Type": "CommaDelimitedList", "Default": ""}},
        "Conditions": {"Named": {"Fn::Not": [{"Fn::Equals": ["", {"Fn::Join": ["", {"Ref": "Policies"}]}]}]}},
        "Resources": {
            "Parameter": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Fn::If": ["Named", "named", "implied"]}},
            }
        },
    }
    parameters = [{"ParameterKey": "Policies", "ParameterValue": named}]
    name = engine.stack(template, Parameters=parameters)["StackName"]
    parameter = engine.resources(name)["Parameter"]
    assert engine.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"] == made


def test_ssm_parameters_and_dynamic_references(engine):
    engine.client("ssm").put_parameter(Name="/kit/given", Value="value", Type="String", Overwrite=True)
    template = {
        "Parameters": {"Given": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/kit/given"}},
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "{{resolve:ssm:/kit/given}}"}}
        },
        "Outputs": {"Given": {"Value": {"Ref": "Given"}}},
    }
    stack = engine.stack(template)
    assert stack["Outputs"]["Given"] == "value"
    topic = engine.client("sns").get_topic_attributes(TopicArn=engine.resources(stack["StackName"])["Topic"])
    assert topic["Attributes"]["DisplayName"] == "value"


def test_types_without_effect_are_reported(engine):
    budget = {"Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY"}}
    template = {"Resources": {"Limit": {"Type": "AWS::Budgets::Budget", "Properties": budget}}}
    name = engine.stack(template)["StackName"]
    facts = [json.loads(line) for line in (engine.run_dir / "not-rehearsed.jsonl").read_text().splitlines()]
    assert f"AWS::Budgets::Budget {name}/Limit" in [fact["what"] for fact in facts]


@pytest.mark.parametrize("change", ["tags of the stack", "description"])
def test_an_update_writes_the_value_of_a_declared_parameter_again(engine, change):
    """CloudFormation's behaviour (aws-cdk#25949), which would lose a champion in such a parameter."""
    properties = {"Name": f"/{engine.name('declared')}", "Type": "String", "Value": "none"}
    template = {"Resources": {"Champion": {"Type": "AWS::SSM::Parameter", "Properties": properties}}}
    stack, ssm = engine.stack(template)["StackName"], engine.client("ssm")
    ssm.put_parameter(Name=properties["Name"], Value="version 3", Overwrite=True)
    if change == "description":
        properties["Description"] = "other words"
        engine.stack(template, stack)
    else:
        engine.stack(template, stack, Tags=[{"Key": "team", "Value": "blue"}])
    assert ssm.get_parameter(Name=properties["Name"])["Parameter"]["Value"] == "none"


def test_unknown_types_are_refused_before_anything_is_made(engine):
    template = {"Resources": {"T": {"Type": "AWS::SNS::Topic"}, "X": {"Type": "AWS::QuickSight::Dashboard"}}}
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::QuickSight::Dashboard\]"):
        engine.stack(template)


def test_custom_resources_call_their_function(engine, allow):
    code = (
        "exports.handler = async (event) => {"
        " const body = JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'made',"
        " StackId: event.StackId,"
        " RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,"
        " Data: { Answer: event.ResourceProperties.Question + '!' } });"
        " await fetch(event.ResponseURL, { method: 'PUT', body }); }"
    )
    function = engine.node_function(code, Timeout=20)
    properties = {"ServiceToken": function, "Question": "why"}
    template = {
        "Resources": {"Asked": {"Type": "Custom::Question", "Properties": properties}},
        "Outputs": {"Answer": {"Value": {"Fn::GetAtt": ["Asked", "Answer"]}}},
    }
    assert engine.stack(template)["Outputs"]["Answer"] == "why!"
