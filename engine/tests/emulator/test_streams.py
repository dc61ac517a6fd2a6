"""Puts into a delivery stream."""

import time

import pytest
from botocore.exceptions import ClientError


def test_the_first_put_of_a_role_comes_late_and_the_next_at_once(engine, allow):
    firehose = engine.client("firehose", engine.assume(engine.role(allow("firehose:PutRecord"))))

    def seconds():
        started = time.monotonic()
        with pytest.raises(ClientError, match="ResourceNotFound"):
            firehose.put_record(DeliveryStreamName="none", Record={"Data": b"line"})
        return time.monotonic() - started

    assert seconds() > 1
    assert seconds() < 0.5
