"""Seam: Glue Spark jobs run on local Spark. Without docker the emulator reports success and runs nothing."""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Protocol

from rehearsal.emulator import pinned
from rehearsal.emulator.host import EmulatorHost

_ACTIVE = {"STARTING", "RUNNING", "STOPPING", "WAITING"}


class GlueApi(Protocol):
    """What rehearsal.glue.GlueRunner offers the emulator."""

    def run(
        self, job: Mapping[str, Any], run: dict[str, Any], arguments: Mapping[str, str], script_uri: str
    ) -> None: ...


def install(host: EmulatorHost, runner: GlueApi) -> None:
    glue = pinned.module("services.glue")
    # The docker branch is taken when an image is found; the container call is then ours.
    images = SimpleNamespace(get=lambda image: image)
    glue._get_docker = lambda: SimpleNamespace(images=images)
    original_start = glue._start_job_run

    def start_job_run(data: dict[str, Any]) -> Any:
        """The emulator ignores MaxConcurrentRuns, whose default of 1 meets every overlapping start."""
        job = glue._jobs.get(data.get("JobName"))
        runs = glue._job_runs.get(data.get("JobName")) or []
        active = sum(run["JobRunState"] in _ACTIVE for run in runs)
        limit = ((job or {}).get("ExecutionProperty") or {}).get("MaxConcurrentRuns") or 1
        if job is not None and active >= limit:
            body = {
                "__type": "ConcurrentRunsExceededException",
                "Message": f"Concurrent runs exceeded for {data['JobName']}",
            }
            return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()
        return original_start(data)

    def execute(
        run: dict[str, Any],
        job: dict[str, Any],
        job_name: str,
        args: dict[str, Any],
        script_path: str,
        docker_client: Any,
    ) -> None:
        runner.run(job, run, args, script_path)
        _announce(host, run, job_name)

    # The runner reads the script with the job's role, as Glue does, so it gets the URI.
    glue._resolve_script = lambda script_location: script_location
    # The request table holds the functions themselves.
    glue._start_job_run = start_job_run
    glue._execute_spark_docker = execute


def _announce(host: EmulatorHost, run: dict[str, Any], job_name: str) -> None:
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
