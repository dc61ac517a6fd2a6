"""What only the flights can show. Another dataset's tests stand in a folder beside this one."""

import sys
from pathlib import Path

# The shared helpers first: they have a conftest of their own that tests import from.
sys.path += [str(Path(__file__).parents[2] / "jobs"), str(Path(__file__).parent)]
from spark_session import bucket, spark

__all__ = ["bucket", "spark"]
