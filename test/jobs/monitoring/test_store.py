"""The S3 side, against botocore's own shapes."""

import io
from datetime import date
from pathlib import Path

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

import store


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    monkeypatch.setattr(store, "_s3", lambda: client)
    return Stubber(client)


def test_a_day_is_listed_page_by_page_and_read(s3: Stubber) -> None:
    prefix = "mlkit/AllTraffic/2013/06/30/"
    first, second = f"{prefix}a.jsonl", f"{prefix}23/b.jsonl"
    s3.add_response(
        "list_objects_v2",
        {"Contents": [{"Key": first}], "IsTruncated": True, "NextContinuationToken": "more"},
        {"Bucket": "captured", "Prefix": prefix},
    )
    body = b'{"a": 1}\n\n{"b": 2}'
    s3.add_response(
        "get_object",
        {"Body": StreamingBody(io.BytesIO(body), len(body))},
        {"Bucket": "captured", "Key": first},
    )
    s3.add_response(
        "list_objects_v2",
        {"Contents": [{"Key": second}], "IsTruncated": False},
        {"Bucket": "captured", "Prefix": prefix, "ContinuationToken": "more"},
    )
    odd = b"\xff"
    s3.add_response(
        "get_object", {"Body": StreamingBody(io.BytesIO(odd), 1)}, {"Bucket": "captured", "Key": second}
    )
    with s3:
        lines = list(store.lines_of_day("s3://captured/mlkit/AllTraffic/", date(2013, 6, 30)))
    assert lines == ['{"a": 1}', '{"b": 2}', "\ufffd"]
    s3.assert_no_pending_responses()


def test_a_folder_reads_like_a_prefix(tmp_path: Path) -> None:
    (tmp_path / "2013/06/30/23").mkdir(parents=True)
    (tmp_path / "2013/06/30/23/b.jsonl").write_text("one\ntwo\n")
    assert list(store.lines_of_day(f"{tmp_path}/", date(2013, 6, 30))) == ["one", "two"]
    assert list(store.keys(str(tmp_path / "absent"))) == []
