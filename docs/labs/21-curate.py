"""Runs the Glue job on a month of a dataset's raw files, in a local Spark: `21-curate.py orders 2024-03`."""

import json
import logging
import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from pyspark.sql import SparkSession

name, month = sys.argv[1:]
os.environ.setdefault("JAVA_HOME", json.loads(Path(".toolchain/toolchain.json").read_text())["javaHome"])
with TemporaryDirectory() as folder:
    root, dataset = Path(folder), Path("datasets") / name
    # The job as a deployment packs it: its code, the common modules, the files of the chosen dataset.
    shutil.copytree("jobs/etl", root / "job")
    shutil.copytree("jobs/common", root / "job/common", ignore=shutil.ignore_patterns("dataset.json"))
    shutil.copy(dataset / "dataset.json", root / "job/common")
    shutil.copy(dataset / "features.py", root / "job")
    sys.path.insert(0, str(root / "job"))
    import etl
    from lake import Lake

    for table in (dataset / "raw").glob("*.csv"):
        place = root / f"raw/tables/{table.stem}/month={month}"
        place.mkdir(parents=True)
        shutil.copy(table, place)
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    logging.disable()
    lake = Lake(spark, f"file:{root}/raw/", f"file:{root}/curated/")
    try:
        [entry] = etl.prepare(lake, [month], "lab")["partitions"]
    except ValueError as error:
        sys.exit(f"the job fails: {error}")
    if "refused" in entry:
        sys.exit(f"{month} is refused: {entry['refused']}")
    report = json.loads((root / f"curated/quality/month={month}/report.json").read_text())
    for key in ("rows", "setAside", "quarantined", "nulled"):
        print(key.ljust(12), json.dumps(report[key]))
    print(pd.read_parquet(root / f"curated/features/month={month}").to_string(index=False))
