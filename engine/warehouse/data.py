"""The Redshift Data API: asynchronous statements and their results."""

import contextvars
import threading
import time
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine.host import ApiError, Host, InvalidError
from engine.services.service import Caller, Params, Permission, Service, caller
from engine.warehouse.serverless import NAMESPACE, WORKGROUP, RedshiftServerless
from engine.warehouse.users import database_user, log_in

if TYPE_CHECKING:
    from engine.sql import Answer

_PAGE = 1000
# Redshift's names for DuckDB's types in a result.
_TYPES = {"BIGINT": "int8", "INTEGER": "int4", "SMALLINT": "int2", "DOUBLE": "float8", "FLOAT": "float4"}
_TYPES |= {"VARCHAR": "varchar", "BOOLEAN": "bool", "DATE": "date", "TIMESTAMP": "timestamp"}


class RedshiftData(Service):
    """Statements on workgroups of Redshift Serverless, owned by the executing role."""

    name = "redshift-data"

    def __init__(self, host: Host, serverless: RedshiftServerless) -> None:
        self._host, self._serverless = host, serverless
        self._statements: dict[str, dict[str, Any]] = {}
        self.operations = {
            "ExecuteStatement": self._execute,
            "DescribeStatement": self._own,
            "GetStatementResult": self._result,
            "ListStatements": self._list,
            "CancelStatement": self._cancel,
        }

    def resource_arn(self, operation: str, params: Params) -> str:
        if operation != "ExecuteStatement":
            return "*"
        return self._serverless.resource_arn(
            "GetWorkgroup", {"workgroupName": params.get("WorkgroupName", "")}
        )

    def further(self, operation: str, params: Params) -> Iterable[Permission]:
        if operation == "ExecuteStatement" and "SecretArn" in params:
            yield "secretsmanager:GetSecretValue", params["SecretArn"], {}
        elif operation == "ExecuteStatement":
            yield "redshift-serverless:GetCredentials", self.resource_arn(operation, params), {}

    def _execute(self, params: Params) -> dict[str, Any]:
        workgroup = self._serverless.kept[WORKGROUP].get(params.get("WorkgroupName", ""))
        if workgroup is None:
            raise InvalidError("Redshift endpoint doesn't exist in this region.")
        if "Database" not in params or "Parameters" in params:
            raise InvalidError("Database is required; Parameters are not rehearsed.")
        namespace, secret = (
            self._serverless.kept[NAMESPACE][workgroup["namespaceName"]],
            params.get("SecretArn"),
        )
        if secret and secret != namespace.get("adminPasswordSecretArn"):
            raise InvalidError(f"Secret {secret} holds no credentials of this workgroup.")
        who = caller()
        user = namespace["adminUsername"] if secret else log_in(namespace, who.arn)
        known = {key: params[key] for key in ("Database", "WorkgroupName", "SecretArn") if key in params}
        statement = {
            **known,
            "Id": str(uuid.uuid4()),
            "QueryString": params["Sql"],
            "StatementName": params.get("StatementName", ""),
            "DbUser": user,
            "Status": "SUBMITTED",
            "CreatedAt": time.time(),
            "UpdatedAt": time.time(),
            "owner": database_user(who.arn),
        }
        self._statements[statement["Id"]] = statement
        act = contextvars.copy_context().run
        threading.Thread(target=act, args=(self._run, statement, namespace, who), daemon=True).start()
        return statement

    def _run(self, statement: dict[str, Any], namespace: dict[str, Any], who: Caller) -> None:
        statement |= {"Status": "STARTED", "UpdatedAt": time.time()}
        started = time.monotonic_ns()
        # Imported here, because it takes half a second that would delay every start of the engine.
        from engine.sql import QueryError
        from engine.warehouse.database import answered

        try:
            answer = answered(self._host, statement, namespace, who)
            ended: dict[str, Any] = {"Status": "FINISHED", "HasResultSet": answer is not None}
            if answer:
                size = sum(len(str(value)) for row in answer.rows for value in row)
                ended |= {"answer": answer, "ResultRows": len(answer.rows), "ResultSize": size}
        except QueryError as error:
            ended = {"Status": "FAILED", "Error": "ERROR: " + str(error).removeprefix("ERROR: ")}
        except Exception as error:  # noqa: BLE001 - a fault of ours must end the statement, which somebody awaits
            ended = {"Status": "FAILED", "Error": f"ERROR: {error}"}
        if statement["Status"] != "ABORTED":
            duration = time.monotonic_ns() - started
            statement |= {**ended, "Duration": duration, "UpdatedAt": time.time()}

    def _own(self, params: Params) -> dict[str, Any]:
        """The statement, if it belongs to the caller's role."""
        statement = self._statements.get(params["Id"])
        if statement is None or statement["owner"] != database_user(caller().arn):
            raise ApiError("ResourceNotFoundException", "Query does not exist.")
        return statement

    def _result(self, params: Params) -> dict[str, Any]:
        answer: Answer | None = self._own(params).get("answer")
        if answer is None:
            words = "Query does not have result. Please check query status with DescribeStatement."
            raise ApiError("ResourceNotFoundException", words)
        start = int(params.get("NextToken", "0"))
        page = answer.rows[start : start + _PAGE]
        columns = [
            {"name": name, "label": name, "typeName": _TYPES.get(kind.partition("(")[0], "varchar")}
            for name, kind in zip(answer.columns, answer.types, strict=True)
        ]
        more = {"NextToken": str(start + _PAGE)} if start + _PAGE < len(answer.rows) else {}
        records = [[_field(value) for value in row] for row in page]
        return {"Records": records, "ColumnMetadata": columns, "TotalNumRows": len(answer.rows), **more}

    def _list(self, params: Params) -> dict[str, Any]:
        owner, status = database_user(caller().arn), params.get("Status", "ALL")
        mine = [each for each in self._statements.values() if each["owner"] == owner]
        return {"Statements": [each for each in reversed(mine) if status in ("ALL", each["Status"])]}

    def _cancel(self, params: Params) -> dict[str, Any]:
        statement = self._own(params)
        if statement["Status"] not in {"SUBMITTED", "STARTED"}:
            state = f"{statement['Status']} state with ID: {statement['Id']}"
            raise InvalidError(f"Could not cancel a query that is already in {state}")
        statement |= {"Status": "ABORTED", "UpdatedAt": time.time()}
        return {"Status": True}


def _field(value: Any) -> dict[str, Any]:
    if value is None:
        return {"isNull": True}
    for kind, name in ((bool, "booleanValue"), (int, "longValue"), (float, "doubleValue")):
        if isinstance(value, kind):
            return {name: value}
    # Decimals, dates and times are text.
    return {"stringValue": str(value)}
