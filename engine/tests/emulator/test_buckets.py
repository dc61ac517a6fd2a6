"""Buckets from templates: tags, keys, and CDK's deployments into them."""

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def encrypted(engine):
    """A bucket under a key whose policy leaves access to IAM, as CDK's keys do."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    key = {"KeyPolicy": {"Version": "2012-10-17", "Statement": [statement]}}
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}
    bucket = {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": default}]
        },
        "Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}],
    }
    template = {
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key", "Properties": key},
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": bucket},
        },
        "Outputs": {
            "Key": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}},
            "Bucket": {"Value": {"Ref": "Bucket"}},
        },
    }
    return engine.stack(template)["Outputs"]


def test_tags_are_kept(engine, encrypted):
    tags = engine.client("s3").get_bucket_tagging(Bucket=encrypted["Bucket"])["TagSet"]
    assert {"Key": "aws-cdk:auto-delete-objects", "Value": "true"} in tags


def test_writing_needs_the_key(engine, encrypted, allow):
    without = engine.role(allow("s3:PutObject"))
    put = {"Bucket": encrypted["Bucket"], "Key": "a", "Body": b"x"}
    with pytest.raises(ClientError, match=f"kms:GenerateDataKey on resource: {encrypted['Key']}"):
        engine.client("s3", engine.assume(without)).put_object(**put)
    within = engine.role(allow("s3:PutObject"), allow("kms:GenerateDataKey*", on=encrypted["Key"]))
    engine.client("s3", engine.assume(within)).put_object(**put)
    assert engine.decisions(role=without, action="kms:GenerateDataKey", decision="Deny")


def test_reading_needs_the_key(engine, encrypted, allow):
    engine.client("s3").put_object(Bucket=encrypted["Bucket"], Key="b", Body=b"x")
    without = engine.role(allow("s3:GetObject"))
    with pytest.raises(ClientError, match="kms:Decrypt"):
        engine.client("s3", engine.assume(without)).get_object(Bucket=encrypted["Bucket"], Key="b")


def test_a_bucket_deployment_copies_replaces_and_prunes_under_its_role(engine, allow):
    s3, source, destination = engine.client("s3"), engine.name("source"), engine.name("destination")
    for bucket in (source, destination):
        s3.create_bucket(Bucket=bucket)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("config/run.json", json.dumps({"bucket": "<<marker:0>>"}))
    s3.put_object(Bucket=source, Key="asset.zip", Body=archive.getvalue())
    s3.put_object(Bucket=destination, Key="programs/stale.py", Body=b"old")
    role = engine.role(
        allow("s3:GetObject", on=f"arn:aws:s3:::{source}/*"),
        allow("s3:PutObject", "s3:ListBucket", "s3:DeleteObject"),
    )
    properties = {
        "ServiceToken": engine.node_function("", role),
        "SourceBucketNames": [source],
        "SourceObjectKeys": ["asset.zip"],
        "SourceMarkers": [{"<<marker:0>>": "lake"}],
        "DestinationBucketName": destination,
        "DestinationBucketKeyPrefix": "programs",
        "Prune": True,
    }
    template = {"Resources": {"Deploy": {"Type": "Custom::CDKBucketDeployment", "Properties": properties}}}
    assert engine.stack(template)["StackStatus"] == "CREATE_COMPLETE"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=destination)["Contents"]]
    assert keys == ["programs/config/run.json"]
    body = s3.get_object(Bucket=destination, Key=keys[0])["Body"].read()
    assert json.loads(body) == {"bucket": "lake"}
    assert engine.decisions(role=role, action="s3:DeleteObject", decision="Allow")


def test_names_that_s3_keeps_to_itself_are_refused(engine):
    s3 = engine.client("s3")
    for name in ("xn--abc", "sthree-a", "amzn-s3-demo-a", "abc-s3alias", "abc--ol-s3"):
        with pytest.raises(ClientError, match="InvalidBucketName"):
            s3.create_bucket(Bucket=name)
        template = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}}}
        assert engine.stack(template)["StackStatus"] == "ROLLBACK_COMPLETE"
        assert name not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_names_that_other_services_keep_to_themselves_are_refused(engine):
    for name in ("/aws/champion", "/awsome/champion", "/ssm/champion"):
        with pytest.raises(ClientError, match=r"reserved parameter name|can't be prefixed"):
            engine.client("ssm").put_parameter(Name=name, Value="none", Type="String")
    entry = {"Source": "aws.etl", "DetailType": "Curated Partition Ready", "Detail": "{}"}
    answer = engine.client("events").put_events(Entries=[entry])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
