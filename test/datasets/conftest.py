import sys
from pathlib import Path

HERE = Path(__file__).parent
# The shared helpers first: they have a conftest of their own that tests import from.
sys.path += [str(HERE.parent / "jobs"), str(HERE / "nyc-flights")]
from spark_session import bucket, spark  # noqa: E402

__all__ = ["bucket", "spark"]
