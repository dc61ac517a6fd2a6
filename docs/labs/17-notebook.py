"""What somebody's notebook does: it looks version 1 up and reads how it was judged."""

import json

import boto3

session = boto3.Session()
account = session.client("sts").get_caller_identity()["Account"]
package = f"arn:aws:sagemaker:{session.region_name}:{account}:model-package/mlkit-models/1"
found = session.client("sagemaker").describe_model_package(ModelPackageName=package)
bucket, folder = found["CustomerMetadataProperties"]["evaluation"].removeprefix("s3://").split("/", 1)
body = session.client("s3").get_object(Bucket=bucket, Key=f"{folder}decision.json")["Body"].read()
print(json.loads(body)["reason"])
