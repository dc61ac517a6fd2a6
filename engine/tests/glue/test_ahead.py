"""A JVM that is started and warmed ahead of the run that takes it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from world import until

# Tells which JVM it works in, and what that one knows.
WORK = """
import os
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
java = spark.sparkContext._jvm.System
java.out.println("counted " + str(spark.range(3).count()))
java.err.println("from Java")
print("port", os.environ.get("PYSPARK_GATEWAY_PORT", "own"))
print("key", java.getProperty("spark.hadoop.fs.s3a.access.key"))
print("endpoint", spark.conf.get("spark.hadoop.fs.s3a.endpoint"))
"""
# Tells it without using it, which takes seconds.
PORT = "import os\nprint('port', os.environ.get('PYSPARK_GATEWAY_PORT', 'own'))\n"

# JVMs that other tests of this process keep, for a Spark session of their own.
_of_others: set[int] = set()


@pytest.fixture(autouse=True)
def _others():
    _of_others.clear()
    _of_others.update(jvms())


def jvms() -> set[int]:
    """The JVMs of Spark below this process that this test caused."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            rest = (entry / "stat").read_text().rpartition(")")[2]
            command = (entry / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if not rest.startswith(" Z"):
            # Another Java puts Spark's command together first.
            spark = command[0].endswith("java") and "org.apache.spark.launcher.Main" not in command
            parents[int(entry.name)] = int(rest.split()[1]), spark
    below, found = {os.getpid()}, set()
    while below:
        children = {pid for pid, (parent, _) in parents.items() if parent in below}
        found |= {pid for pid in children if parents[pid][1]}
        below = children
    return found - _of_others


pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked up in /proc")


def test_a_run_takes_the_jvm_that_waits_and_no_other_run_does(start, glue, world):
    glue.prepare()
    (waiting,) = until(jvms)
    run = start(WORK)
    assert run["JobRunState"] == "SUCCEEDED", run
    output = world.logged("/aws-glue/jobs/output", run["Id"])
    assert "counted 3" in output
    assert "port own" not in output
    # The settings are the run's and not those it was warmed with; nothing of the warm-up is in its logs.
    assert f"endpoint {world.endpoint}" in output
    assert "key none" not in output
    assert "begins" not in output
    errors = world.logged("/aws-glue/jobs/error", run["Id"])
    assert "from Java" in errors
    assert "begins" not in errors
    assert "Setting default log level" not in errors
    # It ended with the run, and another one waits for the next.
    until(lambda: jvms() and waiting not in jvms())


def test_of_two_runs_at_once_one_starts_a_jvm_of_its_own(start, glue, world):
    glue.prepare()
    until(jvms)
    runs = [{}, {}]
    threads = [threading.Thread(target=start, args=(WORK,), kwargs={"run": run}) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [run["JobRunState"] for run in runs] == ["SUCCEEDED"] * 2
    own = ["port own" in world.logged("/aws-glue/jobs/output", run["Id"]) for run in runs]
    assert sorted(own) == [False, True]


@pytest.mark.parametrize("dead", ["jvm", "launcher"])
def test_a_run_does_without_a_jvm_that_has_died(start, glue, world, dead):
    glue.prepare()
    (waiting,) = until(jvms)
    parent = int(Path(f"/proc/{waiting}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(waiting if dead == "jvm" else parent, signal.SIGKILL)
    run = start(WORK)
    assert run["JobRunState"] == "SUCCEEDED", run
    assert "port own" in world.logged("/aws-glue/jobs/output", run["Id"])


def test_a_stop_ends_the_jvm_with_its_run(start, glue, world):
    glue.prepare()
    (waiting,) = until(jvms)
    run = {}
    script = f"{WORK}open('works', 'w').close()\nimport time; time.sleep(60)\n"
    thread = threading.Thread(target=start, args=(script,), kwargs={"run": run})
    thread.start()
    until(lambda: list(world.run_dir.glob("glue/*/works")))
    assert waiting in jvms()
    run["JobRunState"] = "STOPPING"
    thread.join(10)
    assert run["JobRunState"] == "STOPPED"
    until(lambda: waiting not in jvms())


def test_a_job_with_settings_of_its_own_starts_its_jvm(start, glue, world):
    glue.prepare()
    run = start(PORT, conf="spark.driver.maxResultSize=2g")
    assert "port own" in world.logged("/aws-glue/jobs/output", run["Id"])


def test_the_jvm_that_waits_ends_with_the_engine(glue):
    glue.prepare()
    until(jvms)
    glue.close()
    until(lambda: not jvms())


def test_the_warm_up_works_to_its_end(start):
    # What breaks in it costs a run its JVM and nothing else, so only this test would tell.
    root = Path(__file__).parents[3]
    script = f"import sys; sys.path.append({str(root)!r})\nfrom engine.glue.warm_up import warm_up\n"
    run = start(f"{script}warm_up()\n")
    assert run["JobRunState"] == "SUCCEEDED", run


def test_an_engine_that_is_asked_to_keeps_one_and_leaves_nothing_behind(tmp_path):
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "engine", "--run-dir", str(tmp_path), "--spark-ahead"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as engine:
        assert engine.stdout.readline()
        ours = until(jvms)
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(10) == 0
    # A process that has ended keeps its entry until somebody takes note of it, without a command.
    left = [Path(f"/proc/{pid}/cmdline") for pid in ours]
    until(lambda: not [entry for entry in left if entry.exists() and entry.read_text()], 3)
