"""What the audit says about grants."""

import json

import pytest

from engine.audit.__main__ import report
from engine.audit.grants import matches
from engine.journal import Journal


def role(*services, **properties):
    principal = {"Service": list(services)}
    trust = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, **properties}}


def grants(to, *actions):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    properties = {"Roles": [{"Ref": to}], "PolicyDocument": {"Statement": [statement]}}
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


TEMPLATES = {
    "Monitoring": {
        "Resources": {
            "MachineRole": role("states.amazonaws.com", RoleName="machine"),
            "MachinePolicy": grants("MachineRole", "lambda:InvokeFunction", "s3:Get*", "kms:Decrypt"),
        }
    }
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
    made = report(run, assembly(TEMPLATES))
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
