"""Glue runs: a real Spark on s3://, libraries and files beside the script, and how runs end."""

import io
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest
from world import NO_ROLE, POWERLESS_ROLE, until

from engine.glue.spark import archive_of, base_archive_command

ETL = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F
from common.words import shout
arguments = getResolvedOptions(sys.argv, ["JOB_NAME", "LAKE"])
context = GlueContext(SparkContext.getOrCreate())
spark = context.spark_session
job = Job(context)
job.init(arguments["JOB_NAME"], arguments)
lake = arguments["LAKE"]
rows = spark.read.json(f"{lake}/raw/").withColumn("word", F.udf(shout)("word"))
rows.coalesce(1).write.mode("overwrite").partitionBy("month").parquet(f"{lake}/curated/")
again = spark.read.parquet(f"{lake}/curated/").orderBy("x").collect()
print("ROWS", [(row.x, row.word, row.month) for row in again], spark.version)
print("WORDS", open("words.txt").read())
seen = F.udf(lambda name: open(name).read() + " " + __import__("os").environ["AWS_ACCESS_KEY_ID"])
print("WORKER", spark.createDataFrame([("words.txt",)], ["name"]).select(seen("name")).first()[0])
print("LOCAL", spark.read.text("words.txt").first()[0])
job.commit()
"""


def put(world, key, body):
    world.s3.put_object(Bucket=world.bucket, Key=key, Body=body)
    return f"s3://{world.bucket}/{key}"


@pytest.mark.parametrize("ahead", [False, True])
def test_spark_reads_and_writes_s3_with_libraries_and_files(start, glue, world, ahead):
    if ahead:
        glue.prepare()
    put(
        world,
        "raw/rows.json",
        b'{"x": 1, "word": "a", "month": "05"}\n{"x": 2, "word": "b", "month": "06"}\n',
    )
    library = io.BytesIO()
    with zipfile.ZipFile(library, "w") as packed:
        packed.writestr("common/__init__.py", "")
        packed.writestr("common/words.py", "def shout(word):\n    return word.upper()\n")
    run = start(
        ETL,
        extra_py_files=put(world, "code/common.zip", library.getvalue()),
        extra_files=put(world, "code/words.txt", b"beside"),
    )
    assert run["JobRunState"] == "SUCCEEDED", run
    assert run["ExecutionTime"] >= 1
    log = world.logged("/aws-glue/jobs/output", run["Id"])
    # Glue 5.0's Spark; the partition column comes back as a number, which Spark infers from the path.
    assert "ROWS [(1, 'A', 5), (2, 'B', 6)] 3.5.4" in log
    assert "WORDS beside" in log
    # Spark's Python workers and Java itself work in the run's folder and under its variables.
    assert "WORKER beside 123456789012" in log
    assert "LOCAL beside" in log
    keys = [
        found["Key"] for found in world.s3.list_objects_v2(Bucket=world.bucket, Prefix="curated/")["Contents"]
    ]
    assert any(key.startswith("curated/month=05/part-") for key in keys)
    assert not [key for key in keys if "_temporary" in key]


def test_an_exception_becomes_glues_error_message(start):
    run = start("x = 1\nraise ValueError('no rows in 2013-05')\n")
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == (
        "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 2; ValueError: no rows in 2013-05"
    )


def test_a_missing_argument_fails_the_run(start, world):
    script = (
        "import sys\nfrom awsglue.utils import getResolvedOptions\ngetResolvedOptions(sys.argv, ['MONTH'])\n"
    )
    run = start(script)
    assert "the following arguments are required: --MONTH" in run["ErrorMessage"]
    assert "GlueArgumentError" in world.logged("/aws-glue/jobs/error", run["Id"])


def test_s3_is_read_with_the_job_role(start):
    run = start("print('never')", role=POWERLESS_ROLE)
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith("LAUNCH ERROR | Error downloading s3://")


def test_a_missing_role_fails_the_run(start):
    assert start("print('never')", role=NO_ROLE)["JobRunState"] == "FAILED"


def test_the_timeout_ends_a_run(start):
    assert start("import time; time.sleep(60)", timeout=0.02)["JobRunState"] == "TIMEOUT"


def test_a_stop_ends_a_run(start, world):
    run = {}
    thread = threading.Thread(target=start, args=("import time; time.sleep(60)",), kwargs={"run": run})
    thread.start()
    until(lambda: run.get("JobRunState") == "RUNNING")
    run["JobRunState"] = "STOPPING"
    thread.join(10)
    assert run["JobRunState"] == "STOPPED"


def test_what_has_no_effect_is_reported(start, world):
    start("", additional_python_modules="polars")
    assert "Glue argument --additional-python-modules" in world.notes


@pytest.fixture(scope="module")
def jars_with_a_wrong_archive(toolchain, tmp_path_factory):
    """The jars beside a class archive of another class path."""
    folder = tmp_path_factory.mktemp("jars")
    jars = [folder / Path(jar).name for jar in toolchain["jars"]]
    for jar, link in zip(toolchain["jars"], jars, strict=True):
        link.symlink_to(jar)
    # A small runtime comes without the base that an archive is written on.
    base = f"-XX:SharedArchiveFile={folder / 'base.jsa'}"
    dump = [*base_archive_command(Path(toolchain["javaHome"])), base]
    archive = archive_of(jars)
    of_another_class_path = [
        dump[0],
        base,
        f"-XX:ArchiveClassesAtExit={archive}",
        "-cp",
        jars[0],
        "-version",
    ]
    for command in (dump, of_another_class_path):
        subprocess.run(command, check=True, capture_output=True)
    assert archive.exists()
    return jars


@pytest.mark.parametrize("ahead", [False, True])
def test_a_class_archive_that_does_not_fit_costs_nothing(
    start, glue, world, jars_with_a_wrong_archive, ahead
):
    glue._jars = jars_with_a_wrong_archive
    if ahead:
        glue.prepare()
    run = start(
        "from pyspark.sql import SparkSession\nprint(SparkSession.builder.getOrCreate().range(3).count())"
    )
    assert run["JobRunState"] == "SUCCEEDED", run
    assert world.logged("/aws-glue/jobs/output", run["Id"]) == "3"
