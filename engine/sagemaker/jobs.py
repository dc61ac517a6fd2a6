"""Shared parts of training and processing jobs: a thread, a process under /opt/ml, stopping, an end."""

import json
import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from engine.host import ApiError, InvalidError
from engine.sagemaker.ground import Ground, LogStream, Operation
from engine.sagemaker.process import Process
from engine.sagemaker.sandbox import HOST_NAME, OPT_ML
from engine.sagemaker.store import Kind, Record
from engine.sagemaker.transfer import RoleS3, reason, split

# Request members that are accepted and have no effect on a local process.
_WITHOUT_EFFECT = {
    "VpcConfig": "jobs run on this machine's network",
    "VolumeKmsKeyId": "no volume is encrypted",
    "EnableInterContainerTrafficEncryption": "a job is one process",
    "RetryStrategy": "an instance failure does not happen here",
}
_FAILURE_REASON_LENGTH = 1024
_MAX_RUNTIME_SECONDS = 86_400  # SageMaker's default


class JobError(Exception):
    """The end of a job, with the text of its FailureReason."""


@contextmanager
def failing(what: str) -> Iterator[None]:
    """S3's refusal of a step in the block is the end of the job."""
    try:
        yield
    except ClientError as refusal:
        raise JobError(f"ClientError: {what}: {reason(refusal)}") from refusal


# Whether a line of the log is the last one; the job is stopped then.
Last = Callable[[str], bool]


def never(_line: str) -> bool:
    return False


class Job:
    """A running job: its record, its folder, and its process once started."""

    def __init__(self, record: Record, folder: Path, last: Last, told: bool) -> None:
        self.record = record
        self.last = last
        self.told = told
        self.ml = folder / "ml"
        self.log = folder / "log.txt"
        self.done = threading.Event()
        self.stopping = False
        self.timed_out = False
        self.process: Process | None = None

    def inside(self, path: str) -> Path:
        """A path of the job, as a path of this process."""
        return self.ml / path.removeprefix(OPT_ML).lstrip("/")

    def stop(self) -> None:
        self.stopping = True
        if self.process:
            self.process.stop(self.told)

    def time_out(self) -> None:
        self.timed_out = True
        self.stop()


