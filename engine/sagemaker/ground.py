"""Shared parts of the service."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.host import Host
from engine.sagemaker.account import Quotas
from engine.sagemaker.sandbox import Sandbox
from engine.sagemaker.store import Kind, Record, Store

Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Ground:
    host: Host
    sandbox: Sandbox
    store: Store
    quotas: Quotas

    def folder(self, kind: str, name: str) -> Path:
        """A folder of its own for a job or a server; it stays after the run for inspection."""
        path = self.host.run_dir / "sagemaker" / kind / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def describe(self, kind: Kind) -> Operation:
        return lambda params: self.store.get(kind, params[kind.name_key])

    def delete(self, kind: Kind) -> Operation:
        def remove(params: Mapping[str, Any]) -> Mapping[str, Any]:
            self.store.remove(kind, params[kind.name_key])
            return {}

        return remove

    def list(self, kind: Kind, members: str) -> Operation:
        """A List operation whose answer holds the records under `members`."""

        def page(params: Mapping[str, Any]) -> Mapping[str, Any]:
            records, token = self.store.page(kind, list(self.store.all(kind)), params)
            return {members: records, "NextToken": token}

        return page

    def announce(self, kind: Kind, spoken: str, record: Record) -> None:
        """Emit "SageMaker <spoken> State Change" with the record as EventBridge's reference shows it."""
        self.host.emit(
            "aws.sagemaker",
            f"SageMaker {spoken} State Change",
            {**_epoch_milliseconds(record), "Tags": self.store.tags(record[kind.arn_key])},
            [record[kind.arn_key]],
        )


def _epoch_milliseconds(value: Any, key: str = "") -> Any:
    """A copy without unset members, with times (seconds in records) in the form of events."""
    if isinstance(value, dict):
        return {k: _epoch_milliseconds(v, k) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_epoch_milliseconds(item) for item in value]
    return int(value * 1000) if key.endswith("Time") and isinstance(value, float) else value


class LogStream:
    """A CloudWatch log stream, written in batches, with a copy on disk."""

    def __init__(self, host: Host, group: str, stream: str, copy: Path, every: float = 0.5) -> None:
        """`every` is the least number of seconds between two writes."""
        self._host, self._group, self._stream, self._every = host, group, stream, every
        self._copy = copy
        self._waiting: list[str] = []
        self._flushed = time.monotonic()

    def follow(self, lines: Iterable[str]) -> Iterator[str]:
        """Log each of `lines` while passing it on."""
        for line in lines:
            self.write(line)
            yield line
        self.flush()

    def write(self, line: str) -> None:
        self._waiting.append(line)
        if time.monotonic() - self._flushed >= self._every:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            with self._copy.open("a") as copy:
                copy.writelines(f"{line}\n" for line in self._waiting)
            self._host.log(self._group, self._stream, self._waiting)
        self._waiting, self._flushed = [], time.monotonic()
