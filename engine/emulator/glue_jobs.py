"""Seam: Glue Spark jobs run on local Spark. Without docker the emulator reports success and runs nothing."""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.glue.runner import GlueRunner
from engine.quotas import ServiceQuotas

Json = dict[str, Any]

_ACTIVE = {"STARTING", "RUNNING", "STOPPING", "WAITING"}
_DPUS = {"G.025X": 0.25, "G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
_DPU_QUOTA = "Max task DPUs per account"


def install(host: EmulatorHost, runner: GlueRunner, quotas: ServiceQuotas) -> None:
    glue = pinned.module("services.glue")
    # The docker branch runs when an image is found, and its container call is replaced here.
    images = SimpleNamespace(get=lambda image: image)
    glue._get_docker = lambda: SimpleNamespace(images=images)

    def execute(
        run: Json, job: Json, job_name: str, args: Json, script_path: str, docker_client: Any
    ) -> None:
        runner.run(job, run, args, script_path)
        _announce(host, run, job_name)

    # The runner reads the script with the job's role, like Glue, so it gets the URI.
    glue._resolve_script = lambda script_location: script_location
    glue._execute_spark_docker = execute
    _start_job_run.install(quotas)
    pinned.after_changes("AWS::Glue::Job", _keep_concurrency)


@pinned.replaces("services.glue:_start_job_run")
def _start_job_run(original: Any, quotas: ServiceQuotas, /, data: Json) -> Any:
    """Checks MaxConcurrentRuns, whose default of 1 affects every overlapping start, and the account's DPUs;
    the emulator ignores both."""
    glue, name = pinned.module("services.glue"), data.get("JobName")
    job = glue._jobs.get(name)
    if job is None:
        return original(data)
    active = {
        each: sum(run["JobRunState"] in _ACTIVE for run in runs) for each, runs in glue._job_runs.items()
    }
    if active.get(name, 0) >= ((job.get("ExecutionProperty") or {}).get("MaxConcurrentRuns") or 1):
        return _refusal("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}")
    used = sum(_dpus(glue._jobs.get(each) or {}) * runs for each, runs in active.items())
    limit = quotas.applied(_DPU_QUOTA)
    if used + _dpus(job) > limit:
        # The code is Glue's, the message is not.
        return _refusal("ResourceNumberLimitExceededException", f"{_DPU_QUOTA}: {limit:g}, in use: {used:g}")
    return original(data)


def _keep_concurrency(name: str, props: Json) -> None:
    """Keeps the template's limit of concurrent runs, which the emulator drops; the default is one."""
    pinned.module("services.glue")._jobs[name]["ExecutionProperty"] = props.get("ExecutionProperty") or {}


def _dpus(job: Mapping[str, Any]) -> float:
    workers = _DPUS.get(job.get("WorkerType", ""), 0) * (job.get("NumberOfWorkers") or 0)
    # Glue's default is ten.
    return workers or job.get("MaxCapacity") or 10


def _refusal(code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    body = {"__type": code, "Message": message}
    return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def _announce(host: EmulatorHost, run: Json, job_name: str) -> None:
    succeeded = run["JobRunState"] == "SUCCEEDED"
    host.emit(
        "aws.glue",
        "Glue Job State Change",
        {
            "jobName": job_name,
            "severity": "INFO" if succeeded else "ERROR",
            "state": run["JobRunState"],
            "jobRunId": run["Id"],
            "message": run.get("ErrorMessage") or "Job run succeeded",
        },
    )
