"""Processing jobs: any entry point under /opt/ml/processing as a local process."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from engine.host import InvalidError
from engine.sagemaker.jobs import Job, JobError, Jobs, failing, write_json
from engine.sagemaker.sandbox import HOST_NAME, OPT_ML
from engine.sagemaker.store import PROCESSING_JOB, Kind, Record
from engine.sagemaker.transfer import RoleS3

_ROOT = f"{OPT_ML}/processing"
_EXIT_MESSAGE_BYTES = 1024


class ProcessingJobs(Jobs):
    kind: ClassVar[Kind] = PROCESSING_JOB
    spoken: ClassVar[str] = "Processing Job"

    def create(self, params: Mapping[str, Any]) -> Record:
        _refuse_unrehearsed(params)
        self.require_role(params["RoleArn"])
        self.require_quota(params)
        self.report_without_effect(params, params["AppSpecification"]["ImageUri"])
        return self.launch(self.ground.store.add(PROCESSING_JOB, params)).record

    def _cluster(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        return job["ProcessingResources"]["ClusterConfig"]

    def _run(self, job: Job, s3: RoleS3) -> None:
        record, ml = job.record, job.ml
        self.announce(record)
        for item in record.get("ProcessingInputs", []):
            source = item["S3Input"]
            self.download(s3, source, job.inside(source["LocalPath"]), record["RoleArn"])
        output = record.get("ProcessingOutputConfig", {})
        targets = [item["S3Output"] for item in output.get("Outputs", [])]
        for target in targets:
            job.inside(target["LocalPath"]).mkdir(parents=True, exist_ok=True)
        (ml / "output").mkdir(parents=True, exist_ok=True)
        self._configure(record, ml / "config")
        app = record["AppSpecification"]
        record["ProcessingStartTime"] = time.time()
        status = self.execute(
            job,
            [*app["ContainerEntrypoint"], *app.get("ContainerArguments", [])],
            {},
            network=not record.get("NetworkConfig", {}).get("EnableNetworkIsolation", False),
        )
        self._read_exit_message(record, ml / "output/message")
        if job.timed_out:
            raise JobError("ClientError: The job exceeded MaxRuntimeInSeconds of its StoppingCondition.")
        if job.stopping:
            return
        # AWS does not guarantee the outputs of a failed job, so nothing may rely on them.
        if status:
            raise JobError("AlgorithmError: See job logs for more information")
        for target in targets:
            uri = target["S3Uri"]
            with failing(f"Output upload failed: {uri}"):
                s3.upload(job.inside(target["LocalPath"]), self._prefix(uri), output.get("KmsKeyId"))

    def _configure(self, record: Record, config: Path) -> None:
        write_json(
            config / "processingjobconfig.json",
            {
                key: record[key]
                for key in (
                    "ProcessingJobArn", "ProcessingJobName", "AppSpecification", "Environment",
                    "ProcessingInputs", "ProcessingOutputConfig", "ProcessingResources", "RoleArn",
                    "StoppingCondition",
                )
                if key in record
            },
        )  # fmt: skip
        write_json(config / "resourceconfig.json", {"current_host": HOST_NAME, "hosts": [HOST_NAME]})

    def _read_exit_message(self, record: Record, message: Path) -> None:
        if not message.exists():
            return
        try:
            text = message.read_bytes().decode()
        except UnicodeDecodeError as fault:
            raise JobError(f"ClientError: {OPT_ML}/output/message is not UTF-8: {fault}") from fault
        record["ExitMessage"] = text.encode()[:_EXIT_MESSAGE_BYTES].decode(errors="ignore")

    def _prefix(self, uri: str) -> str:
        """The text before the slash in every key of an output."""
        return uri.removesuffix("/") if self.ground.host.unknown("processing-slash") == "join" else uri

    def _end(self, job: Job, status: str) -> None:
        job.record["ProcessingEndTime"] = time.time()


def _refuse_unrehearsed(params: Mapping[str, Any]) -> None:
    if "ContainerEntrypoint" not in params["AppSpecification"]:
        raise InvalidError("A processing job without ContainerEntrypoint is not rehearsed.")
    for item in params.get("ProcessingInputs", []):
        name, source = item["InputName"], item.get("S3Input")
        if source is None:
            raise InvalidError(f"Input {name}: only S3Input is rehearsed.")
        _require_below_root(name, source.get("LocalPath", ""))
        if source.get("S3InputMode", "File") != "File" or source.get("S3CompressionType", "None") != "None":
            raise InvalidError(f"Input {name}: Pipe mode and compression are not rehearsed.")
    for item in params.get("ProcessingOutputConfig", {}).get("Outputs", []):
        name, target = item["OutputName"], item.get("S3Output")
        if target is None:
            raise InvalidError(f"Output {name}: only S3Output is rehearsed.")
        _require_below_root(name, target.get("LocalPath", ""))
        if target["S3UploadMode"] != "EndOfJob":
            raise InvalidError(f"Output {name}: only S3UploadMode EndOfJob is rehearsed.")


def _require_below_root(name: str, path: str) -> None:
    if not path.startswith(f"{_ROOT}/"):
        raise InvalidError(f"{name}: LocalPath '{path}' must start with {_ROOT}/.")
