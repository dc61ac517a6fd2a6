"""The interface of the emulator for the locally run services (SageMaker, Glue)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class ApiError(Exception):
    """An AWS error answer: `code` in the service's spelling, HTTP `status` if the model lacks it, `fields`
    beside the message."""

    def __init__(self, code: str, message: str, status: int | None = None, **fields: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.fields = code, message, status, fields


class InvalidError(ApiError):
    """A ValidationException, which most services answer to an invalid request."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class Host(Protocol):
    """The emulator as the host of a service."""

    endpoint: str  # http://127.0.0.1:<port>, where every emulated AWS API answers
    region: str
    account: str
    run_dir: Path  # .rehearsal/<run-id>; everything a job leaves behind goes under it

    def credentials(self, role_arn: str, session_name: str) -> Mapping[str, str]:
        """AWS_ACCESS_KEY_ID, _SECRET_ACCESS_KEY and _SESSION_TOKEN of the role, as assumed by its service.

        Raises ApiError when the role does not exist."""

    def keys_of(self, arn: str) -> Mapping[str, str]:
        """The keys of a caller, for a service that acts on its behalf. Raises ApiError for an IAM user."""

    def check(
        self, role_arn: str, action: str, resource: str, context: Mapping[str, str] | None = None
    ) -> str | None:
        """The denial's text when the role may not do `action` on `resource`, else None. Always audited."""

    def emit(
        self, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> None:
        """Put a service event on the default event bus."""

    def log(self, group: str, stream: str, lines: Sequence[str]) -> None:
        """Append lines to a CloudWatch log stream; creates group and stream if needed."""

    def metric(
        self, namespace: str, name: str, value: float, unit: str, dimensions: Mapping[str, str]
    ) -> None:
        """Record one datum of a service's own CloudWatch metrics, now."""

    def alarm_states(self, names: Sequence[str]) -> Mapping[str, str]:
        """OK, ALARM or INSUFFICIENT_DATA by name; alarms that do not exist are left out."""

    def unknown(self, name: str) -> str:
        """The assumed answer of AWS to a question of engine/unknowns.json."""

    def not_rehearsed(self, what: str, why: str) -> None:
        """Record something that was accepted but not carried out; the report lists it."""
