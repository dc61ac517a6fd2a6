"""What only the flights can show. Another dataset's tests stand in a folder beside this one."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "jobs")]
from spark_session import bucket, spark  # noqa: E402

__all__ = ["bucket", "spark"]
