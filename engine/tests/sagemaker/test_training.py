"""Training jobs: the container's contract, seen from a script and from S3."""

import io
import json
import tarfile

import pytest
from world import NO_ROLE, POWERLESS_ROLE, training_request, until

from engine.host import ApiError
from engine.sagemaker import process, sandbox

# A real model of y = 2x, and what a script is given, in the log as one JSON line.
TRAIN = """
import argparse, json, os, pathlib, sys
import numpy, xgboost
import helper
parser = argparse.ArgumentParser()
parser.add_argument("--depth", type=int)
parser.add_argument("--name")
args = parser.parse_args()
rows = numpy.loadtxt(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "part/rows.csv"), delimiter=",")
booster = xgboost.train({"max_depth": args.depth}, xgboost.DMatrix(rows[:, 1:], rows[:, 0]), 5)
booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "model.json"))
pathlib.Path("/opt/ml/output/data/report.txt").write_text(helper.WORD)
seen = {key: value for key, value in os.environ.items()}
seen.update(argv=sys.argv[1:], cwd=os.getcwd(), jobs=sorted(os.listdir("/opt/ml")), host=os.uname().nodename)
print("SEEN " + json.dumps(seen))
print("[0]\\tvalidation-rmse:9.0")
print("[1]\\tvalidation-rmse:0.25")
"""


@pytest.fixture
def trainable(world, put):
    put("code.tar.gz", {"train.py": TRAIN, "helper.py": "WORD = 'helped'"})
    put("train/part/rows.csv", "".join(f"{2 * x},{x}\n" for x in range(40)).encode())


