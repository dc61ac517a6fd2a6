"""What notices that a statement is gone, on an account of one function and one bucket."""

import copy
from pathlib import Path

import pytest

from engine.audit import recording
from engine.audit.names import Names
from engine.audit.policies import Call, Policies
from engine.audit.recording import Recording
from engine.audit.statements import Row, disagreements, listing, removals, report, unexercised
from engine.audit.templates import Templates

BUCKET = "arn:aws:s3:::kit-lake-store1a"
ROLE = "kit-lake/HandlerRole2B"
DECRYPT = Call(ROLE, "kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/kit-lake-Key3C")
READ = Call(ROLE, "s3:GetObject", f"{BUCKET}/features/a")
METRIC = Call(ROLE, "cloudwatch:PutMetricData", "*", '{"cloudwatch:namespace": "Kit"}')
INVOKE = Call(
    "events.amazonaws.com",
    "lambda:InvokeFunction",
    "arn:aws:lambda:us-east-1:123456789012:function:kit-lake-Handler4D",
    '{"aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/kit-lake-Rule5E"}',
)


def att(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def allow(actions, resource, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def policy(*found):
    return {"Version": "2012-10-17", "Statement": list(found)}


ACCOUNT_ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
TEMPLATES = {
    "kit-lake": {
        "Resources": {
            "Store1A": {"Type": "AWS::S3::Bucket", "Properties": {}},
            "StorePolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "Bucket": {"Ref": "Store1A"},
                    "PolicyDocument": policy(
                        {
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": "s3:*",
                            "Resource": [att("Store1A"), {"Fn::Join": ["", [att("Store1A"), "/*"]]}],
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ),
                },
            },
            "Key3C": {
                "Type": "AWS::KMS::Key",
                "Properties": {"KeyPolicy": policy(allow("kms:*", "*", Principal=ACCOUNT_ROOT))},
            },
            "HandlerRole2B": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": policy(
                        {
                            "Effect": "Allow",
                            "Action": "sts:AssumeRole",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                        }
                    )
                },
            },
            "HandlerPolicy": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "Roles": [{"Ref": "HandlerRole2B"}],
                    "PolicyDocument": policy(
                        allow(["s3:GetObject*"], {"Fn::Join": ["", [att("Store1A"), "/features/*"]]}),
                        allow("kms:Decrypt", att("Key3C")),
                        allow(
                            "cloudwatch:PutMetricData",
                            "*",
                            Condition={"StringEquals": {"cloudwatch:namespace": "Kit"}},
                        ),
                        allow(["xray:PutTraceSegments", "logs:PutLogEvents"], "*"),
                    ),
                },
            },
            "Handler4D": {"Type": "AWS::Lambda::Function", "Properties": {"Role": att("HandlerRole2B")}},
            "Rule5E": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Arn": att("Handler4D")}]}},
            "Permission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "Action": "lambda:InvokeFunction",
                    "FunctionName": att("Handler4D"),
                    "Principal": "events.amazonaws.com",
                    "SourceArn": att("Rule5E"),
                },
            },
        }
    }
}
PLAYED = {READ: True, DECRYPT: True, METRIC: True, INVOKE: True}
UNNOTICED = {"kit-lake/StorePolicy[0]", "kit-lake/HandlerPolicy[3]"}
TLS = Row(("kit-lake/Store*",), frozenset({"s3:*"}), "Deny", "why", "emulator", "source")
TRACES = Row(("kit-lake/*Role*",), frozenset({"xray:PutTraceSegments"}), "Allow", "why", "emulator", "source")
LOGS = Row(("kit-lake/*Role*",), frozenset({"logs:PutLogEvents"}), "Allow", "why", "emulator", "source")


def played(decisions=PLAYED, **more):
    return Recording("loop", "sandbox", 60, more.get("client", []), dict(decisions))


def test_each_statement_is_missed_by_the_call_that_needs_it():
    noticed = {s.id: missed.get("loop", []) for s, missed in removals(Templates(TEMPLATES), [played()])}
    assert noticed == {
        "kit-lake/HandlerPolicy[0]": [READ],
        "kit-lake/HandlerPolicy[1]": [DECRYPT],
        "kit-lake/HandlerPolicy[2]": [METRIC],
        "kit-lake/HandlerPolicy[3]": [],
        "kit-lake/Key3C.KeyPolicy[0]": [DECRYPT],
        "kit-lake/StorePolicy[0]": [],
        "kit-lake/HandlerRole2B.AssumeRolePolicyDocument[0]": [],
        "kit-lake/Permission": [INVOKE],
    }


def test_the_report_names_calls_and_rows():
    made = report(Templates(TEMPLATES), [played()], [TLS])
    (read,) = (s for s in made["statements"] if s["id"] == "kit-lake/HandlerPolicy[0]")
    assert read["calls"] == {"loop": [(ROLE, "s3:GetObject")]}
    (tls,) = (s for s in made["statements"] if s["id"] == "kit-lake/StorePolicy[0]")
    assert (tls["calls"], tls["listed"]) == ({}, ["why"])
    assert made["rows"] == [0]


def test_a_statement_is_listed_only_with_all_of_its_actions():
    (joined,) = (s for s in Policies(Templates(TEMPLATES)).statements if s.id == "kit-lake/HandlerPolicy[3]")
    assert listing(joined, [TRACES]) == []
    assert listing(joined, [TRACES, LOGS]) == [TRACES, LOGS]


