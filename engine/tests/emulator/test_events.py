"""Service events reach EventBridge rules: S3 objects, alarms, and what a role may put itself."""

import json

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def heard(engine, until):
    """A function that rules may target; answers a reader of the events it got."""
    bucket = engine.name("heard")
    engine.client("s3").create_bucket(Bucket=bucket)
    queue = engine.client("sqs").create_queue(QueueName=engine.name("heard"))["QueueUrl"]
    sqs = engine.client("sqs")
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def listen(pattern):
        rule, events = engine.name("rule"), engine.client("events")
        events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])

    def next_event(source):
        def receive():
            for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
                event = json.loads(message["Body"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                if event["source"] == source:
                    return event
            return None

        return until(receive)

    return listen, next_event


def test_an_object_in_a_bucket_with_eventbridge_on(engine, heard):
    listen, next_event = heard
    listen({"source": ["aws.s3"], "detail-type": ["Object Created"]})
    properties = {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}}
    template = {"Resources": {"Raw": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
    bucket = engine.resources(engine.stack(template)["StackName"])["Raw"]
    engine.client("s3").put_object(Bucket=bucket, Key="manifests/2013-01.json", Body=b"{}")
    detail = next_event("aws.s3")["detail"]
    assert detail["bucket"]["name"] == bucket
    assert detail["object"]["key"] == "manifests/2013-01.json"
    assert detail["object"]["size"] == 2


def test_an_alarm_that_changes_state(engine, heard):
    listen, next_event = heard
    listen({"source": ["aws.cloudwatch"]})
    name, cloudwatch = engine.name("alarm"), engine.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Kit",
        MetricName="Violations",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    datum = {"MetricName": "Violations", "Value": 2}
    cloudwatch.put_metric_data(Namespace="Kit", MetricData=[datum])
    event = next_event("aws.cloudwatch")
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["detail"]["alarmName"] == name
    assert event["detail"]["state"]["value"] == "ALARM"
    metric = event["detail"]["configuration"]["metrics"][0]["metricStat"]["metric"]
    assert (metric["namespace"], metric["name"]) == ("Kit", "Violations")


def test_a_client_role_may_not_act_as_the_system(engine, allow):
    client = engine.assume(engine.role(allow("s3:PutObject", "states:StartExecution")))
    entry = {"Source": "kit", "DetailType": "Violation", "Detail": "{}"}
    forbidden = [
        lambda: engine.client("events", client).put_events(Entries=[entry]),
        lambda: engine.client("glue", client).start_job_run(JobName="job"),
        lambda: engine.client("cloudformation", client).update_stack(StackName="s", UsePreviousTemplate=True),
        lambda: engine.client("cloudwatch", client).put_metric_data(Namespace="Kit", MetricData=[]),
        lambda: engine.client("dynamodb", client).put_item(TableName="table", Item={"id": {"S": "1"}}),
        lambda: engine.client("sagemaker", client).list_models(),
    ]
    for call in forbidden:
        with pytest.raises(ClientError, match="not authorized to perform"):
            call()
