"""Clients are kept for their caller, and never shared between callers."""

from botocore.config import Config

from engine.clients import client

CONFIG = Config()


def made(key):
    keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
    return client("s3", "http://127.0.0.1:9", "us-east-1", keys, CONFIG)


def test_a_client_is_made_once_for_a_caller():
    assert made("ASIAONE") is made("ASIAONE")


def test_another_caller_has_a_client_of_its_own():
    one, two = made("ASIAONE"), made("ASIATWO")
    assert one is not two
    assert [each._request_signer._credentials.access_key for each in (one, two)] == ["ASIAONE", "ASIATWO"]
