"""Glue runs: a real Spark on s3://, libraries and files beside the script, and how runs end."""

import io
import subprocess
import threading
import time
import zipfile

import pytest
from world import NO_ROLE, POWERLESS_ROLE, ROLE, until

from rehearsal.glue.spark import archive_of

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
job.commit()
"""


@pytest.fixture
def start(glue, world):
    """Run a script to its end; answers the JobRun."""

    def begin(script, role=ROLE, timeout=5, run=None, **arguments):
        world.s3.put_object(Bucket=world.bucket, Key="code/etl.py", Body=script.encode())
        run = {} if run is None else run
        run.update(Id=f"jr_{time.time_ns()}", JobRunState="STARTING", Timeout=timeout)
        words = {"--JOB_NAME": "prepare", "--LAKE": f"s3://{world.bucket}"}
        words |= {f"--{name.replace('_', '-')}": value for name, value in arguments.items()}
        job = {"Name": "prepare", "Role": role, "GlueVersion": "5.0"}
        glue.run(job, run, words, f"s3://{world.bucket}/code/etl.py")
        return run

    return begin


def put(world, key, body):
    world.s3.put_object(Bucket=world.bucket, Key=key, Body=body)
    return f"s3://{world.bucket}/{key}"


def test_spark_reads_and_writes_s3_with_libraries_and_files(start, world):
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


def test_a_class_archive_that_does_not_fit_costs_nothing(start, glue, world, tmp_path):
    (tmp_path / "jars").mkdir()
    for jar in glue._jars:
        (tmp_path / "jars" / jar.name).symlink_to(jar)
    glue._jars = [tmp_path / "jars" / jar.name for jar in glue._jars]
    java, archive = glue._java_home / "bin/java", archive_of(glue._jars)
    of_another_class_path = [java, f"-XX:ArchiveClassesAtExit={archive}", "-cp", glue._jars[0], "-version"]
    subprocess.run(of_another_class_path, check=True, capture_output=True)
    assert archive.exists()
    run = start(
        "from pyspark.sql import SparkSession\nprint(SparkSession.builder.getOrCreate().range(3).count())"
    )
    assert run["JobRunState"] == "SUCCEEDED", run
    assert world.logged("/aws-glue/jobs/output", run["Id"]) == "3"
