"""AWS clients of the engine's parts, cached, because creating one loads the service's model and endpoints,
which blocks every other thread."""

import threading
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import boto3
from botocore.config import Config

# A session cannot create clients in parallel; using them in parallel is safe.
_creating = threading.Lock()


def client(service: str, endpoint: str, region: str, keys: Mapping[str, str], config: Config) -> Any:
    """The client of `service` with `keys`, which are named like environment variables."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return _client(service, endpoint, region, config, *(keys.get(name) for name in names))


# The cache is limited, because each execution of a state machine has new session keys.
@lru_cache(maxsize=128)
def _client(
    service: str,
    endpoint: str,
    region: str,
    config: Config,
    access_key: str,
    secret_key: str,
    token: str | None,
) -> Any:
    with _creating:
        return _session().client(
            service,
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
            config=config,
        )


@cache
def _session() -> Any:
    return boto3.session.Session()
