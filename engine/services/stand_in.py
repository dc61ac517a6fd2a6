"""A service whose refusals are its own and whose answers nobody's: no local program sees, hears or reads like
it."""

from collections.abc import Container, Mapping
from typing import Any

from engine.host import ApiError, Host
from engine.services.service import Params, Service


class StandIn(Service):
    """Marks every answer, which handlers pass on, and names itself in the report of the run."""

    headers: Mapping[str, str] = {"x-rehearsed-by": "stand-in"}
    # Parameters that are looked at: one that changes the answer elsewhere is refused and not ignored.
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
