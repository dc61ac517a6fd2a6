"""A service with genuine refusals and stand-in answers, for services that no local program can replace."""

from collections.abc import Container, Mapping
from typing import Any

from engine.host import ApiError, Host
from engine.services.service import Params, Service


class StandIn(Service):
    """Marks every answer; handlers pass the mark on, and the report names the service."""

    headers: Mapping[str, str] = {"x-rehearsed-by": "stand-in"}
    # Supported parameters; others that change the answer are refused instead of ignored.
    taken: Container[str]

    def __init__(self, host: Host) -> None:
        self._host = host

    def refuse(self, operation: str, params: Params) -> None:
        for name in params:
            if name not in self.taken:
                raise ApiError(self.invalid, f"{name} of {operation} is not rehearsed.")

    def perform(self, operation: str, params: Params) -> dict[str, Any]:
        answer = super().perform(operation, params)
        self._host.not_rehearsed(
            f"answers of {self.name}:{operation}",
            "a stand-in gave them: requests and limits are checked, the findings say nothing of the service",
        )
        return answer
