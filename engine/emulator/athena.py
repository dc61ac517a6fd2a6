"""Seam: Athena's queries in its own dialect, with their caller's permissions, their workgroup's limit and the
scanned bytes. The emulator passes the text to DuckDB unchanged, checks no permission and counts answers."""

import asyncio
import time
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any
from urllib.parse import urlparse

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.emulator.services import access_key, caller_of
from engine.services import Caller
from engine.services.protocols import Request

# Athena's names for DuckDB's types in a result.
_TYPES = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}
_caller: ContextVar[Caller] = ContextVar("athena_caller")


def install(host: EmulatorHost) -> None:
    _remember_caller.install()
    _start_query.install()
    _execute_query.install(host)
    _get_results.install()


@pinned.replaces("app:SERVICE_HANDLERS[athena]")
async def _remember_caller(original: Any, *request: Any) -> Any:
    _caller.set(caller_of(access_key(Request(*request))))
    return await original(*request)


@pinned.replaces("services.athena:_start_query_execution")
def _start_query(original: Any, /, data: dict[str, Any]) -> Any:
    athena, group = pinned.module("services.athena"), data.get("WorkGroup", "primary")
    if group not in athena._workgroups:
        return _refused(f"WorkGroup {group} is not found.")
    if _settings(athena, group).get("EnforceWorkGroupConfiguration"):
        data = {key: value for key, value in data.items() if key != "ResultConfiguration"}
    # Imported here and below, because it takes half a second that would delay every start of the engine.
    from engine.sql import ATHENA, QueryError, parse

    try:
        parse(data.get("QueryString", ""), ATHENA)
    except QueryError as error:
        return _refused(str(error), extra={"AthenaErrorCode": "MALFORMED_QUERY"})
    return original(data)


@pinned.replaces("services.athena:_execute_query")
async def _execute_query(
    original: Any,
    host: EmulatorHost,
    /,
    query_id: str,
    query: str,
    database: str,
    ddl: Any,
    catalog: str | None = None,
) -> None:
    if ddl is not None:
        await original(query_id, query, database, ddl, catalog)
        return
    athena = pinned.module("services.athena")
    execution = athena._executions[query_id]
    # The event loop would block: the query calls Glue and S3 of this process.
    await asyncio.to_thread(_run, host, execution, _settings(athena, execution["WorkGroup"]), database)


@pinned.replaces("services.athena:_get_query_results")
def _get_results(original: Any, /, data: dict[str, Any]) -> Any:
    athena = pinned.module("services.athena")
    execution = athena._executions.get(data.get("QueryExecutionId"))
    if execution and execution["Status"]["State"] == "SUCCEEDED":
        at = urlparse(execution["ResultConfiguration"]["OutputLocation"])
        if denial := _caller.get().denial("s3:GetObject", f"arn:aws:s3:::{at.netloc}{at.path}", {}):
            return athena.error_response_json("AccessDeniedException", denial, 400)
    return original(data)


def _settings(athena: Any, group: str) -> dict[str, Any]:
    return athena._workgroups[group].get("Configuration") or {}


def _refused(message: str, **more: Any) -> Any:
    return pinned.module("services.athena").error_response_json(
        "InvalidRequestException", message, 400, **more
    )


def _run(host: EmulatorHost, execution: dict[str, Any], settings: dict[str, Any], database: str) -> None:
    from engine.sql import ATHENA, AwsLake, QueryError, ScanLimitError, run

    status, started = execution["Status"], time.monotonic()
    limit = settings.get("BytesScannedCutoffPerQuery")
    lake = AwsLake(host, _caller.get())
    status["State"] = "RUNNING"
    state, reason, scanned = "SUCCEEDED", "", 0
    try:
        answer = run(execution["Query"], ATHENA, lake, database, int(limit) if limit else None)
        scanned = answer.scanned
        at = urlparse(execution["ResultConfiguration"]["OutputLocation"])
        lake.write(at.netloc, at.path.lstrip("/"), _csv([tuple(answer.columns), *answer.rows]))
        execution["_results"] = {
            "columns": answer.columns,
            "rows": [[_text(value) for value in row] for row in answer.rows],
        }
        execution["_column_types"] = [_TYPES.get(kind.partition("(")[0], "varchar") for kind in answer.types]
    except ScanLimitError as error:
        # Observed on AWS: engine version 3 cancels such a query exactly at the limit.
        state, reason, scanned = "CANCELLED", str(error), int(limit or 0)
    except QueryError as error:
        state, reason = "FAILED", str(error)
    except Exception as error:  # noqa: BLE001 - a fault of ours must end the query, which somebody waits for
        state, reason = "FAILED", f"GENERIC_INTERNAL_ERROR: {error}"
    elapsed = int((time.monotonic() - started) * 1000)
    execution["Statistics"] |= {
        "DataScannedInBytes": scanned,
        "EngineExecutionTimeInMillis": elapsed,
        "TotalExecutionTimeInMillis": elapsed,
    }
    if status["State"] != "CANCELLED":
        status |= {"State": state, "StateChangeReason": reason, "CompletionDateTime": int(time.time())}


def _csv(lines: Sequence[tuple[Any, ...]]) -> bytes:
    """Athena quotes every value and leaves NULL empty."""
    quoted = ([_text(value) for value in line] for line in lines)
    return "".join(
        ",".join("" if text is None else '"' + text.replace('"', '""') + '"' for text in line) + "\n"
        for line in quoted
    ).encode()


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "milliseconds")
    return None if value is None else value.isoformat() if isinstance(value, date) else str(value)
