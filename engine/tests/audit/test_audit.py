"""What the audit says about grants, and about edges the emulator does not enforce."""

import copy
import json

import pytest

from engine.audit.__main__ import report
from engine.audit.edges import check
from engine.audit.grants import matches
from engine.audit.templates import Templates
from engine.journal import Journal


def role(*services, **properties):
    principal = {"Service": list(services)}
    trust = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, **properties}}


def grants(to, *actions):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    properties = {"Roles": [{"Ref": to}], "PolicyDocument": {"Statement": [statement]}}
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


def arn(logical_id):
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def key_policy(*services):
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": list(services)},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Statement": [allowed]}


SOUND = {
    "Foundation": {
        "Resources": {
            "Key": {
                "Type": "AWS::KMS::Key",
                "Properties": {"KeyPolicy": key_policy("cloudwatch.amazonaws.com", "events.amazonaws.com")},
            },
            "Alerts": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": arn("Key")}},
            "AlertsPolicy": {
                "Type": "AWS::SNS::TopicPolicy",
                "Properties": {
                    "Topics": [{"Ref": "Alerts"}],
                    "PolicyDocument": key_policy("cloudwatch.amazonaws.com"),
                },
            },
        },
        "Outputs": {
            "Alerts": {"Value": {"Ref": "Alerts"}, "Export": {"Name": "alerts"}},
            "Key": {"Value": arn("Key"), "Export": {"Name": "key"}},
        },
    },
    "Monitoring": {
        "Resources": {
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {"AlarmActions": [{"Fn::ImportValue": "alerts"}]},
            },
            "Dead": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"KmsMasterKeyId": {"Fn::ImportValue": "key"}},
            },
            "DeadPolicy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": [{"Ref": "Dead"}],
                    "PolicyDocument": key_policy("events.amazonaws.com"),
                },
            },
            "Starter": role("events.amazonaws.com"),
            "StarterPolicy": grants("Starter", "states:StartExecution"),
            "MachineRole": role("states.amazonaws.com", RoleName="machine"),
            "MachinePolicy": grants("MachineRole", "lambda:InvokeFunction", "s3:Get*", "kms:Decrypt"),
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": arn("MachineRole")},
            },
            "HandlerRole": role("lambda.amazonaws.com"),
            "Handler": {"Type": "AWS::Lambda::Function", "Properties": {"Role": arn("HandlerRole")}},
            "Permission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {"FunctionName": arn("Handler"), "Principal": "events.amazonaws.com"},
            },
            "JobRole": role("sagemaker.amazonaws.com"),
            "PassPolicy": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "Roles": [{"Ref": "MachineRole"}],
                    "PolicyDocument": {
                        "Statement": {
                            "Effect": "Allow",
                            "Action": "iam:PassRole",
                            "Resource": arn("JobRole"),
                            "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
                        }
                    },
                },
            },
            "Method": {
                "Type": "AWS::ApiGateway::Method",
                "Properties": {"Integration": {"Uri": {"Fn::Join": ["", ["arn:", arn("Handler")]]}}},
            },
            "ApiPermission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {"FunctionName": arn("Handler"), "Principal": "apigateway.amazonaws.com"},
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "Targets": [
                        {"Arn": {"Ref": "Machine"}, "RoleArn": arn("Starter")},
                        {"Arn": arn("Handler"), "DeadLetterConfig": {"Arn": arn("Dead")}},
                    ]
                },
            },
        }
    },
}


@pytest.fixture
def assembly(tmp_path):
    """Writes templates as an assembly and answers its folder."""

    def write(templates):
        artifacts = {}
        for name, template in templates.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(template))
            properties = {"templateFile": f"{name}.json"}
            artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
        return tmp_path

    return write


def test_sound_templates_have_no_problem():
    assert check(Templates(SOUND)) == []


def without(stack, logical_id):
    templates = copy.deepcopy(SOUND)
    del templates[stack]["Resources"][logical_id]
    return templates


def with_properties(stack, logical_id, **properties):
    templates = copy.deepcopy(SOUND)
    templates[stack]["Resources"][logical_id]["Properties"].update(properties)
    return templates


@pytest.mark.parametrize(
    ("templates", "subject", "problem"),
    [
        (
            without("Monitoring", "Permission"),
            "Rule",
            "no Lambda permission lets events.amazonaws.com invoke",
        ),
        (
            with_properties("Monitoring", "Permission", SourceArn=arn("Starter")),
            "Rule",
            "no Lambda permission lets events.amazonaws.com invoke",
        ),
        (
            without("Monitoring", "ApiPermission"),
            "Method",
            "no Lambda permission lets apigateway.amazonaws.com invoke",
        ),
        (without("Foundation", "AlertsPolicy"), "Alerts", "lets cloudwatch.amazonaws.com publish"),
        (
            with_properties("Monitoring", "JobRole", **role("glue.amazonaws.com")["Properties"]),
            "PassPolicy",
            "JobRole does not trust sagemaker.amazonaws.com",
        ),
        (without("Monitoring", "StarterPolicy"), "Rule", "may not states:StartExecution"),
        (without("Monitoring", "DeadPolicy"), "Rule", "no queue policy lets events.amazonaws.com send to"),
        (
            with_properties("Monitoring", "MachineRole", **role("lambda.amazonaws.com")["Properties"]),
            "Machine",
            "does not trust states.amazonaws.com",
        ),
        (
            with_properties("Foundation", "Key", KeyPolicy=key_policy("events.amazonaws.com")),
            "Alerts",
            "cloudwatch.amazonaws.com uses Foundation/Key",
        ),
        (
            with_properties("Foundation", "Key", KeyPolicy=key_policy("cloudwatch.amazonaws.com")),
            "Dead",
            "events.amazonaws.com uses Foundation/Key",
        ),
    ],
)
def test_each_broken_edge_is_named(templates, subject, problem):
    (found,) = check(Templates(templates))
    assert found["subject"].endswith(f"/{subject}")
    assert problem in found["problem"]


def test_a_report(assembly, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    journal = Journal(run / "audit.jsonl")

    def line(principal, action, decision, **more):
        journal.append(
            {"principal": principal, "action": action, "resource": "*", "decision": decision, **more}
        )

    line("machine/ex", "s3:GetObject", "Allow")
    line("machine/ex", "lambda:InvokeFunction", "Deny", reason="no policy allows it")
    line("root", "s3:PutObject", "Allow")
    Journal(run / "not-rehearsed.jsonl").append({"what": "a", "why": "b"})
    made = report(run, assembly(SOUND))
    assert made["allowed"] == 1
    assert [(item["principal"], item["times"]) for item in made["denied"]] == [("machine/ex", 1)]
    machine = "Monitoring/MachineRole"
    # The denied call does not count as use; kms is never asked for, so it is no evidence either way.
    assert {"principal": machine, "action": "lambda:InvokeFunction"} in made["unused"]
    assert {"principal": machine, "action": "s3:Get*"} not in made["unused"]
    assert {"principal": machine, "action": "kms:Decrypt"} in made["unproven"]
    assert made["notRehearsed"] == [{"what": "a", "why": "b"}]


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("s3:Get*", "s3:GetObject", True),
        ("s3:getobject", "s3:GetObject", True),
        ("s3:Get?bject", "s3:GetObject", True),
        ("s3:Get", "s3:GetObject", False),
        ("*", "glue:StartJobRun", True),
    ],
)
def test_action_patterns(pattern, action, expected):
    assert matches(pattern, action) is expected