def test_a_call_that_another_statement_allows_as_well_is_not_missed():
    templates = copy.deepcopy(TEMPLATES)
    stated = templates["kit-lake"]["Resources"]["HandlerPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    stated.append(copy.deepcopy(stated[0]))
    missed = {statement.id: calls for statement, calls in removals(Templates(templates), [played()])}
    assert missed["kit-lake/HandlerPolicy[0]"] == missed["kit-lake/HandlerPolicy[4]"] == {}


def test_the_policies_decide_what_was_recorded():
    client = [allow(["s3:GetObject"], "arn:aws:s3:::kit-*")]
    mine = Call("rehearsal-client", "s3:GetObject", f"{BUCKET}/features/a")
    forbidden = Call("rehearsal-client", "events:PutEvents", "*")
    decisions = {**PLAYED, mine: True, forbidden: False}
    assert disagreements(Templates(TEMPLATES), [played(decisions, client=client)]) == []
    wrong = disagreements(Templates(TEMPLATES), [played({**PLAYED, forbidden: True})])
    assert len(wrong) == 1
    assert "rehearsal-client events:PutEvents on * was allowed" in wrong[0]


def test_a_role_of_a_stack_that_is_off_is_left_out_and_a_lost_role_of_a_stack_is_not():
    of_opt_in_room = Call("kit-warehouse/Reader6F", "s3:GetObject", f"{BUCKET}/features/a")
    assert disagreements(Templates(TEMPLATES), [played({of_opt_in_room: True})]) == []
    lost = Call("kit-lake/FormerRole7A", "s3:GetObject", f"{BUCKET}/features/a")
    assert len(disagreements(Templates(TEMPLATES), [played({lost: True})])) == 1


def test_another_namespace_or_source_is_not_allowed():
    policies = Policies(Templates(TEMPLATES))
    assert policies.allows(METRIC)
    assert not policies.allows(Call(ROLE, METRIC.action, "*", '{"cloudwatch:namespace": "Other"}'))
    assert not policies.allows(Call(INVOKE.principal, INVOKE.action, INVOKE.resource, "{}"))


ROLE_ARN = "arn:aws:iam::123456789012:role/kit-lake-HandlerRole2B"
JOB_ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/kit"
GLUE = "arn:aws:glue:us-east-1:123456789012"
ASSETS = "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-us-east-1"


@pytest.mark.parametrize(
    ("physical", "folded"),
    [
        (f"{BUCKET}-c1db7ad4cab82", BUCKET),
        (f"{BUCKET}-c1db7ad4cab82/a/month=2013-01/part-0.csv", f"{BUCKET}/a/month=<id>-<id>/…"),
        (f"{BUCKET}-c1db7ad4cab82/tables/orders/month=2013-01/orders.csv", f"{BUCKET}/tables/…"),
        ("tables/orders/month=", "tables/…"),
        (f"{GLUE}:table/mlkit/raw_orders", f"{GLUE}:table/mlkit/raw_…"),
        (f"{GLUE}:table/mlkit/features", f"{GLUE}:table/mlkit/features"),
        (f"{ROLE_ARN}-AF68939B0CE8F", ROLE_ARN),
        ("arn:aws:kms:us-east-1:123456789012:key/df595e37-af26-4c7c-8edb-724868fc58b4", DECRYPT.resource),
        (f"{JOB_ARN}-bf82f4e3b345", f"{JOB_ARN}-<id>"),
        (f"{ASSETS}/1b6f.zip", f"{ASSETS}/<id>.zip"),
        ("Kit", "Kit"),
    ],
)
def test_names_are_folded(physical, folded):
    assert Names(Templates(TEMPLATES)).fold(physical) == folded


def test_a_role_is_known_by_its_physical_name_even_when_it_was_cut():
    long = "CustomS3AutoDeleteObjectsCustomResourceProviderRole3B1BD092"
    handler = long.replace("ProviderRole", "ProviderHandler")
    roles = {
        handler: {"Type": "AWS::Lambda::Function", "Properties": {}},
        long: {"Type": "AWS::IAM::Role", "Properties": {}},
    }
    names = Names(Templates({"mlkit-data-lake": {"Resources": roles}}))
    found = names.role("mlkit-data-lake-CustomS3AutoDeleteObjectsCustomReso7F2893644FFBF")
    assert found is not None
    assert found.logical_id == long
    assert names.role("somebody-else") is None


def test_a_reference_without_a_rule_is_refused_by_name():
    with pytest.raises(ValueError, match=r"Fn::Cidr.*names\.py"):
        Names(Templates(TEMPLATES)).resolve("kit-lake", {"Fn::Cidr": ["10.0.0.0/16", 2]})


def test_a_part_of_an_arn_is_selected():
    part = {"Fn::Select": [3, {"Fn::Split": [":", "arn:aws:states:us-east-1"]}]}
    assert Names(Templates(TEMPLATES)).resolve("kit-lake", part) == "us-east-1"


def test_a_recording_reads_as_it_was_written(tmp_path):
    decisions = {**PLAYED, Call("rehearsal-client", "events:PutEvents", "*"): False}
    written = played(decisions, client=[allow("s3:GetObject", "*")])
    assert written.write(tmp_path) == tmp_path / "sandbox/loop.jsonl"
    assert recording.read(tmp_path) == [written]


def test_the_list_names_nothing_twice():
    rows = [(row.holders, row.actions, row.effect) for row in unexercised()]
    assert len(rows) == len(set(rows))
    assert Path("engine/audit/unexercised.json").exists()
