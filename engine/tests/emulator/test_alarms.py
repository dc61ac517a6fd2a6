"""Metric alarms as CloudWatch evaluates them: by period, by dimension, with missing data, back to OK."""

import json
import time

import pytest

from engine.emulator.alarms import datapoints, judge
from engine.journal import NOT_REHEARSED


def alarm(periods=2, missing="notBreaching", **more):
    return {
        "AlarmName": "errors",
        "Period": 60,
        "EvaluationPeriods": periods,
        "Threshold": 0.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "Statistic": "Sum",
        "TreatMissingData": missing,
        **more,
    }


@pytest.mark.parametrize(
    ("given", "values", "state"),
    [
        (alarm(), [3.0, 1.0], "ALARM"),
        (alarm(), [3.0, 0.0], "OK"),
        (alarm(), [None, 3.0], "OK"),
        (alarm(), [None, None], "OK"),
        (alarm(missing="breaching"), [None, 3.0], "ALARM"),
        (alarm(missing="breaching"), [None, None], "ALARM"),
        (alarm(missing="missing"), [None, None], "INSUFFICIENT_DATA"),
        (alarm(missing="missing"), [None, 0.0], "OK"),
        (alarm(missing="ignore"), [None, None], None),
        (alarm(3, DatapointsToAlarm=2), [1.0, 0.0, 1.0], "ALARM"),
        (alarm(1, ComparisonOperator="LessThanThreshold", Threshold=1.0), [0.0], "ALARM"),
    ],
)
def test_a_state_follows_from_the_datapoints(given, values, state):
    assert judge(given, values) == state


def test_a_datapoint_is_the_statistic_of_one_whole_period():
    def point(at, value):
        return {"Timestamp": at, "Value": value}

    points = [point(0.1, 5.0), point(0.7, 1.0), point(1.1, 2.0), point(1.3, 9.0)]
    # Minutes of 0.6 s. The one that is not over yet does not count.
    assert datapoints(alarm(), points, 1.25, 0.01) == [5.0, 3.0]
    assert datapoints(alarm(3), points, 1.9, 0.01) == [5.0, 3.0, 9.0]
    assert datapoints(alarm(), points, 2.5, 0.01) == [9.0, None]
    assert datapoints(alarm(ExtendedStatistic="p50"), points, 1.3, 0.01) == [5.0, 1.5]


