"""Settings of an engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ACCOUNT = "123456789012"
REGION = "us-east-1"
# ministack takes a twelve-digit access key as the root of that account.
ROOT_ACCESS_KEY = ACCOUNT
ROOT_SECRET_KEY = "test"


@dataclass(frozen=True)
class Settings:
    """`wait_scale` is the length in real seconds of a second that a state machine waits, an endpoint bakes or
    an alarm's period lasts. `quotas` are granted beyond those of a new account, by name; `unknowns` are
    assumed answers of AWS that differ from the default (engine.unknowns). `spark_ahead` starts and warms a
    JVM before a Glue run needs it; `member_account` makes the account a member of an organization without
    access to budgets."""

    run_dir: Path
    port: int
    toolchain: Path
    wait_scale: float
    quotas: Mapping[str, int] = field(default_factory=dict)
    unknowns: Mapping[str, str] = field(default_factory=dict)
    spark_ahead: bool = False
    member_account: bool = False

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"
