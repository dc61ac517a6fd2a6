"""Rules and schedules start state machines with their target's role."""

import json
import time
from datetime import UTC, datetime

import pytest


@pytest.fixture
def machine(engine, admin):
    states = {"P": {"Type": "Pass", "End": True}}
    return engine.client("stepfunctions").create_state_machine(
        name=engine.name("machine"),
        roleArn=admin,
        definition=json.dumps({"StartAt": "P", "States": states}),
    )["stateMachineArn"]


def executions(engine, machine):
    return engine.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]


def start_by_rule(engine, machine, role):
    rule, events = engine.name("rule"), engine.client("events")
    source = f"kit.{rule}"
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "machine", "Arn": machine, "RoleArn": role}])
    events.put_events(Entries=[{"Source": source, "DetailType": "Test", "Detail": "{}"}])


def test_a_rule_starts_a_machine_with_its_role(engine, machine, allow, until):
    role = engine.role(allow("states:StartExecution", on=machine))
    start_by_rule(engine, machine, role)
    until(lambda: executions(engine, machine))
    assert engine.decisions(role=role, action="states:StartExecution", decision="Allow")


def test_a_rule_whose_role_may_not_start_it(engine, machine, allow, until):
    role = engine.role(allow("states:StartExecution", on=f"{machine}-other"))
    start_by_rule(engine, machine, role)
    until(lambda: engine.decisions(role=role, action="states:StartExecution", decision="Deny"))
    time.sleep(0.3)
    assert executions(engine, machine) == []


def test_a_schedule_tells_its_time(engine, machine, allow, until):
    role = engine.role(allow("states:StartExecution", on=machine))
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    engine.client("scheduler").create_schedule(
        Name=engine.name("schedule"),
        ScheduleExpression=f"at({at})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine, "RoleArn": role, "Input": '{"at": "<aws.scheduler.scheduled-time>"}'},
    )
    (execution,) = until(lambda: executions(engine, machine), 25)
    described = engine.client("stepfunctions").describe_execution(executionArn=execution["executionArn"])
    scheduled = datetime.fromisoformat(json.loads(described["input"])["at"])
    assert abs((scheduled - datetime.now(UTC)).total_seconds()) < 60


FAILING = (
    "let calls = 0; exports.handler = async (event) => { calls += 1;"
    " if (calls < event.detail.succeedOn) throw new Error('not yet');"
    " console.error('calls', calls); }"
)


def invoke_by_rule(engine, function, detail, permitted=True):
    """A rule of its own for the function; sends one event that matches it."""
    rule, events = engine.name("rule"), engine.client("events")
    source = f"kit.{rule}"
    arn = events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))["RuleArn"]
    if permitted:
        engine.client("lambda").add_permission(
            FunctionName=function,
            StatementId=rule,
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=arn,
        )
    events.put_targets(Rule=rule, Targets=[{"Id": "function", "Arn": function}])
    events.put_events(Entries=[{"Source": source, "DetailType": "Test", "Detail": json.dumps(detail)}])


def test_a_function_that_keeps_failing_leaves_a_dead_letter(engine, allow, until):
    sqs = engine.client("sqs")
    queue = sqs.create_queue(QueueName=engine.name("dead"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    role = engine.role(allow("sqs:SendMessage", on=arn))
    function = engine.node_function(FAILING, role, DeadLetterConfig={"TargetArn": arn})
    # Two retries make the third call the last.
    invoke_by_rule(engine, function, {"succeedOn": 3})
    invoke_by_rule(engine, function, {"succeedOn": 99})
    (message,) = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"), 30)
    assert json.loads(message["Body"])["requestPayload"]["detail"] == {"succeedOn": 99}
    assert engine.decisions(role=role, action="sqs:SendMessage", decision="Allow")


def test_a_function_without_permission_is_not_invoked(engine, until):
    function = engine.node_function(FAILING)
    invoke_by_rule(engine, function, {"succeedOn": 1}, permitted=False)
    denied = {"action": "lambda:InvokeFunction", "resource": function, "decision": "Deny"}
    (line,) = until(lambda: engine.decisions(**denied))
    assert line["principal"] == "events.amazonaws.com"
