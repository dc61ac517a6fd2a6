"""Database users of IAM identities."""

from collections.abc import Mapping
from typing import Any


def database_user(arn: str) -> str:
    """The database user of an IAM identity: `IAMR:<role>` for a session, `IAM:<user>` for a user."""
    kind, _, rest = arn.rpartition(":")[2].partition("/")
    return f"IAMR:{rest.partition('/')[0]}" if kind == "assumed-role" else f"IAM:{rest or kind}"


def log_in(namespace: Mapping[str, Any], arn: str) -> str:
    """The database user of an IAM identity, created at its first login."""
    user = database_user(arn)
    namespace["users"].add(user)
    return user
