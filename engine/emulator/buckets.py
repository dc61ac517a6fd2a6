"""Seam: buckets from templates keep their tags, access to objects checks the key, reserved names are refused.

The emulator drops both properties. CDK's auto-delete handler needs its tag, and a role without a grant on the
bucket's key could read and write objects that AWS denies."""

from functools import partial
from typing import Any

from engine.emulator import pinned

# KMS calls on the caller's behalf:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
_KMS_ACTIONS = {"s3:PutObject": "kms:GenerateDataKey", "s3:GetObject": "kms:Decrypt"}

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def install() -> None:
    """Call it after authorization.install, because decisions on the key are audited as well."""
    keys: dict[str, str] = {}
    _refuse_reserved_names.install()
    _create.install()
    pinned.after_changes("AWS::S3::Bucket", partial(_keep_properties, keys))
    _ask_for_keys.install(keys)


@pinned.replaces("services.s3:_validate_bucket_name")
def _refuse_reserved_names(original: Any, /, name: str) -> bool:
    reserved = name.startswith(_RESERVED_PREFIXES) or name.endswith(_RESERVED_SUFFIXES)
    return bool(original(name)) and not reserved


@pinned.replaces_resource("AWS::S3::Bucket", "create")
def _create(original: Any, logical_id: str, props: dict[str, Any], stack: str) -> Any:
    s3, created = pinned.module("services.s3"), original(logical_id, props, stack)
    if not s3._validate_bucket_name(created[0]):
        del s3._buckets[created[0]]
        raise ValueError(f"The specified bucket is not valid: {created[0]}")
    return created


def _keep_properties(keys: dict[str, str], name: str, props: dict[str, Any]) -> None:
    if props.get("Tags"):
        tags = {tag["Key"]: tag["Value"] for tag in props["Tags"]}
        pinned.module("services.s3")._bucket_tags[name] = tags
    rules = (props.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration") or []
    for rule in rules:
        key = (rule.get("ServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")
        if key:
            keys[name] = key


@pinned.replaces("core.iam_evaluator:enforce")
def _ask_for_keys(
    original: Any,
    keys: dict[str, str],
    /,
    access_key_id: str,
    iam_action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> Any:
    denied = original(access_key_id, iam_action, service, region, resource_arn, service_context)
    bucket = resource_arn.removeprefix("arn:aws:s3:::").partition("/")[0]
    if denied is not None or iam_action not in _KMS_ACTIONS or bucket not in keys or not access_key_id:
        return denied
    context = {
        "kms:CallerAccount": pinned.module("core.responses").get_account_id(),
        "kms:ViaService": f"s3.{region}.amazonaws.com",
    }
    return original(access_key_id, _KMS_ACTIONS[iam_action], "kms", region, keys[bucket], context)
