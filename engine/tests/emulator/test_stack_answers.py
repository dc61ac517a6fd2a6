"""DescribeStacks of a stack in progress comes when it has ended, and holds nobody else up."""

import json
import threading
import time

import pytest

# Answers after as many milliseconds as the resource asks for.
CODE = """
exports.handler = async (event) => {
  if (event.RequestType === "Create")
    await new Promise((resolve) => setTimeout(resolve, Number(event.ResourceProperties.Milliseconds)));
  const { StackId, RequestId, LogicalResourceId } = event;
  const made = { Status: "SUCCESS", PhysicalResourceId: "made", StackId, RequestId, LogicalResourceId };
  const body = JSON.stringify(made);
  await fetch(event.ResponseURL, { method: "PUT", body });
};
"""


@pytest.fixture(scope="module")
def create(engine):
    """Starts the creation of a stack that takes so many milliseconds; answers its name and its ARN."""
    function = engine.node_function(CODE, Timeout=20)

    def start(milliseconds):
        properties = {"ServiceToken": function, "Milliseconds": milliseconds}
        template = {"Resources": {"Slow": {"Type": "Custom::Slow", "Properties": properties}}}
        name = engine.name("slow")
        answer = engine.client("cloudformation").create_stack(
            StackName=name, TemplateBody=json.dumps(template)
        )
        return name, answer["StackId"]

    start(0)  # Starts the function's process, whose time is not the stack's.
    return start


def status(engine, stack):
    return engine.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


@pytest.mark.parametrize("form", [0, 1], ids=["name", "ARN"])
def test_the_first_answer_is_the_end(engine, create, form):
    assert status(engine, create(700)[form]) == "CREATE_COMPLETE"


def test_an_operation_that_lasts_is_seen_in_progress(engine, create):
    name, _ = create(5000)
    assert status(engine, name) == "CREATE_IN_PROGRESS"
    assert engine.settled(name)["StackStatus"] == "CREATE_COMPLETE"


def test_a_stack_under_review_is_answered_at_once(engine):
    name, cloudformation = engine.name("review"), engine.client("cloudformation")
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    cloudformation.create_change_set(
        StackName=name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=json.dumps(template)
    )
    started = time.monotonic()
    assert status(engine, name) == "REVIEW_IN_PROGRESS"
    assert time.monotonic() - started < 1.5


def test_other_requests_are_answered_meanwhile(engine, create):
    name, _ = create(1500)
    held = threading.Thread(target=status, args=(engine, name))
    sts = engine.client("sts")
    held.start()
    answered = 0
    while held.is_alive():
        sts.get_caller_identity()
        answered += 1
    assert answered > 10
