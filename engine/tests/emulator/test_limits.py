"""What AWS refuses an account of late 2026 beside SageMaker's quotas: budgets to a member of an organization,
and more of Glue than it may have."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

ROOT = Path(__file__).parents[3]
LINKED = (
    "Account 123456789012 is a linked account. To enable budgets for your account, ask the payer account to "
    "enable budgets first."
)


@pytest.fixture(scope="module")
def member(engine, start, tmp_path_factory):
    """An engine of its own, in a member account with three DPUs."""
    run_dir = tmp_path_factory.mktemp("member")
    process = start(run_dir, "--member-account", "--quota", "Max task DPUs per account=3")
    member = type(engine)(json.loads(process.stdout.readline())["endpoint"], run_dir)
    # What `cdk bootstrap` leaves for the rule in every template.
    version = {"Name": "/cdk-bootstrap/hnb659fds/version", "Value": "27", "Type": "String"}
    member.client("ssm").put_parameter(**version)
    yield member
    process.send_signal(signal.SIGTERM)
    process.wait(5)


def foundation(folder, **config):
    """The kit's first stack, without the trail, whose bucket would need a published asset."""
    config = {"foundation": {"auditTrail": False, **config}}
    context = {"config": json.dumps(config), "aws:cdk:bundling-stacks": []}
    subprocess.run(
        ["node_modules/.bin/ts-node", "bin/app.ts"],
        cwd=ROOT,
        env={**os.environ, "CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": json.dumps(context)},
        capture_output=True,
        check=True,
    )
    return json.loads((folder / "Foundation.template.json").read_text())


def test_a_member_account_gets_the_kit_without_a_budget_only(member, tmp_path):
    refused = member.stack(foundation(tmp_path / "default"))
    assert refused["StackStatus"] == "ROLLBACK_COMPLETE"
    events = member.client("cloudformation").describe_stack_events(StackName=refused["StackName"])
    reasons = [event.get("ResourceStatusReason", "") for event in events["StackEvents"]]
    assert any(LINKED in reason for reason in reasons)
    without = member.stack(foundation(tmp_path / "without", monthlyBudgetUsd=None))
    assert without["StackStatus"] == "CREATE_COMPLETE"


def test_budgets_answers_a_member_account_in_the_same_words(member):
    with pytest.raises(ClientError) as refusal:
        member.client("budgets").describe_budgets(AccountId="123456789012")
    assert refusal.value.response["Error"] == {"Code": "AccessDeniedException", "Message": LINKED}


def test_sweep_of_a_member_account_has_no_question_open(member):
    signed = {
        "AWS_ENDPOINT_URL": member.endpoint,
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }
    command = ["node_modules/.bin/ts-node", "scripts/cli.ts", "--kit", "nothing", "sweep", "--json"]
    env = {**os.environ, **signed}
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    found = json.loads(ended.stdout)
    assert (found["left"], found["unanswered"]) == ([], [])


@pytest.mark.parametrize(("workers", "error"), [(3, None), (4, "Glue.ResourceNumberLimitExceededException")])
def test_a_run_that_the_account_has_no_dpus_for_is_refused(member, workers, error):
    name, admin = member.name("job"), member.role({"Effect": "Allow", "Action": "*", "Resource": "*"})
    command = {"Name": "glueetl", "ScriptLocation": "s3://nowhere/etl.py"}
    member.client("glue").create_job(
        Name=name,
        Role=admin,
        Command=command,
        GlueVersion="5.0",
        WorkerType="G.1X",
        NumberOfWorkers=workers,
    )
    ended = member.task("glue:startJobRun.sync", {"JobName": name}, admin)
    assert ended["status"] == "FAILED"  # the script is nowhere
    assert (ended["error"] == error) if error else ended["error"] == "States.TaskFailed"


def test_a_job_has_the_places_that_its_template_gives_it(engine):
    template = {
        "Resources": {
            "Job": {
                "Type": "AWS::Glue::Job",
                "Properties": {
                    "Role": "arn:aws:iam::123456789012:role/glue",
                    "Command": {"Name": "glueetl", "ScriptLocation": "s3://scripts/job.py"},
                    "ExecutionProperty": {"MaxConcurrentRuns": 3},
                },
            }
        },
        "Outputs": {"Name": {"Value": {"Ref": "Job"}}},
    }
    stack = engine.stack(template)
    job = engine.client("glue").get_job(JobName=stack["Outputs"]["Name"])["Job"]
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 3}
