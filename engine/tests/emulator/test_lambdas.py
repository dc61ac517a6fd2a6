"""The log of a call is whole and its own, and a call that logs nothing waits for nothing."""

import base64
import json
import time

import pytest

NODE = """
exports.handler = async ({ lines, then }) => {
  for (let n = 0; n < lines; n += 1) console.log(`line ${n}`);
  process.stdout.write("no newline");
  if (then) setTimeout(() => console.log(then), 20);
};
"""
PYTHON = """
def handler(event, context):
    for n in range(event["lines"]):
        print(f"line {n}")
    print("no newline", end="")
"""


@pytest.fixture(scope="module")
def python_function(engine):
    return engine.function("index.py", PYTHON, "python3.12")


def call(engine, function, **event):
    """The last lines that the handler logged in this call, at most 4 KB as on AWS."""
    answer = engine.client("lambda").invoke(
        FunctionName=function, LogType="Tail", Payload=json.dumps(event).encode()
    )
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    return [line for line in lines if line.startswith(("line", "no newline", "__", "late"))]


def test_the_group_of_a_function_that_worked_during_the_deletion_comes_back(engine):
    name = engine.name("logs")
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": 7}}
    stack = engine.stack({"Resources": {"Group": group}})["StackName"]
    call(engine, engine.node_function(NODE, LoggingConfig={"LogGroup": name}), lines=1)
    engine.client("cloudformation").delete_stack(StackName=stack)

    def groups():
        found = engine.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return [each.get("retentionInDays") for each in found]

    until = time.monotonic() + 5
    while groups() != [None] and time.monotonic() < until:
        time.sleep(0.05)
    assert groups() == [None]


def test_a_line_in_the_embedded_metric_format_becomes_a_metric(engine):
    namespace = engine.name("metrics")
    directive = {
        "Namespace": namespace,
        "Dimensions": [["Kit"]],
        "Metrics": [{"Name": "Lost", "Unit": "Count"}],
    }
    line = {"_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]}, "Kit": "a-kit", "Lost": 1}
    code = f"exports.handler = async () => process.stdout.write({json.dumps(json.dumps(line))} + '\\n');"
    engine.client("lambda").invoke(FunctionName=engine.node_function(code))
    [found] = engine.client("cloudwatch").list_metrics(Namespace=namespace)["Metrics"]
    assert (found["MetricName"], found["Dimensions"]) == ("Lost", [{"Name": "Kit", "Value": "a-kit"}])


def whole_log(lines):
    return [f"line {number}" for number in range(lines)] + ["no newline"]


def logged(engine, function):
    group = f"/aws/lambda/{function.rpartition(':')[2]}"
    pages = engine.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"].rstrip() for page in pages for event in page["events"]]


def test_the_log_of_a_call_is_whole_and_in_order(engine, until):
    function = engine.node_function(NODE)
    call(engine, function, lines=2000)
    found = [line for line in logged(engine, function) if line.startswith(("line", "no newline", "__"))]
    assert found == whole_log(2000)


def test_calls_do_not_share_lines(engine, python_function):
    for function in (engine.node_function(NODE), python_function):
        for lines in (3, 0, 2):
            assert call(engine, function, lines=lines) == whole_log(lines)


def test_what_a_handler_logs_behind_its_answer_comes_with_the_next_call(engine):
    function = engine.node_function(NODE)
    assert call(engine, function, lines=0, then="late") == ["no newline"]
    time.sleep(0.1)
    assert call(engine, function, lines=0) == ["late", "no newline"]


def test_a_process_that_ends_has_its_log(engine):
    function = engine.node_function(
        "exports.handler = async () => { console.log('line 0'); process.exit(1); }"
    )
    assert call(engine, function) == ["line 0"]


def test_a_call_that_times_out_has_its_log(engine):
    function = engine.node_function(
        "exports.handler = () => new Promise(() => console.log('line 0'))", Timeout=1
    )
    assert call(engine, function) == ["line 0"]


def test_a_silent_call_does_not_wait_for_a_line(engine):
    function, client = engine.node_function("exports.handler = async () => 1"), engine.client("lambda")

    def seconds():
        started = time.monotonic()
        client.invoke(FunctionName=function)
        return time.monotonic() - started

    # The quickest of many, so that a busy machine does not fail it; with a pause none is below 50 ms.
    assert min(seconds() for _ in range(20)) < 0.045
