"""What the locally run services (SageMaker, Glue) may ask of the emulator that hosts them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class ApiError(Exception):
    """An AWS error answer: `code` as the service spells it, HTTP `status` where the model does not say it,
    `fields` what the error holds beside its message."""

    def __init__(self, code: str, message: str, status: int | None = None, **fields: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.fields = code, message, status, fields


class InvalidError(ApiError):
    """A ValidationException: what most services answer to a request that they refuse."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class Host(Protocol):
    """The emulator as seen by a service that it hosts."""

    endpoint: str  # http://127.0.0.1:<port>, where every emulated AWS API answers
    region: str
    account: str
    run_dir: Path  # .rehearsal/<run-id>; everything a job leaves behind goes under it

    def credentials(self, role_arn: str, session_name: str) -> Mapping[str, str]:
        """AWS_ACCESS_KEY_ID, _SECRET_ACCESS_KEY and _SESSION_TOKEN of the role, as its service assumes it.

        Raises ApiError when the role does not exist.
        """
        ...

    def keys_of(self, arn: str) -> Mapping[str, str]:
        """The keys of a caller, in whose name a service goes on. Raises ApiError for an IAM user."""
        ...

    def check(
        self, role_arn: str, action: str, resource: str, context: Mapping[str, str] | None = None
    ) -> str | None:
        """The denial's text when the role may not do `action` on `resource`, else None. Always audited."""
        ...

    def emit(
        self, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> None:
        """Put a service event on the default event bus."""
        ...

    def log(self, group: str, stream: str, lines: Sequence[str]) -> None:
        """Append lines to a CloudWatch log stream, creating group and stream where needed."""
        ...

    def metric(
        self, namespace: str, name: str, value: float, unit: str, dimensions: Mapping[str, str]
    ) -> None:
        """Record one datum of a service's own CloudWatch metrics, now."""
        ...

    def alarm_states(self, names: Sequence[str]) -> Mapping[str, str]:
        """OK, ALARM or INSUFFICIENT_DATA by name; alarms that do not exist are left out."""
        ...

    def unknown(self, name: str) -> str:
        """What this run assumes that AWS answers to a question of engine/unknowns.json."""
        ...

    def not_rehearsed(self, what: str, why: str) -> None:
        """Record something that was accepted but not carried out; it appears in the report by itself."""
        ...
