"""Runs Glue Spark jobs: the job's own script on a local Spark, over S3 with the job's role."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from engine.glue import spark
from engine.glue.ahead import Ahead
from engine.host import ApiError, Host
from engine.sagemaker.ground import LogStream
from engine.sagemaker.process import Process, Starter
from engine.sagemaker.transfer import RoleS3, reason, split

_ROOT = Path(__file__).parents[2]
_SHIM = Path(__file__).with_name("shim")
_LOG_GROUP = "/aws-glue/jobs"
# Glue's default is 2,880 minutes; a run always has a number.
_DEFAULT_TIMEOUT_MINUTES = 2880
_POLL_SECONDS = 0.1
_ERROR_LENGTH = 1024

# Arguments that Glue itself handles, beside those implemented here.
_WITHOUT_EFFECT = {
    "--additional-python-modules": "nothing is installed: the script sees the rehearsal's own environment",
    "--datalake-formats": "no table-format libraries are loaded",
    "--extra-jars": "no further jars are loaded",
}
_CATEGORIES = {
    "ModuleNotFoundError": "IMPORT_ERROR",
    "ImportError": "IMPORT_ERROR",
    "SyntaxError": "SYNTAX_ERROR",
    "PermissionError": "PERMISSION_ERROR",
}


class RunError(Exception):
    """The reason of a failed run, as in its ErrorMessage."""


class GlueRunner:
    """Runs Glue 5.0 jobs.

    `python` has pyspark 3.5.4, `java_home` is a Java 17, `jars` are Spark's for S3."""

    def __init__(self, host: Host, python: Path, java_home: Path, jars: Sequence[Path]) -> None:
        self._host = host
        # The link is not resolved, because a virtual environment is found through its interpreter's path.
        self._python = python.absolute()
        self._java_home, self._jars = java_home, jars
        self._starter = Starter()
        self._ahead = Ahead(host.run_dir / "tmp", self._launch)

    def prepare(self) -> None:
        """Start and warm a JVM for the next run, also after each run."""
        self._ahead.keep()

    def run(
        self, job: Mapping[str, Any], run: dict[str, Any], arguments: Mapping[str, str], script_uri: str
    ) -> None:
        """Carry out `run` (Glue's JobRun, updated in place) and return at its end, whatever the result."""
        with self._ahead.paused():
            started = time.time()
            run.update(JobRunState="RUNNING", StartedOn=int(started), LogGroupName=_LOG_GROUP)
            try:
                state, message = self._execute(job, run, arguments, script_uri), ""
            except (RunError, ApiError) as failure:
                state, message = "FAILED", str(failure)[:_ERROR_LENGTH]
            ended = time.time()
            run.update(
                ErrorMessage=message,
                CompletedOn=int(ended),
                LastModifiedOn=int(ended),
                ExecutionTime=int(ended - started),
            )
            # The last step, because pollers take it for the end of the run.
            run["JobRunState"] = state

    def _execute(
        self, job: Mapping[str, Any], run: dict[str, Any], arguments: Mapping[str, str], script_uri: str
    ) -> str:
        self._report_without_effect(job, arguments)
        folder = self._host.run_dir / "glue" / str(run["Id"])
        folder.mkdir(parents=True)
        role = job["Role"] if ":" in job["Role"] else f"arn:aws:iam::{self._host.account}:role/{job['Role']}"
        s3 = RoleS3(self._host, role, "GlueJobRunnerSession")
        script = self._fetch(s3, script_uri, folder)
        libraries = [self._fetch(s3, uri, folder / "lib") for uri in _uris(arguments, "--extra-py-files")]
        for uri in _uris(arguments, "--extra-files"):
            self._fetch(s3, uri, folder)
        keys = self._host.credentials(role, "GlueJobRunnerSession")
        # A library is a zip, or a module that is found through its folder.
        found = {str(library if library.suffix == ".zip" else library.parent) for library in libraries}
        modules = [*sorted(found), str(_SHIM)]
        endpoint, region = self._host.endpoint, self._host.region
        variables = spark.run_environment(endpoint, region, keys, folder, self._python, modules)
        conf = spark.parsed(arguments.get("--conf", ""))
        settings = spark.run_settings(endpoint, region, keys, folder, variables) | conf
        env = {**variables, **self._jvm(settings, folder / "spark")}
        words = [word for name, value in arguments.items() for word in (name, str(value))]
        argv = [str(self._python), "-u", str(script), *words]
        request = {"argv": argv, "env": env, "folder": str(folder), "settings": settings}
        # The job's own settings may include some that only apply when a JVM starts.
        process = None if conf else self._ahead.take(request)
        process = process or self._starter.start(argv, env, folder, separate_errors=True)
        with ThreadPoolExecutor(2) as logs:
            logs.submit(self._log, "output", process.lines(), run, folder)
            errors = logs.submit(self._log, "error", process.error_lines(), run, folder)
            state = self._await(process, run)
            status = process.wait()
        if state == "SUCCEEDED" and status:
            raise RunError(_diagnosis(errors.result(), script.name, status))
        return state

    def _jvm(self, settings: Mapping[str, str], scratch: Path) -> dict[str, str]:
        options = spark.use_of_archive(self._jars)
        return spark.jvm_environment(self._java_home, self._jars, scratch, settings, options)

    def _launch(self, folder: Path, requests: int) -> Process:
        """A launcher of a JVM without a run yet: without keys, and with a stand-in S3."""
        endpoint, region, keys = spark.NOWHERE, self._host.region, spark.NOBODY
        settings = spark.run_settings(endpoint, region, keys, folder, {})
        env = {
            **spark.run_environment(endpoint, region, keys, folder, self._python, [str(_ROOT)]),
            **self._jvm(settings, folder.with_suffix(".spark")),
        }
        argv = [str(self._python), "-m", "engine.glue.launcher", str(requests)]
        return self._starter.start(argv, env, folder, keep_open=[requests], separate_errors=True)

    def _fetch(self, s3: RoleS3, uri: str, folder: Path) -> Path:
        target = folder / Path(split(uri)[1]).name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.write_bytes(s3.read(uri))
        except ClientError as refusal:
            raise RunError(f"LAUNCH ERROR | Error downloading {uri}: {reason(refusal)}") from refusal
        return target

    def _log(self, kind: str, lines: Iterable[str], run: Mapping[str, Any], folder: Path) -> list[str]:
        """Log the lines until they end; returns them."""
        stream = LogStream(self._host, f"{_LOG_GROUP}/{kind}", str(run["Id"]), folder / f"{kind}.txt")
        return list(stream.follow(lines))

    def _await(self, process: Process, run: Mapping[str, Any]) -> str:
        """Wait for the end, the timeout, or BatchStopJobRun (which sets STOPPING in the run)."""
        limit = time.monotonic() + 60 * (run.get("Timeout") or _DEFAULT_TIMEOUT_MINUTES)
        while not process.ended:
            if run["JobRunState"] in ("STOPPING", "STOPPED"):
                process.kill()
                return "STOPPED"
            if time.monotonic() > limit:
                process.kill()
                return "TIMEOUT"
            time.sleep(_POLL_SECONDS)
        return "SUCCEEDED"

    def _report_without_effect(self, job: Mapping[str, Any], arguments: Mapping[str, str]) -> None:
        for name in sorted(set(arguments) & set(_WITHOUT_EFFECT)):
            self._host.not_rehearsed(f"Glue argument {name}", _WITHOUT_EFFECT[name])
        if arguments.get("--job-bookmark-option") == "job-bookmark-enable":
            self._host.not_rehearsed("Glue job bookmarks", "every run sees all of its input")
        if job.get("GlueVersion") != "5.0":
            self._host.not_rehearsed(
                f"Glue {job.get('GlueVersion')}", "the script ran on Glue 5.0's Spark 3.5.4"
            )

    def close(self) -> None:
        """Kill every run, and the JVM that is ready."""
        self._ahead.close()
        self._starter.close()


def _uris(arguments: Mapping[str, str], name: str) -> list[str]:
    return [uri.strip() for uri in arguments.get(name, "").split(",") if uri.strip()]


def _diagnosis(lines: Sequence[str], script: str, status: int) -> str:
    """Glue's ErrorMessage: category, line of the script, last exception."""
    raised = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit)\b", line)]
    last = raised[-1] if raised else f"SystemExit: {status}"
    name = last.split(":")[0].rpartition(".")[2]
    category = "PERMISSION_ERROR" if "AccessDenied" in last else _CATEGORIES.get(name, "UNCLASSIFIED_ERROR")
    at = [
        match[1] for line in lines if (match := re.search(rf'File ".*{re.escape(script)}", line (\d+)', line))
    ]
    where = f" Failed Line Number: {at[-1]};" if at else ""
    return f"Error Category: {category};{where} {last}"
