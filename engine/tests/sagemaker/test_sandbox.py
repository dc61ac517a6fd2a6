"""Isolation of processes, its declared fallback, and leaving nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from world import processing_request, until

from engine.sagemaker import sandbox as sandbox_module
from engine.sagemaker.sandbox import Image, Sandbox

ROOT = Path(__file__).parents[3]


@pytest.fixture
def ml(tmp_path):
    folder = tmp_path / "job" / "ml"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def sandbox(world):
    made = Sandbox(world, Path(sys.executable))
    yield made
    made.close()


def output(sandbox, ml, code):
    process = sandbox.start(["python", "-c", code], ml, sandbox.environment({}, {}))
    lines = list(process.lines())
    assert process.wait() == 0, lines
    return lines


def test_a_process_sees_only_its_own_opt_ml(sandbox, ml):
    (ml / "mine").touch()
    assert output(
        sandbox, ml, "import os; print(os.getpid(), os.listdir('/opt/ml'), os.uname().nodename)"
    ) == ["1 ['mine'] algo-1"]
    assert not Path("/opt/ml").exists()


def test_a_container_that_cannot_write_starts_although_the_search_path_leads_through_tmp(
    sandbox, ml, tmp_path
):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "unshare", "mount", "umount", "mkdir", "hostname", "readlink", "setpriv"):
        (tools / tool).symlink_to(shutil.which(tool))
    image = Image({"/opt/empty": tmp_path}, ("/", "/opt"))
    code = "touch /tmp/own && ! touch /etc/other 2>/dev/null && id -u"
    inside = ["/usr/bin/env", f"PATH={os.defpath}", "sh", "-c", code]
    process = sandbox.start(inside, ml, {"PATH": str(tools)}, image=image)
    assert (list(process.lines()), process.wait()) == (["1000"], 0)


def test_threads_of_a_job_wait_without_spinning_unless_it_asks_for_that(sandbox, ml):
    assert output(sandbox, ml, "import os; print(os.environ['OMP_WAIT_POLICY'])") == ["PASSIVE"]
    assert sandbox.environment({}, {"OMP_WAIT_POLICY": "ACTIVE"})["OMP_WAIT_POLICY"] == "ACTIVE"


def test_without_namespaces_the_folder_travels_through_arguments(
    sagemaker, world, finished, put, monkeypatch
):
    monkeypatch.setattr(sandbox_module, "_UNSHARE", ("false",))
    put("job.py", b"import sys; open(sys.argv[1] + '/result', 'w').write('done')")
    request = processing_request(world, "fallback")
    request["AppSpecification"]["ContainerArguments"] = ["/opt/ml/processing/output"]
    target = {
        "S3Uri": f"s3://{world.bucket}/out",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    }
    request["ProcessingOutputConfig"] = {"Outputs": [{"OutputName": "all", "S3Output": target}]}
    sagemaker.call("CreateProcessingJob", request)
    assert finished("ProcessingJob", "fallback")["ProcessingJobStatus"] == "Completed"
    assert world.s3.get_object(Bucket=world.bucket, Key="out/result")["Body"].read() == b"done"
    assert "/opt/ml isolation" in world.notes


def test_processes_die_with_the_engine_even_when_it_is_killed(tmp_path):
    engine = textwrap.dedent(f"""
        import sys, threading, time
        from pathlib import Path
        from engine.sagemaker.sandbox import Image, Sandbox
        class Host:
            region, endpoint, run_dir = "us-east-1", "", Path({str(tmp_path)!r})
            def not_rehearsed(self, what, why): raise SystemExit(why)
        ml = Host.run_dir / "ml"
        ml.mkdir()
        sandbox = Sandbox(Host(), Path(sys.executable))
        beat = Host.run_dir / "beat"
        def start():
            code = f"import time\\nwhile True: open({{str(beat)!r}}, 'w').close(); time.sleep(0.05)"
            sandbox.start(["python", "-c", code], ml, sandbox.environment({{}}, {{}}))
            while not beat.exists(): time.sleep(0.02)
        threading.Thread(target=start).start()
        time.sleep(60)
    """)
    beat = tmp_path / "beat"
    process = subprocess.Popen(
        [sys.executable, "-c", engine], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    until(beat.exists)
    first = beat.stat().st_mtime_ns
    # The thread that asked for the process has long ended; the process must not have ended with it.
    until(lambda: beat.stat().st_mtime_ns != first, 5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: _still(beat), 10)


def _still(beat):
    before = beat.stat().st_mtime_ns
    try:
        until(lambda: beat.stat().st_mtime_ns != before, 0.5)
    except AssertionError:
        return True
    return False