def watching(cloudwatch, name, **metric):
    """Puts an alarm; answers a function of its state."""
    given = {"Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0, **metric}
    rule = {"ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching"}
    cloudwatch.put_metric_alarm(AlarmName=name, **given, **rule)
    return lambda: cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def test_an_alarm_rings_for_its_own_series_and_clears(engine, until):
    cloudwatch, name = engine.client("cloudwatch"), engine.name("alarm")
    mine, other = ([{"Name": "EndpointName", "Value": value}] for value in (name, "other"))
    state = watching(
        cloudwatch, name, Namespace="Kit", MetricName="Errors", Dimensions=mine, EvaluationPeriods=2
    )

    def put(dimensions):
        datum = {"MetricName": "Errors", "Dimensions": dimensions, "Value": 1}
        cloudwatch.put_metric_data(Namespace="Kit", MetricData=[datum])

    until(lambda: state() == "OK")
    for _ in range(10):
        put(other)
        time.sleep(0.2)
    put(mine)
    time.sleep(1.5)
    assert state() == "OK", "one period with errors is not two"
    until(lambda: put(mine) or state() == "ALARM")
    until(lambda: state() == "OK")


def failed_executions(machines, expression):
    metrics = [
        {
            "Id": f"{name.lower()}{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/States",
                    "MetricName": f"Executions{name}",
                    "Dimensions": [{"Name": "StateMachineArn", "Value": machine}],
                },
                "Period": 60,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for number, machine in enumerate(machines)
        for name in ("Failed", "TimedOut")
    ]
    return [{"Id": "sum", "Expression": expression.format(*(each["Id"] for each in metrics))}, *metrics]


def alarm_stack(engine, name, metrics):
    properties = {
        "AlarmName": name,
        "Metrics": metrics,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    return engine.stack(
        {"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}}
    )


def alarm_on(engine, metrics):
    name = engine.name("alarm")
    assert alarm_stack(engine, name, metrics)["StackStatus"] == "CREATE_COMPLETE"
    return name


def test_an_alarm_on_a_sum_rings_for_each_of_its_metrics(engine, until):
    cloudwatch, sfn, role = engine.client("cloudwatch"), engine.client("stepfunctions"), engine.role()
    machines = {
        name: sfn.create_state_machine(
            name=engine.name(name),
            roleArn=role,
            definition=json.dumps({"StartAt": "Only", "TimeoutSeconds": 1, "States": {"Only": of}}),
        )["stateMachineArn"]
        for name, of in {
            "good": {"Type": "Succeed"},
            "bad": {"Type": "Fail"},
            "slow": {"Type": "Wait", "Seconds": 3000, "End": True},
        }.items()
    }
    fills = f"SUM([{', '.join(['FILL({}, 0)'] * 2 * len(machines))}])"
    name = alarm_on(engine, failed_executions(machines.values(), fills))

    def described():
        return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]

    until(lambda: described()["StateValue"] == "OK")
    sfn.start_execution(stateMachineArn=machines["good"])
    time.sleep(1.5)
    assert described()["StateValue"] == "OK"
    for ending in ("bad", "slow"):
        sfn.start_execution(stateMachineArn=machines[ending])
        until(lambda: described()["StateValue"] == "ALARM")
        until(lambda: described()["StateValue"] == "OK")
    assert described()["Metrics"][0]["Id"] == "sum"


def test_an_alarm_that_cannot_ring_is_said_not_to(engine):
    metrics = failed_executions(["arn:aws:states:::m"], "{} / {}")
    metrics[1]["MetricStat"]["Metric"]["MetricName"] = "ExecutionTime"
    name = alarm_on(engine, metrics)
    lines = map(json.loads, (engine.run_dir / NOT_REHEARSED).read_text().splitlines())
    assert [line["why"] for line in lines if name in line["what"]] == [
        "never rings: of expressions only sums are evaluated",
        "AWS/States ExecutionTime is not measured",
    ]


def test_an_alarm_on_a_sum_of_an_expression_is_said_not_to_ring(engine):
    metrics = failed_executions(["arn:aws:states:::m"], "SUM([FILL(inner, 0)])")
    inner = {"Id": "inner", "Expression": "failed0 / timedout0", "ReturnData": False}
    name = alarm_on(engine, [*metrics, inner])
    lines = (engine.run_dir / NOT_REHEARSED).read_text().splitlines()
    assert any(name in line and "only sums are evaluated" in line for line in lines)


@pytest.mark.parametrize(
    ("expression", "watched", "words"),
    [
        ("SUM([FILL({}, 0), FILL(nowhere, 0)])", False, "Invalid metrics list"),
        ("SUM([FILL({}, 0)])", True, "Exactly one element of the metrics list should return data."),
    ],
)
def test_a_bad_expression_is_refused_when_the_alarm_is_made(engine, expression, watched, words):
    metrics, name = failed_executions(["arn:aws:states:::m"], expression), engine.name("alarm")
    metrics[-1]["ReturnData"] = watched
    stack = alarm_stack(engine, name, metrics)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = engine.client("cloudformation").describe_stack_events(StackName=stack["StackName"])
    assert words in {each.get("ResourceStatusReason") for each in events["StackEvents"]}
    assert engine.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


def test_messages_that_wait_ring(engine, until):
    queue, cloudwatch, sqs = engine.name("queue"), engine.client("cloudwatch"), engine.client("sqs")
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    state = watching(
        cloudwatch,
        queue,
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": queue}],
    )

    until(lambda: state() == "OK")
    sqs.send_message(QueueUrl=url, MessageBody="lost")
    until(lambda: state() == "ALARM")
    sqs.purge_queue(QueueUrl=url)
    until(lambda: state() == "OK")
