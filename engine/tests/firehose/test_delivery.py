"""Firehose gathers records into objects, partitions them, and writes with the stream's role."""

import json

import jq
import pytest

from engine.firehose.prefixes import partition_keys


@pytest.fixture(scope="module")
def stream(engine, allow):
    """A partitioned delivery stream from a template; answers its name, bucket and role."""
    bucket = engine.name("captured")
    engine.client("s3").create_bucket(Bucket=bucket)
    role = engine.role(allow("s3:PutObject", on=f"arn:aws:s3:::{bucket}/*"))
    query = {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{day: .time[0:10], kind: .kind}"}
    engine_parameter = {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"}
    extraction = {"Type": "MetadataExtraction", "Parameters": [query, engine_parameter]}
    destination = {
        "BucketARN": f"arn:aws:s3:::{bucket}",
        "RoleARN": role,
        "Prefix": "kind=!{partitionKeyFromQuery:kind}/day=!{partitionKeyFromQuery:day}/",
        "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/!{timestamp:yyyy}/",
        "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 64},
        "DynamicPartitioningConfiguration": {"Enabled": True},
        "ProcessingConfiguration": {"Enabled": True, "Processors": [extraction]},
    }
    properties = {
        "DeliveryStreamType": "DirectPut",
        "ExtendedS3DestinationConfiguration": destination,
    }
    type_name = "AWS::KinesisFirehose::DeliveryStream"
    template = {"Resources": {"Stream": {"Type": type_name, "Properties": properties}}}
    name = engine.resources(engine.stack(template)["StackName"])["Stream"]
    return name, bucket, role


def objects(engine, bucket, prefix=""):
    listed = engine.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for item in listed.get("Contents", [])]


def test_many_records_are_one_object_per_partition(engine, stream, until):
    name, bucket, role = stream
    firehose = engine.client("firehose")
    sent = [
        json.dumps({"time": f"2013-05-0{1 + number % 2}T10:00:00Z", "kind": "a", "n": number}) + "\n"
        for number in range(40)
    ]
    firehose.put_record_batch(
        DeliveryStreamName=name, Records=[{"Data": line.encode()} for line in sent[:39]]
    )
    firehose.put_record(DeliveryStreamName=name, Record={"Data": sent[39].encode()})
    until(lambda: len(objects(engine, bucket, "kind=a/")) == 2)
    for day in (1, 2):
        (key,) = objects(engine, bucket, f"kind=a/day=2013-05-0{day}/")
        body = engine.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        assert body == "".join(sent[day - 1 :: 2])
    assert engine.decisions(role=role, action="s3:PutObject", decision="Allow")


def test_a_record_without_its_keys_goes_to_the_error_prefix(engine, stream, until):
    name, bucket, _ = stream
    engine.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": b'{"kind": "b"}\n'})
    prefix = "failed/processing-failed/"
    (key,) = until(lambda: objects(engine, bucket, prefix))
    document = json.loads(engine.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert document["errorCode"] == "DynamicPartitioning.MetadataExtractionFailed"
    assert objects(engine, bucket, "kind=b/") == []


def test_a_stream_whose_role_may_not_write(engine, stream, until):
    name, bucket, role = stream
    iam, policy_name = engine.client("iam"), {"RoleName": role.rpartition("/")[2], "PolicyName": "grants"}
    kept = iam.get_role_policy(**policy_name)["PolicyDocument"]
    iam.delete_role_policy(**policy_name)
    record = {"Data": b'{"kind": "c", "time": "2013-05-01T00:00:00Z"}'}
    engine.client("firehose").put_record(DeliveryStreamName=name, Record=record)
    until(lambda: engine.decisions(role=role, action="s3:PutObject", decision="Deny"))
    assert objects(engine, bucket, "kind=c/") == []
    iam.put_role_policy(**policy_name, PolicyDocument=json.dumps(kept))


def test_a_query_is_compiled_once(monkeypatch):
    compilations, compile_ = [], jq.compile
    monkeypatch.setattr(jq, "compile", lambda query: compilations.append(query) or compile_(query))
    for day in ("2013-01-01", "2013-01-02"):
        assert partition_keys("{once: .day}", json.dumps({"day": day}).encode()) == {"once": day}
    assert compilations == ["{once: .day}"]
