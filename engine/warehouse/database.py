"""The database of a namespace: SELECT on the mounted Glue catalog, and GRANT USAGE on it.

https://docs.aws.amazon.com/redshift/latest/mgmt/query-editor-v2-glue.html"""

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from engine.host import Host
from engine.services.service import Caller
from engine.sql import REDSHIFT, Answer, AwsLake, QueryError, parse, run


def answered(
    host: Host, statement: Mapping[str, Any], namespace: dict[str, Any], who: Caller
) -> Answer | None:
    """The result of a statement, nothing for a GRANT. Raises QueryError."""
    is_admin = "SecretArn" in statement
    if statement["Database"] != namespace["dbName"]:
        raise QueryError(f'database "{statement["Database"]}" does not exist')
    parsed = parse(statement["QueryString"], REDSHIFT)
    if isinstance(parsed, exp.Grant):
        _grant(parsed, namespace, is_admin)
        return None
    if any(table.catalog.lower() == REDSHIFT.catalog for table in parsed.find_all(exp.Table)):
        if is_admin:
            raise QueryError(
                "Error retrieving columns from the auto-mounted catalog: "
                "Current user is not authenticated with IAM credentials."
            )
        if statement["DbUser"] not in namespace["granted"]:
            raise QueryError(f"permission denied for database {REDSHIFT.catalog}")
    by_role = host.unknown("redshift-lake-reader") == "default-role"
    reader = namespace.get("defaultIamRoleArn") if by_role else None
    # The catalog is read as the calling IAM identity.
    return run(statement["QueryString"], REDSHIFT, AwsLake(host, who, reader))


def _grant(grant: exp.Grant, namespace: dict[str, Any], is_admin: bool) -> None:
    name = grant.args["securable"].name.lower()
    if name != REDSHIFT.catalog or [each.name.upper() for each in grant.args["privileges"]] != ["USAGE"]:
        raise QueryError(f"GRANT on {name} is not rehearsed")
    if not is_admin:
        raise QueryError(f"permission denied for database {name}")
    for user in (each.name for each in grant.args["principals"]):
        if user not in namespace["users"]:
            raise QueryError(f'user "{user}" does not exist')
        namespace["granted"].add(user)
