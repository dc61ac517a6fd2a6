"""Training jobs: the XGBoost container's script mode as a local process."""

import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from engine.host import InvalidError
from engine.sagemaker import image
from engine.sagemaker.first_party import metric_definitions, refuse_metric_definitions
from engine.sagemaker.jobs import Job, JobError, Jobs, Last, failing, never, write_json
from engine.sagemaker.sandbox import HOST_NAME, OPT_ML
from engine.sagemaker.store import TRAINING_JOB, Kind, Record
from engine.sagemaker.transfer import ArchiveError, RoleS3, pack, reason, unpack

_STEPS = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training in-progress",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


class TrainingJobs(Jobs):
    kind: ClassVar[Kind] = TRAINING_JOB
    spoken: ClassVar[str] = "Training Job"
    # The image's toolkit is the first process, and does not forward signals to its script.
    told: ClassVar[bool] = False

    def create(self, params: Mapping[str, Any]) -> Record:
        refuse_unrehearsed(params)
        refuse_metric_definitions(params["AlgorithmSpecification"])
        self.require_role(params["RoleArn"])
        self.require_quota(params)
        return self.begin(params).record

    def begin(self, params: Mapping[str, Any], last: Last = never, **fields: Any) -> Job:
        """Start a job with a validated request; `fields` become part of its record."""
        self.report_without_effect(params, params["AlgorithmSpecification"]["TrainingImage"])
        if params.get("EnableManagedSpotTraining"):
            self.ground.host.not_rehearsed(
                "managed spot training",
                "no interruption, no waiting for capacity, no saving on billable seconds",
            )
        record = self.ground.store.add(TRAINING_JOB, params, SecondaryStatusTransitions=[], **fields)
        self._step(record, "Starting")
        return self.launch(record, last)

    def _cluster(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        return job["ResourceConfig"]

    def _step(self, record: Record, status: str, message: str = "") -> None:
        now = time.time()
        if record["SecondaryStatusTransitions"]:
            record["SecondaryStatusTransitions"][-1]["EndTime"] = now
        record["SecondaryStatusTransitions"].append(
            {"Status": status, "StartTime": now, "StatusMessage": message or _STEPS[status]}
        )
        record["SecondaryStatus"] = status

    def _advance(self, record: Record, status: str) -> None:
        self._step(record, status)
        self.announce(record)

    def _run(self, job: Job, s3: RoleS3) -> None:
        record, ml = job.record, job.ml
        self.announce(record)
        self._advance(record, "Downloading")
        record["TrainingStartTime"] = time.time()
        for folder in ("input/data", "model", "output/data", "code"):
            (ml / folder).mkdir(parents=True, exist_ok=True)
        self._prepare(job, s3)
        self._advance(record, "Training")
        status = self.execute(
            job,
            image.TRAINING,
            {"TRAINING_JOB_NAME": record["TrainingJobName"], "TRAINING_JOB_ARN": record["TrainingJobArn"]},
            network=not record.get("EnableNetworkIsolation", False),
            cwd=f"{OPT_ML}/code",
        )
        record["FinalMetricDataList"] = _metrics(record, job.log.read_text() if job.log.exists() else "")
        self._sync_checkpoints(job, s3, upload=True)
        if status and not job.stopping:
            failure = ml / "output/failure"
            told = failure.read_text(errors="replace")[:1024] if failure.exists() else ""
            raise JobError(f"AlgorithmError: {told}, exit code: {status}")
        self._advance(record, "Uploading")
        self._upload(job, s3)

    def _prepare(self, job: Job, s3: RoleS3) -> None:
        """Fill /opt/ml: channels, checkpoints, configuration files, the user's code."""
        record, ml = job.record, job.ml
        channels = {}
        for channel in record.get("InputDataConfig", []):
            name = channel["ChannelName"]
            source = channel["DataSource"]["S3DataSource"]
            self.download(s3, source, ml / "input/data" / name, record["RoleArn"])
            channels[name] = {
                "TrainingInputMode": channel.get(
                    "InputMode", record["AlgorithmSpecification"]["TrainingInputMode"]
                ),
                "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
                "RecordWrapperType": channel.get("RecordWrapperType", "None"),
                **({"ContentType": channel["ContentType"]} if "ContentType" in channel else {}),
            }
        self._sync_checkpoints(job, s3, upload=False)
        instance = record["ResourceConfig"]["InstanceType"]
        resources = {
            "current_host": HOST_NAME,
            "current_instance_type": instance,
            "current_group_name": "homogeneousCluster",
            "hosts": [HOST_NAME],
            "instance_groups": [
                {"instance_group_name": "homogeneousCluster", "instance_type": instance, "hosts": [HOST_NAME]}
            ],
            "network_interface_name": "eth0",
        }
        hyperparameters = record.get("HyperParameters", {})
        config = ml / "input/config"
        write_json(config / "hyperparameters.json", hyperparameters)
        write_json(config / "inputdataconfig.json", channels)
        write_json(config / "resourceconfig.json", resources)
        write_json(config / "checkpointconfig.json", record.get("CheckpointConfig", {}))
        if "sagemaker_program" not in hyperparameters:
            raise JobError(
                "AlgorithmError: the hyperparameter sagemaker_program is not set, which asks for the "
                "built-in algorithm. It is not rehearsed; set sagemaker_program and "
                "sagemaker_submit_directory."
            )
        self._fetch_code(job, s3, hyperparameters.get("sagemaker_submit_directory"))

    def _fetch_code(self, job: Job, s3: RoleS3, submitted: str | None) -> None:
        where, code = submitted and _loaded(submitted), job.ml / "code"
        try:
            if where and where.startswith("s3://"):
                if job.record.get("EnableNetworkIsolation"):
                    raise JobError(
                        f"AlgorithmError: {where} cannot be reached under network isolation, exit code: 1"
                    )
                unpack(s3.read(where), code)
            elif where and job.inside(where).is_file():
                unpack(job.inside(where).read_bytes(), code)
            elif where and job.inside(where) != code:
                raise JobError(
                    f"AlgorithmError: sagemaker_submit_directory {where} is neither S3 nor an archive"
                )
        except (ClientError, ArchiveError, OSError) as refusal:
            told = reason(refusal) if isinstance(refusal, ClientError) else str(refusal)
            raise JobError(f"AlgorithmError: cannot read {where}: {told}, exit code: 1") from refusal
        # The container pip-installs the user's code; here it runs from its folder.
        for name in ("requirements.txt", "setup.py", "pyproject.toml"):
            if (code / name).exists():
                self.ground.host.not_rehearsed(
                    f"pip install of {name} in training code", "nothing is installed"
                )

    def _sync_checkpoints(self, job: Job, s3: RoleS3, upload: bool) -> None:
        config = job.record.get("CheckpointConfig")
        if not config:
            return
        folder = job.inside(config.get("LocalPath", f"{OPT_ML}/checkpoints"))
        folder.mkdir(parents=True, exist_ok=True)
        with failing(f"Checkpoint sync with {config['S3Uri']} failed"):
            if upload:
                s3.upload(folder, config["S3Uri"].rstrip("/"))
            else:
                s3.download(config["S3Uri"], folder)

    def _upload(self, job: Job, s3: RoleS3) -> None:
        record, output = job.record, job.record["OutputDataConfig"]
        base = f"{output['S3OutputPath'].rstrip('/')}/{record['TrainingJobName']}/output"
        with failing("Artifact upload failed"):
            if any((job.ml / "output/data").iterdir()):
                s3.write(f"{base}/output.tar.gz", pack(job.ml / "output/data"), output.get("KmsKeyId"))
            s3.write(f"{base}/model.tar.gz", pack(job.ml / "model"), output.get("KmsKeyId"))
        record["ModelArtifacts"] = {"S3ModelArtifacts": f"{base}/model.tar.gz"}

    def _end(self, job: Job, status: str) -> None:
        record = job.record
        last = "MaxRuntimeExceeded" if job.timed_out and status == "Stopped" else status
        self._step(record, last, record.get("FailureReason", ""))
        record["TrainingEndTime"] = record["SecondaryStatusTransitions"][-1]["StartTime"]
        seconds = math.ceil(
            record["TrainingEndTime"] - record.get("TrainingStartTime", record["CreationTime"])
        )
        record["TrainingTimeInSeconds"] = record["BillableTimeInSeconds"] = seconds


def refuse_unrehearsed(params: Mapping[str, Any]) -> None:
    """Raise ValidationException for what AWS refuses beyond its model, or the rehearsal does not support."""
    stopping, spot = params["StoppingCondition"], params.get("EnableManagedSpotTraining", False)
    wait = stopping.get("MaxWaitTimeInSeconds")
    if spot and (wait is None or wait < stopping.get("MaxRuntimeInSeconds", 86400)):
        raise InvalidError(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
            "MaxRuntimeInSeconds"
        )
    if wait is not None and not spot:
        raise InvalidError("MaxWaitTimeInSeconds is only valid when EnableManagedSpotTraining is set to true")
    if "TrainingImage" not in params["AlgorithmSpecification"]:
        raise InvalidError("A training job without TrainingImage is not rehearsed.")
    if params["OutputDataConfig"].get("CompressionType", "GZIP") != "GZIP":
        raise InvalidError("OutputDataConfig.CompressionType NONE is not rehearsed.")
    local = params.get("CheckpointConfig", {}).get("LocalPath", OPT_ML)
    if not local.startswith(OPT_ML):
        raise InvalidError(f"CheckpointConfig.LocalPath {local} outside {OPT_ML} is not rehearsed.")
    for channel in params.get("InputDataConfig", []):
        source = channel["DataSource"].get("S3DataSource")
        if source is None or source["S3DataType"] not in ("S3Prefix", "ManifestFile"):
            raise InvalidError(
                f"Channel {channel['ChannelName']}: only S3DataSource with S3Prefix or ManifestFile is "
                "rehearsed."
            )
        if channel.get("InputMode") == "Pipe" or channel.get("CompressionType", "None") != "None":
            raise InvalidError(
                f"Channel {channel['ChannelName']}: Pipe mode and compressed input are not rehearsed."
            )


def _loaded(text: str) -> Any:
    """Hyperparameters are strings, decoded as JSON when they parse as such."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def as_logged(line: str) -> str:
    """A tab in the log of a training job, as its reader receives it."""
    return line.replace("\t", "#011")


def _metrics(record: Record, log: str) -> list[dict[str, Any]]:
    """The last match of every metric definition's regular expression in the log."""
    found = []
    logged = as_logged(log)
    for definition in metric_definitions(record["AlgorithmSpecification"]):
        values = [match.group(1) for match in re.finditer(definition["Regex"], logged)]
        if values:
            found.append(
                {"MetricName": definition["Name"], "Value": float(values[-1]), "Timestamp": time.time()}
            )
    return found
