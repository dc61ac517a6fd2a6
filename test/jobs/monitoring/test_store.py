"""The S3 side, against botocore's own shapes."""

import io
import time
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


def test_days_are_listed_at_once_page_by_page_and_read(s3: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "READERS", 1)  # the stub wants to know which object comes first
    prefix = "mlkit/AllTraffic/"
    first, second = f"{prefix}2013/06/29/a.jsonl", f"{prefix}2013/06/30/23/b.jsonl"
    start = {"Bucket": "captured", "Prefix": prefix, "StartAfter": f"{prefix}2013/06/28/"}
    beside, beyond = f"{prefix}2013/06/29-copy/a.jsonl", f"{prefix}2013/07/01/c.jsonl"
    s3.add_response(
        "list_objects_v2",
        {
            "Contents": [{"Key": beside}, {"Key": first}],
            "IsTruncated": True,
            "NextContinuationToken": "more",
        },
        start,
    )
    s3.add_response(
        "list_objects_v2",
        {
            "Contents": [{"Key": second}, {"Key": beyond}],
            "IsTruncated": True,
            "NextContinuationToken": "never asked for",
        },
        {**start, "ContinuationToken": "more"},
    )
    for key, body in ((first, b'{"a": 1}\n\n{"b": 2}'), (second, b"\xff")):
        s3.add_response(
            "get_object",
            {"Body": StreamingBody(io.BytesIO(body), len(body))},
            {"Bucket": "captured", "Key": key},
        )
    with s3:
        objects = store.objects_by_day(
            "s3://captured/mlkit/AllTraffic/", [date(2013, 6, day) for day in (30, 29, 28)]
        )
    assert list(objects.items()) == [
        (date(2013, 6, 28), []),
        (date(2013, 6, 29), [(f"s3://captured/{first}", b'{"a": 1}\n\n{"b": 2}')]),
        (date(2013, 6, 30), [(f"s3://captured/{second}", b"\xff")]),
    ]
    s3.assert_no_pending_responses()


def test_objects_read_side_by_side_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_first(uri: str) -> bytes:
        time.sleep(0.05 if uri == "0" else 0)
        return uri.encode()

    monkeypatch.setattr(store, "read", slow_first)
    uris = [str(number) for number in range(20)]
    assert store.read_all(uris) == [uri.encode() for uri in uris]


def test_a_folder_reads_like_a_prefix(tmp_path: Path) -> None:
    for day, name in (("28", "a.jsonl"), ("30", "23/b.jsonl"), ("29", "c.jsonl")):
        file = tmp_path / "2013/06" / day / name
        file.parent.mkdir(parents=True)
        file.write_text(name)
    (tmp_path / "readme.txt").write_text("beside the days")
    wanted = [date(2013, 6, 30), date(2013, 7, 1), date(2013, 6, 28)]
    assert store.objects_by_day(f"{tmp_path}/", wanted) == {
        date(2013, 6, 28): [(f"{tmp_path}/2013/06/28/a.jsonl", b"a.jsonl")],
        date(2013, 6, 30): [(f"{tmp_path}/2013/06/30/23/b.jsonl", b"23/b.jsonl")],
        date(2013, 7, 1): [],
    }
    assert list(store.keys(str(tmp_path / "absent"))) == []
    assert store.objects_by_day(str(tmp_path), []) == {}