class Jobs(ABC):
    """One kind of job. Subclasses implement `_run`, which raises JobError when the job fails."""

    kind: ClassVar[Kind]
    spoken: ClassVar[str]  # name in EventBridge's detail-type and, in small letters, in quotas
    told: ClassVar[bool] = True  # whether the program receives the SIGTERM that announces its end

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._jobs: dict[str, Job] = {}

    def operations(self) -> dict[str, Operation]:
        noun = self.kind.noun
        return {
            f"Create{noun}": self.create,
            f"Describe{noun}": self.ground.describe(self.kind),
            f"List{noun}s": self.ground.list(self.kind, f"{noun}Summaries"),
            f"Stop{noun}": self.stop,
        }

    @abstractmethod
    def create(self, params: Mapping[str, Any]) -> Record: ...

    @abstractmethod
    def _cluster(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        """InstanceType and InstanceCount of a request or a record."""

    @abstractmethod
    def _run(self, job: Job, s3: RoleS3) -> None: ...

    @abstractmethod
    def _end(self, job: Job, status: str) -> None:
        """Set the record's members at an end, besides status and times."""

    def launch(self, record: Record, last: Last = never) -> Job:
        job = Job(record, self.ground.folder(self.kind.path, record[self.kind.name_key]), last, self.told)
        record[self.kind.status_key] = "InProgress"
        self._jobs[record[self.kind.arn_key]] = job
        threading.Thread(
            target=self._guarded, args=(job,), daemon=True, name=record[self.kind.name_key]
        ).start()
        return job

    def stop(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self.ground.store.get(self.kind, params[self.kind.name_key])
        if record[self.kind.status_key] not in ("InProgress", "Stopping"):
            raise InvalidError(
                "The request was rejected because the job is in status "
                f"{record[self.kind.status_key]}; only a job in progress can be stopped."
            )
        record[self.kind.status_key] = "Stopping"
        self.announce(record)
        # Runs outside of the request, because a process may use its grace period.
        threading.Thread(target=self._jobs[record[self.kind.arn_key]].stop, daemon=True).start()
        return {}

    def require_role(self, role_arn: str) -> None:
        """Refuse a role that the service could not assume, with the service's message."""
        try:
            self.ground.host.credentials(role_arn, "SageMaker")
        except ApiError as refusal:
            raise InvalidError(
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
                "'sagemaker.amazonaws.com' to assume the role."
            ) from refusal

    def require_quota(self, params: Mapping[str, Any], jobs: int = 1) -> None:
        """Refuse a request whose instances, for each of `jobs` at once, exceed the account's quota."""
        quota = self._quota(params)
        used = sum(
            self._cluster(job)["InstanceCount"]
            for job in self.ground.store.all(self.kind)
            # A job that another request makes at this moment has no status yet, and its instances are taken.
            if job.get(self.kind.status_key, "InProgress") in ("InProgress", "Stopping")
            and self._quota(job) == quota
        )
        self.ground.quotas.require(quota, used, self._cluster(params)["InstanceCount"] * jobs)

    def _quota(self, job: Mapping[str, Any]) -> str:
        spot = "spot " if job.get("EnableManagedSpotTraining") else ""
        return f"{self._cluster(job)['InstanceType']} for {spot}{self.spoken.lower()} usage"

    def report_without_effect(self, params: Mapping[str, Any], image: str) -> None:
        instances = self._cluster(params)["InstanceCount"]
        for member in sorted(_find(params) & set(_WITHOUT_EFFECT)):
            self.ground.host.not_rehearsed(f"{self.kind.noun} {member}", _WITHOUT_EFFECT[member])
        if instances > 1:
            self.ground.host.not_rehearsed(
                f"{self.kind.noun} on {instances} instances", "it ran as one process"
            )
        self.ground.host.not_rehearsed(
            f"container image {image}",
            "its programs ran on the rehearsal's Python environment, not in the image",
        )

    def announce(self, record: Record) -> None:
        record["LastModifiedTime"] = time.time()
        self.ground.announce(self.kind, self.spoken, record)

    def execute(
        self, job: Job, argv: list[str], env: Mapping[str, str], network: bool, cwd: str = OPT_ML
    ) -> int:
        """Run the job's program to its end and log its output; returns its exit status."""
        record = job.record
        keys = self.ground.host.credentials(record["RoleArn"], "SageMaker")
        env = self.ground.sandbox.environment(keys, {**env, **record.get("Environment", {})})
        group = f"/aws/sagemaker/{self.kind.noun}s"
        name = f"{record[self.kind.name_key]}/{HOST_NAME}-{int(record['CreationTime'])}"
        stream = LogStream(self.ground.host, group, name, job.log)
        limit = record.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", _MAX_RUNTIME_SECONDS)
        job.process = self.ground.sandbox.start(argv, job.ml, env, cwd=cwd, network=network)
        if job.stopping:  # it was stopped before it had a process
            job.process.stop(self.told)
        timer = threading.Timer(limit, job.time_out)
        timer.daemon = True
        timer.start()
        for line in stream.follow(job.process.lines()):
            if record[self.kind.status_key] == "InProgress" and job.last(line):
                self.stop({self.kind.name_key: record[self.kind.name_key]})
        timer.cancel()
        return job.process.wait()

    def _guarded(self, job: Job) -> None:
        record, status = job.record, "Completed"
        try:
            self._run(job, RoleS3(self.ground.host, record["RoleArn"], "SageMaker"))
            status = "Stopped" if job.stopping else "Completed"
        except JobError as failure:
            status, record["FailureReason"] = "Failed", str(failure)[:_FAILURE_REASON_LENGTH]
        except Exception:  # noqa: BLE001 - a defect must end the job too, or its waiters wait for ever
            fault = traceback.format_exc()
            status, record["FailureReason"] = "Failed", f"InternalServerError: {fault[-900:]}"
        try:
            self._end(job, status)
            record[self.kind.status_key] = status
            self.announce(record)
        finally:
            job.done.set()

    def download(self, s3: RoleS3, source: Mapping[str, Any], folder: Path, role_arn: str) -> None:
        """Copy one S3 data source to `folder`, or fail with the service's message."""
        uri = source["S3Uri"]
        folder.mkdir(parents=True, exist_ok=True)
        with failing(f"Data download failed: {uri}"):
            if source.get("S3DataType") == "ManifestFile":
                count = _follow_manifest(s3, uri, folder)
            else:
                count = s3.download(uri, folder)
        if not count:
            raise JobError(
                f'ClientError: No S3 objects found under S3 URL "{uri}" given in input data source. Please '
                f"ensure that the bucket exists in the selected region ({self.ground.host.region}), that "
                f'objects exist under that S3 prefix, and that the role "{role_arn}" has "s3:ListBucket" '
                f'permissions on bucket "{split(uri)[0]}".'
            )


def write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _follow_manifest(s3: RoleS3, uri: str, folder: Path) -> int:
    """A manifest is [{"prefix": "s3://bucket/some/"}, "relative/key", ...]; it names each object in full."""
    prefix, *names = json.loads(s3.read(uri))
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(s3.read(f"{prefix['prefix']}{name}"))
    return len(names)


def _find(params: Any) -> set[str]:
    """Every member name of a request with a value other than False, at any depth."""
    if isinstance(params, dict):
        own = {key for key, value in params.items() if value is not False}
        return own.union(*(_find(value) for value in params.values()))
    return set().union(*(_find(item) for item in params)) if isinstance(params, list) else set()
