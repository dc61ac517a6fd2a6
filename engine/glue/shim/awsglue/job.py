"""Job.init and Job.commit; bookmarks, which they carry on AWS, are not rehearsed."""

from collections.abc import Mapping
from typing import Any


class Job:
    def __init__(self, glue_context: Any) -> None: ...

    def init(self, job_name: str, args: Mapping[str, Any] | None = None) -> None: ...

    def commit(self) -> None: ...
