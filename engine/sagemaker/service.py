"""The SageMaker service: every operation by name."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.host import ApiError, Host
from engine.sagemaker.account import CLOSED, Quotas, refuse_closed
from engine.sagemaker.cloudformation import resource_types
from engine.sagemaker.first_party import refuse_unknown_tags
from engine.sagemaker.ground import Ground, Operation
from engine.sagemaker.hosting import Hosting
from engine.sagemaker.models import Models
from engine.sagemaker.processing import ProcessingJobs
from engine.sagemaker.registry import Registry
from engine.sagemaker.runtime import SageMakerRuntime
from engine.sagemaker.sandbox import Sandbox
from engine.sagemaker.store import KINDS, MODEL_PACKAGE, Store
from engine.sagemaker.training import TrainingJobs
from engine.sagemaker.tuning import TuningJobs
from engine.services import Permission, Service, shapes
from engine.services.service import passed_roles

# Lists of resources that cannot be created here: closed to new accounts, or not rehearsed.
_ALWAYS_EMPTY = [f"List{noun}s" for noun in (*CLOSED, "TransformJob")]


class SageMaker(Service):
    """SageMaker of one account.

    `python` runs the jobs: it needs the packages of their container image. `quotas` are the account's service
    quotas; others are 0. `wait_scale` is the length of a second in an endpoint's update, in real seconds.
    Calls may wait for S3, which the emulator's own process serves: never make one on its event loop."""

    name = "sagemaker"
    # None before a job has a model. https://github.com/aws/sagemaker-python-sdk/pull/6091 observed null.
    omitted = ("DescribeTrainingJob.ModelArtifacts",)

    def __init__(
        self,
        host: Host,
        python: Path,
        quotas: Mapping[str, int],
        wait_scale: float = 1.0,
    ) -> None:
        self._host = host
        self._ground = Ground(host, Sandbox(host, python), Store(host.region, host.account), Quotas(quotas))
        self._registry = Registry(self._ground)
        hosting = Hosting(self._ground, wait_scale)
        self.runtime = SageMakerRuntime(hosting, self._ground.store)
        training = TrainingJobs(self._ground)
        self.operations = {
            **training.operations(),
            **TuningJobs(self._ground, training).operations(),
            **ProcessingJobs(self._ground).operations(),
            **self._registry.operations(),
            **Models(self._ground, self._registry).operations(),
            **hosting.operations(),
            "AddTags": self._tags,
            "ListTags": self._tags,
            **{name: _nothing(name) for name in _ALWAYS_EMPTY},
        }
        self.types = resource_types(self.call, self._ground, hosting)

    def refuse(self, operation: str, params: Mapping[str, Any]) -> None:
        refuse_closed(operation, params)
        refuse_unknown_tags(params, self._host.unknown("undocumented-image-tag"))
        if operation == "CreateTransformJob":
            resources = params["TransformResources"]
            quota = f"{resources['InstanceType']} for transform job usage"
            self._ground.quotas.require(quota, 0, resources["InstanceCount"])

    def further(self, operation: str, params: Mapping[str, Any]) -> Iterable[Permission]:
        if params.get("Tags") and operation != "AddTags":
            yield "sagemaker:AddTags", self.resource_arn(operation, params), {}
        for role in passed_roles(params, ("RoleArn", "ExecutionRoleArn")):
            yield "iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"}

    def resource_arn(self, operation: str, params: Mapping[str, Any]) -> str:
        if operation in ("AddTags", "ListTags"):
            return str(params.get("ResourceArn", "*"))
        if operation == "CreateModelPackage" and "ModelPackageGroupName" in params:
            group = params["ModelPackageGroupName"]
            try:
                version = self._registry.next_version(group)
            except ApiError:  # no such group: the operation says so after its authorisation
                version = 1
            return self._ground.store.arn(MODEL_PACKAGE, f"{group.split('/')[-1]}/{version}")
        if operation == "ListModelPackages":
            return self._ground.store.arn(
                MODEL_PACKAGE, f"{params.get('ModelPackageGroupName', '*').split('/')[-1]}/*"
            )
        for kind in KINDS:
            named = str(params.get(kind.name_key, params.get(kind.arn_key, "")))
            if named and (operation.endswith(kind.noun) or operation == f"ListTrainingJobsFor{kind.noun}"):
                return named if named.startswith("arn:") else self._ground.store.arn(kind, named)
        return "*"

    def tagged(self) -> Iterator[tuple[str, dict[str, str]]]:
        return self._ground.store.tagged()

    def _tags(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The tags of a resource, with those that a request adds."""
        self._ground.store.tags(params["ResourceArn"])
        return {"Tags": self._ground.store.tag(params["ResourceArn"], params.get("Tags", []))}

    def close(self) -> None:
        self._ground.sandbox.close()


def _nothing(operation: str) -> Operation:
    """The answer of a List operation without resources; only its list is required."""
    required = shapes.model("sagemaker").operation_model(operation).output_shape.required_members
    return lambda params: {member: [] for member in required}
