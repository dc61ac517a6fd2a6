"""Metric alarms as CloudWatch evaluates them: by period, by dimension, with missing data, back to OK."""

import time

import pytest

from engine.emulator.alarms import datapoints, judge


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


def test_an_alarm_rings_for_its_own_series_and_clears(engine, until):
    cloudwatch, name = engine.client("cloudwatch"), engine.name("alarm")
    mine, other = ([{"Name": "EndpointName", "Value": value}] for value in (name, "other"))
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Kit",
        MetricName="Errors",
        Dimensions=mine,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )

    def state():
        return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]

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
