"""The emulator as the host of the services (engine.host.Host)."""

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.config import Config

from engine import clients
from engine.emulator import pinned
from engine.emulator.settings import ACCOUNT, REGION, ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Settings
from engine.host import InvalidError
from engine.journal import AUDIT, NOT_REHEARSED, Journal, now
from engine.unknowns import DEFAULTS

_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)")
# EventBridge accepts at most ten entries, and CloudWatch Logs accepts no empty messages.
_EMPTY_LOG_LINE = " "
_PATH_STYLE = Config(s3={"addressing_style": "path"})


class EmulatorHost:
    """engine.host.Host on the running emulator; the protocol documents the methods."""

    region = REGION
    account = ACCOUNT

    def __init__(self, settings: Settings) -> None:
        self.endpoint = settings.endpoint
        self.run_dir = settings.run_dir
        self._unknowns = {**DEFAULTS, **settings.unknowns}
        self.audit = Journal(settings.run_dir / AUDIT)
        self._not_rehearsed = Journal(settings.run_dir / NOT_REHEARSED, unique=True)

    def credentials(self, role_arn: str, session_name: str) -> Mapping[str, str]:
        name = self._role_name(role_arn)
        digest = hashlib.sha256(f"{role_arn}/{session_name}".encode()).hexdigest()
        access_key = f"ASIA{digest[:16].upper()}"
        secret, token = f"secret{digest}", f"token{digest}"
        session = re.sub(r"[^\w+=,.@-]", "-", session_name)[:64]
        pinned.module("services.sts").register_session(
            access_key,
            {
                "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
                "UserId": f"AROA{name[:17].upper()}:{session}",
                "SecretAccessKey": secret,
                "SessionToken": token,
            },
        )
        return {
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": token,
        }

    def keys_of(self, arn: str) -> Mapping[str, str]:
        """The keys of a role's session, or of the root. Raises ApiError for an IAM user."""
        kind, _, rest = arn.rpartition(":")[2].partition("/")
        if kind == "root":
            return {"AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": ROOT_SECRET_KEY}
        role, _, session = rest.partition("/")
        return self.credentials(f"arn:aws:iam::{ACCOUNT}:role/{role}", session)

    def s3_as(self, role_arn: str, session_name: str) -> Any:
        """An S3 client of the emulator under the role; raises ApiError when the role does not exist."""
        keys = self.credentials(role_arn, session_name)
        return clients.client("s3", self.endpoint, self.region, keys, _PATH_STYLE)

    def check(
        self,
        role_arn: str,
        action: str,
        resource: str,
        context: Mapping[str, str] | None = None,
        session_name: str = "rehearsal",
    ) -> str | None:
        access_key = self.credentials(role_arn, session_name)["AWS_ACCESS_KEY_ID"]
        denied = pinned.module("core.iam_evaluator").enforce(
            access_key, action, action.partition(":")[0], REGION, resource, dict(context or {})
        )
        if denied is None:
            return None
        principal = f"arn:aws:sts::{ACCOUNT}:assumed-role/{self._role_name(role_arn)}/{session_name}"
        return denial_text(principal, action, resource, denied)

    def emit(
        self, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> None:
        entry = {
            "Source": source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
            "Resources": list(resources),
        }
        # PutEvents refuses `aws.*` sources from callers, like AWS; services may send them.
        pinned.module("services.eventbridge")._put_events({"Entries": [entry]}, allow_aws_source=True)

    def log(self, group: str, stream: str, lines: Sequence[str]) -> None:
        logs = pinned.module("services.cloudwatch_logs")
        logs._create_log_group({"logGroupName": group})
        logs._create_log_stream({"logGroupName": group, "logStreamName": stream})
        at = int(time.time() * 1000)
        events = [{"timestamp": at, "message": line or _EMPTY_LOG_LINE} for line in lines]
        logs._put_log_events({"logGroupName": group, "logStreamName": stream, "logEvents": events})

    def metric(
        self, namespace: str, name: str, value: float, unit: str, dimensions: Mapping[str, str]
    ) -> None:
        pinned.module("services.cloudwatch").record_metric(namespace, name, value, unit, dict(dimensions))

    def alarm_states(self, names: Sequence[str]) -> Mapping[str, str]:
        alarms = pinned.module("services.cloudwatch")._alarms
        return {name: alarms[name]["StateValue"] for name in names if name in alarms}

    def unknown(self, name: str) -> str:
        return self._unknowns[name]

    def not_rehearsed(self, what: str, why: str) -> None:
        self._not_rehearsed.append({"what": what, "why": why})

    def record(
        self,
        principal: str,
        action: str,
        resource: str,
        reason: str | None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        """One authorization decision; `reason` is None when it was allowed, `context` holds the request's
        condition keys."""
        line = {
            "time": now(),
            "principal": principal,
            "action": action,
            "resource": resource,
            "decision": "Allow" if reason is None else "Deny",
        }
        known = {key: value for key, value in (context or {}).items() if value is not None}
        self.audit.append(
            {**line, **({"reason": reason} if reason else {}), **({"context": known} if known else {})}
        )

    def _role_name(self, role_arn: str) -> str:
        match = _ROLE_ARN.fullmatch(role_arn)
        name = match[2] if match else role_arn
        if not match or pinned.module("services.iam")._roles.get_scoped(match[1], None, name) is None:
            raise InvalidError(f"Could not assume role {role_arn}: no such role in account {ACCOUNT}.")
        return name


def denial_text(principal_arn: str, action: str, resource: str, denied: Any) -> str:
    """AWS's sentence for a denial: principal, action, resource and reason."""
    why = (
        "with an explicit deny in a policy"
        if getattr(denied, "decision", "") == "Deny"
        else f"because no identity-based policy allows the {action} action"
    )
    return f"User: {principal_arn} is not authorized to perform: {action} on resource: {resource} {why}"
