"""What one engine is started with."""

from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "123456789012"
REGION = "us-east-1"
# ministack takes a twelve-digit access key as the root of that account.
ROOT_ACCESS_KEY = ACCOUNT
ROOT_SECRET_KEY = "test"


@dataclass(frozen=True)
class Settings:
    """`wait_scale` is the length of a state machine's second in real seconds."""

    run_dir: Path
    port: int
    toolchain: Path
    wait_scale: float

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"