def test_a_script_trains_under_the_container_contract(sagemaker, world, finished, trainable):
    request = training_request(world, "Train-One")
    request["HyperParameters"] |= {"depth": "3", "name": '"quoted"'}
    created = sagemaker.call("CreateTrainingJob", request)
    assert created == {"TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/train-one"}
    job = finished("TrainingJob", "Train-One")
    assert job["TrainingJobStatus"] == "Completed", job
    log = world.logged("/aws/sagemaker/TrainingJobs", "Train-One/algo-1-")
    seen = json.loads(next(line for line in log.splitlines() if line.startswith("SEEN"))[5:])
    assert seen["argv"] == ["--depth", "3", "--name", "quoted"]
    assert seen["SM_HP_DEPTH"] == "3"
    assert json.loads(seen["SM_HPS"]) == {"depth": 3, "name": "quoted"}
    assert (seen["cwd"], seen["host"]) == ("/opt/ml/code", "algo-1")
    assert seen["TRAINING_JOB_NAME"] == "Train-One"
    assert [(item["MetricName"], item["Value"]) for item in job["FinalMetricDataList"]] == [
        ("validation:rmse", 0.25)
    ]
    assert job["TrainingTimeInSeconds"] >= 1
    assert [step["Status"] for step in job["SecondaryStatusTransitions"]] == [
        "Starting", "Downloading", "Training", "Uploading", "Completed",
    ]  # fmt: skip
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == (
        f"s3://{world.bucket}/models/Train-One/output/model.tar.gz"
    )
    for name, member in (("model", "model.json"), ("output", "report.txt")):
        key = f"models/Train-One/output/{name}.tar.gz"
        body = world.s3.get_object(Bucket=world.bucket, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as packed:
            assert packed.getnames() == [member]
    last = world.emitted("SageMaker Training Job State Change")[-1]
    assert (last["TrainingJobStatus"], last["SecondaryStatus"]) == ("Completed", "Completed")
    assert last["TrainingEndTime"] > 1_600_000_000_000


TELL = "import json, os, sys; print('SEEN ' + json.dumps([sys.argv[1:], dict(os.environ)]))"


@pytest.mark.parametrize("namespaces", [True, False])
def test_the_toolkit_of_the_image_tells_a_program_what_it_was_given(
    sagemaker, world, finished, put, monkeypatch, namespaces
):
    if not namespaces:
        monkeypatch.setattr(sandbox, "_UNSHARE", ("false",))
    put("code.tar.gz", {"train.py": TELL})
    put("train/x", b"1")
    request = training_request(world, "told")
    request["HyperParameters"] |= {"flag": "true", "nothing": "null", "to": "/opt/ml/output/data"}
    sagemaker.call("CreateTrainingJob", request)
    assert finished("TrainingJob", "told")["TrainingJobStatus"] == "Completed"
    log = world.logged("/aws/sagemaker/TrainingJobs", "told/algo-1-")
    arguments, seen = json.loads(log.partition("SEEN ")[2])
    folder = "/opt/ml" if namespaces else str(world.run_dir / "sagemaker/training-job/told/ml")
    assert arguments == ["--flag", "True", "--nothing", "", "--to", f"{folder}/output/data"]
    assert (seen["SM_HP_FLAG"], seen["SM_HP_NOTHING"]) == ("true", "")
    assert (seen["SM_CHANNEL_TRAIN"], seen["SM_MODEL_DIR"]) == (
        f"{folder}/input/data/train",
        f"{folder}/model",
    )
    assert json.loads(seen["SM_TRAINING_ENV"])["job_name"] == "told"


def test_an_isolated_job_gets_its_code_as_a_channel(sagemaker, world, finished, trainable):
    """Under its published name, a hash, and by no other way: S3 cannot be reached from inside."""
    request = training_request(world, "isolated", EnableNetworkIsolation=True)
    request["HyperParameters"]["depth"] = "1"
    sagemaker.call("CreateTrainingJob", request)
    assert "network isolation" in finished("TrainingJob", "isolated")["FailureReason"]

    world.s3.copy_object(
        Bucket=world.bucket, Key="published/0a1b.gz", CopySource=f"{world.bucket}/code.tar.gz"
    )
    request["TrainingJobName"] = "channelled"
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{world.bucket}/published/0a1b.gz"}
    request["InputDataConfig"].append({"ChannelName": "code", "DataSource": {"S3DataSource": source}})
    request["HyperParameters"]["sagemaker_submit_directory"] = "/opt/ml/input/data/code/0a1b.gz"
    sagemaker.call("CreateTrainingJob", request)
    job = finished("TrainingJob", "channelled")
    assert job["TrainingJobStatus"] == "Completed", job


def test_the_engine_environment_does_not_reach_the_script(sagemaker, world, finished, trainable, monkeypatch):
    monkeypatch.setenv("ENGINE_SECRET", "1")
    request = training_request(world, "env", Environment={"MINE": "yes"})
    request["HyperParameters"]["depth"] = "1"
    sagemaker.call("CreateTrainingJob", request)
    finished("TrainingJob", "env")
    log = world.logged("/aws/sagemaker/TrainingJobs", "env/")
    assert '"MINE": "yes"' in log
    assert "ENGINE_SECRET" not in log


def test_a_failing_script_gives_its_failure_file_and_exit_code(sagemaker, world, finished, put):
    put("train/x", b"1")
    put(
        "code.tar.gz",
        {"train.py": "open('/opt/ml/output/failure', 'w').write('no rows'); raise SystemExit(3)"},
    )
    sagemaker.call("CreateTrainingJob", training_request(world, "fails"))
    job = finished("TrainingJob", "fails")
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: no rows, exit code: 3"
    assert "ModelArtifacts" not in job


def test_missing_input_fails_with_the_service_message(sagemaker, world, finished, put):
    put("code.tar.gz", {"train.py": ""})
    sagemaker.call("CreateTrainingJob", training_request(world, "empty"))
    reason = finished("TrainingJob", "empty")["FailureReason"]
    assert reason.startswith(f'ClientError: No S3 objects found under S3 URL "s3://{world.bucket}/train/"')


def test_s3_is_read_with_the_job_role(sagemaker, world, finished, trainable):
    sagemaker.call("CreateTrainingJob", training_request(world, "denied", RoleArn=POWERLESS_ROLE))
    reason = finished("TrainingJob", "denied")["FailureReason"]
    assert reason.startswith("ClientError: Data download failed")
    with pytest.raises(ApiError, match="Could not assume role"):
        sagemaker.call("CreateTrainingJob", training_request(world, "nobody", RoleArn=NO_ROLE))


def test_runtime_limit_stops_the_job_and_keeps_its_model(sagemaker, world, finished, put):
    put("train/x", b"1")
    put(
        "code.tar.gz",
        {"train.py": "import time; open('/opt/ml/model/partial', 'w').close(); time.sleep(60)"},
    )
    stopping = {"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 1}
    sagemaker.call("CreateTrainingJob", training_request(world, "slow", StoppingCondition=stopping))
    job = finished("TrainingJob", "slow")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert job["ModelArtifacts"]


def test_stop_ends_everything_the_script_started(sagemaker, world, finished, put, tmp_path):
    put("train/x", b"1")
    beat = tmp_path / "beat"
    script = f"""
import subprocess, time
subprocess.Popen(["setsid", "sh", "-c", "while true; do date +%N > {beat}; sleep 0.05; done"])
time.sleep(60)
"""
    put("code.tar.gz", {"train.py": script})
    sagemaker.call("CreateTrainingJob", training_request(world, "stopped"))
    until(beat.exists)
    sagemaker.call("StopTrainingJob", {"TrainingJobName": "stopped"})
    assert finished("TrainingJob", "stopped")["TrainingJobStatus"] == "Stopped"
    last = beat.stat().st_mtime_ns
    with pytest.raises(AssertionError):
        until(lambda: beat.stat().st_mtime_ns != last, 0.5)


def test_the_script_is_not_told_that_its_job_is_stopped(
    sagemaker, world, finished, put, monkeypatch, tmp_path
):
    """The toolkit of the image is the first process, and hands no signal on."""
    monkeypatch.setattr(process, "_GRACE_SECONDS", 0.5)
    put("train/x", b"1")
    ready = tmp_path / "ready"
    script = f"""
import pathlib, signal, time
signal.signal(signal.SIGTERM, lambda *_: print("told", flush=True))
pathlib.Path("{ready}").touch()
time.sleep(60)
"""
    put("code.tar.gz", {"train.py": script})
    sagemaker.call("CreateTrainingJob", training_request(world, "deaf"))
    until(ready.exists)
    sagemaker.call("StopTrainingJob", {"TrainingJobName": "deaf"})
    finished("TrainingJob", "deaf")
    assert "told" not in world.logged("/aws/sagemaker/TrainingJobs", "deaf")


def test_checkpoints_travel_between_jobs(sagemaker, world, finished, put):
    put("train/x", b"1")
    script = """
import pathlib
seen = pathlib.Path("/opt/ml/checkpoints/count")
seen.write_text(str(int(seen.read_text()) + 1 if seen.exists() else 1))
"""
    put("code.tar.gz", {"train.py": script})
    for name in ("first", "second"):
        config = {"S3Uri": f"s3://{world.bucket}/checkpoints"}
        sagemaker.call("CreateTrainingJob", training_request(world, name, CheckpointConfig=config))
        assert finished("TrainingJob", name)["TrainingJobStatus"] == "Completed"
    assert world.s3.get_object(Bucket=world.bucket, Key="checkpoints/count")["Body"].read() == b"2"
