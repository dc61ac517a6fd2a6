"""Endpoints: created, updated, scaled, invoked."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name

from engine.host import ApiError, Host, InvalidError
from engine.sagemaker.deployment import Plan, plan
from engine.sagemaker.fleet import Answer, ContainerTimeoutError, Fleet, FleetError, Traffic
from engine.sagemaker.ground import Ground, Operation
from engine.sagemaker.rollout import Rollout
from engine.sagemaker.store import ENDPOINT, ENDPOINT_CONFIG, MODEL, Record
from engine.sagemaker.variants import concurrency, described, retaining, serverless

# https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html, invocation metrics, with units.
INVOCATION_METRICS = {
    "Invocations": "None",
    "Invocation4XXErrors": "None",
    "Invocation5XXErrors": "None",
    "ModelLatency": "Microseconds",
    "OverheadLatency": "Microseconds",
}
_CHANGING = ("Creating", "Updating", "RollingBack")


class Hosting:
    """`wait_scale` is the length of a second of a deployment's waits, in real seconds."""

    def __init__(self, ground: Ground, wait_scale: float) -> None:
        self._ground = ground
        self._rollout = Rollout(ground, wait_scale)
        self._traffic: dict[str, Traffic] = {}
        self._changes: dict[str, threading.Thread] = {}

    def operations(self) -> dict[str, Operation]:
        return {
            "CreateEndpoint": self._create,
            "DescribeEndpoint": self._ground.describe(ENDPOINT),
            "UpdateEndpoint": self._update,
            "UpdateEndpointWeightsAndCapacities": self._scale,
            "DeleteEndpoint": self._delete,
            "ListEndpoints": self._ground.list(ENDPOINT, "Endpoints"),
        }

    def _create(self, params: Mapping[str, Any]) -> Record:
        config = self._ground.store.get(ENDPOINT_CONFIG, params["EndpointConfigName"])
        self._require_quota(config, replaced=None)
        record = self._ground.store.add(ENDPOINT, params)

        def deploy() -> None:
            name = record["EndpointName"]
            self._traffic[name] = Traffic(Fleet(self._ground, name, config))

        self._change(record, config, "Creating", deploy)
        return record

    def _update(self, params: Mapping[str, Any]) -> Record:
        record = self._ground.store.get(ENDPOINT, params["EndpointName"])
        config = self._ground.store.get(ENDPOINT_CONFIG, params["EndpointConfigName"])
        self._require_settled(record, "InService")
        # An endpoint whose configuration was deleted cannot be updated.
        self._ground.store.get(ENDPOINT_CONFIG, record["EndpointConfigName"])
        traffic = self._traffic[record["EndpointName"]]
        old = traffic.blue.config
        if not serverless(old) and serverless(config):
            raise InvalidError("A real-time endpoint cannot become a serverless endpoint.")
        if params.get("RetainAllVariantProperties"):
            excluded = params.get("ExcludeRetainedVariantProperties", [])
            config = retaining(record, config, {each["VariantPropertyType"] for each in excluded})
        deployment = params.get("DeploymentConfig", {})
        if params.get("RetainDeploymentConfig"):
            deployment = record.get("LastDeploymentConfig", {})
        steps = plan(deployment, config)
        self._require_alarms(steps, config)
        self._require_quota(config, replaced=old)
        record["LastDeploymentConfig"] = deployment or None
        self._change(record, config, "Updating", lambda: self._rollout.run(record, config, traffic, steps))
        return record

    def _scale(self, params: Mapping[str, Any]) -> Record:
        """UpdateEndpointWeightsAndCapacities, which scaling actions and traffic splits call."""
        record = self._ground.store.get(ENDPOINT, params["EndpointName"])
        self._require_settled(record, "InService")
        fleet = self._traffic[record["EndpointName"]].blue
        wanted = {each["VariantName"]: each for each in params["DesiredWeightsAndCapacities"]}
        variants = [dict(variant) for variant in fleet.config["ProductionVariants"]]
        for variant in variants:
            change = wanted.pop(variant["VariantName"], {})
            variant["InitialVariantWeight"] = change.get(
                "DesiredWeight", variant.get("InitialVariantWeight", 1.0)
            )
            if "DesiredInstanceCount" in change:
                more = change["DesiredInstanceCount"] - variant["InitialInstanceCount"]
                if more > 0:
                    self._require_instances(variant["InstanceType"], more)
                variant["InitialInstanceCount"] = change["DesiredInstanceCount"]
        if wanted:
            raise InvalidError(f"The endpoint has no variant {', '.join(sorted(wanted))}.")
        config = {**fleet.config, "ProductionVariants": variants}
        self._change(record, config, "Updating", lambda: fleet.resize(config))
        return record

    def _delete(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self._ground.store.get(ENDPOINT, params["EndpointName"])
        self._require_settled(record)
        self._set(record, EndpointStatus="Deleting")
        traffic = self._traffic.pop(record["EndpointName"], None)
        if traffic:
            traffic.blue.stop()
        self._ground.store.remove(ENDPOINT, record["EndpointName"])
        return {}

    def _require_settled(self, record: Record, *wanted: str) -> None:
        status = record["EndpointStatus"]
        if status in _CHANGING or (wanted and status not in wanted):
            raise InvalidError(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')

    def _require_alarms(self, steps: Plan, config: Record) -> None:
        """The alarms exist, and the model's execution role may describe them, as AWS's guide requires."""
        host = self._ground.host
        missing = set(steps.alarms) - set(host.alarm_states(steps.alarms))
        if missing:
            raise InvalidError(f"Alarm {', '.join(sorted(missing))} does not exist.")
        role = self._ground.store.get(MODEL, config["ProductionVariants"][0]["ModelName"])["ExecutionRoleArn"]
        for alarm in steps.alarms:
            arn = f"arn:aws:cloudwatch:{host.region}:{host.account}:alarm:{alarm}"
            if denied := host.check(role, "cloudwatch:DescribeAlarms", arn):
                raise InvalidError(denied)

    def _change(self, record: Record, config: Record, status: str, carry_out: Callable[[], None]) -> None:
        """Start a change in a thread of its own; after a failure the former configuration still serves."""
        self._set(record, EndpointStatus=status)
        old = self._traffic.get(record["EndpointName"])

        def run() -> None:
            try:
                carry_out()
            except Exception as failure:  # noqa: BLE001 - whatever it was, the endpoint must settle
                known = isinstance(failure, FleetError)
                reason = str(failure) if known else f"Internal failure: {failure!r}"
                self._set(record, EndpointStatus="InService" if old else "Failed", FailureReason=reason)
                return
            for gone in ("FailureReason", "DataCaptureConfig"):
                record.pop(gone, None)
            self._set(record, EndpointStatus="InService", **described(config))

        change = threading.Thread(target=run, daemon=True)
        self._changes[record["EndpointName"]] = change
        change.start()

    def settle(self, name: str) -> Record:
        """The endpoint after its current change, if any, has ended."""
        change = self._changes.get(name)
        if change:
            change.join()
        return self._ground.store.get(ENDPOINT, name)

    def _set(self, record: Record, **fields: Any) -> None:
        record.update(fields, LastModifiedTime=time.time())
        # EventBridge spells an endpoint's status differently from the API: IN_SERVICE for InService.
        status = xform_name(record["EndpointStatus"]).upper()
        self._ground.announce(ENDPOINT, "Endpoint", {**record, "EndpointStatus": status})

    def _require_quota(self, config: Record, replaced: Record | None) -> None:
        """Blue/green needs the instances of both fleets at once; serverless concurrency counts once."""
        if serverless(config):
            live = [traffic.blue.config for traffic in self._traffic.values()]
            others = [other for other in live if other is not replaced and serverless(other)]
            if replaced is None:
                self._ground.quotas.require(
                    "Maximum number of serverless endpoints", len(others), 1, "Endpoints"
                )
            quota = "Maximum total concurrency that can be allocated across all serverless endpoints"
            self._ground.quotas.require(
                quota, sum(map(concurrency, others)), concurrency(config), "Invocations"
            )
            return
        wanted: Counter[str] = Counter()
        for variant in config["ProductionVariants"]:
            wanted[variant["InstanceType"]] += variant["InitialInstanceCount"]
        for instance_type, more in wanted.items():
            self._require_instances(instance_type, more)

    def _require_instances(self, instance_type: str, more: int) -> None:
        """Refuse more instances of a type than the quota leaves beside those of the account's endpoints."""
        fleets = (fleet for traffic in list(self._traffic.values()) for fleet in traffic.fleets)
        used = sum(fleet.instances(instance_type) for fleet in fleets)
        self._ground.quotas.require(f"{instance_type} for endpoint usage", used, more)

    # Invocations

    def invoke(self, name: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        """The answer of InvokeEndpoint. Raises ApiError, a ModelError when the container refuses."""
        found = ((key, traffic) for key, traffic in self._traffic.items() if key.lower() == name.lower())
        endpoint, traffic = next(found, (name, None))
        account = self._ground.host.account
        if traffic is None:
            raise ApiError("ValidationError", f"Endpoint {name} of account {account} not found.")
        started = time.perf_counter()
        with traffic.server() as server:
            if server.capacity and not server.capacity.acquire(blocking=False):
                raise ApiError(
                    "ThrottlingException", "Rate exceeded: the endpoint is at its MaxConcurrency.", 429
                )
            asked = time.perf_counter()
            try:
                answer = server.invoke(body, headers)
            except ContainerTimeoutError:
                # SageMaker's status 0 means that the container returned none.
                told = b"Your invocation timed out while waiting for a response from container primary."
                answer = Answer(0, told, "text/plain", server.name)
            finally:
                if server.capacity:
                    server.capacity.release()
        answered = time.perf_counter()
        traffic.count(server, _failed(answer))
        self._measure(endpoint, answer, answered - asked, asked - started + time.perf_counter() - answered)
        if 200 <= answer.status < 300:
            return {
                "Body": answer.body,
                "ContentType": answer.content_type,
                "InvokedProductionVariant": answer.variant,
            }
        raise _model_error(self._ground.host, name, server.stream, answer)

    def _measure(self, endpoint: str, answer: Answer, model: float, overhead: float) -> None:
        refused, failed = 400 <= answer.status < 500, _failed(answer)
        values = (1, int(refused), int(failed), model * 1e6, overhead * 1e6)
        dimensions = {"EndpointName": endpoint, "VariantName": answer.variant}
        for (metric, unit), value in zip(INVOCATION_METRICS.items(), values, strict=True):
            self._ground.host.metric("AWS/SageMaker", metric, value, unit, dimensions)


def _failed(answer: Answer) -> bool:
    return answer.status == 0 or answer.status >= 500


def _model_error(host: Host, endpoint: str, stream: str, answer: Answer) -> ApiError:
    """InvokeEndpoint's error for a container's refusal."""
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    side = "client" if 400 <= answer.status < 500 else "server"
    original = answer.body.decode(errors="replace")
    return ApiError(
        "ModelError",
        f'Received {side} error ({answer.status}) from primary with message "{original}". See '
        f"https://{host.region}.console.aws.amazon.com/cloudwatch/home?region={host.region}"
        f"#logEventViewer:group={group} in account {host.account} for more information.",
        ErrorCode="CLIENT_ERROR_FROM_MODEL" if side == "client" else "INTERNAL_FAILURE_FROM_MODEL",
        LogStreamArn=f"arn:aws:logs:{host.region}:{host.account}:log-group:{group}:log-stream:{stream}",
        OriginalMessage=original,
        OriginalStatusCode=answer.status,
    )
