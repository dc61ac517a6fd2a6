"""
Curates raw tables with the Glue job.
usage: curate.py <folder of the programs> <folder with raw/> <partition>...
"""

import sys
from pathlib import Path

from spark import spark_session

sys.path.insert(0, sys.argv[1])
import etl

lake = Path(sys.argv[2]).resolve()
with spark_session() as spark:
    done = etl.prepare(
        etl.Lake(spark, f"file:{lake}/raw/", f"file:{lake}/curated/"), sys.argv[3:], "experiment"
    )
refused = [entry for entry in done["partitions"] if "refused" in entry]
if refused:
    raise SystemExit(f"the job refused partitions: {refused}")
