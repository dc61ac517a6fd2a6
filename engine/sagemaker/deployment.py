"""Plans of UpdateEndpoint for moving traffic from the old (blue) fleet to the new (green) one.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.host import InvalidError
from engine.sagemaker.store import Record

Config = Mapping[str, Any]

# The default for a request without a policy.
_AT_ONCE: Config = {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}}
_SIZES = {"CANARY": ("CanarySize", 1, 50), "LINEAR": ("LinearStepSize", 10, 50)}


@dataclass(frozen=True)
class Stage:
    """Traffic on `instances` of the green fleet's `of`, then `seconds` (AWS's) under the alarms; `wait` names
    the property with that time."""

    instances: int
    of: int
    seconds: int
    wait: str

    @property
    def share(self) -> float:
        return self.instances / self.of

    @property
    def capacity(self) -> str:
        """The text of StatusMessage."""
        part = "full" if self.instances == self.of else "canary"
        return f"{part} capacity of {self.instances} instance(s)"


@dataclass(frozen=True)
class Plan:
    """`timeout` bounds the whole deployment, in AWS's seconds."""

    stages: tuple[Stage, ...]
    alarms: tuple[str, ...]
    timeout: float


def plan(deployment: Config, config: Record) -> Plan:
    """The plan of a DeploymentConfig for an endpoint configuration.

    Raises ValidationException for configurations that AWS refuses or the rehearsal does not support."""
    if "RollingUpdatePolicy" in deployment:
        raise InvalidError("RollingUpdatePolicy is not rehearsed; use BlueGreenUpdatePolicy.")
    variants = config["ProductionVariants"]
    if deployment and (len(variants) > 1 or "ServerlessConfig" in variants[0]):
        raise InvalidError("DeploymentConfig is rehearsed for endpoints of one variant on instances.")
    policy = deployment.get("BlueGreenUpdatePolicy", _AT_ONCE)
    stages = _stages(policy, variants[0].get("InitialInstanceCount", 1))
    waiting = sum(stage.seconds for stage in stages)
    timeout = policy.get("MaximumExecutionTimeoutInSeconds", float("inf"))
    if timeout <= waiting:
        raise InvalidError(
            f"MaximumExecutionTimeoutInSeconds ({timeout}) must be larger than the total waiting time of "
            f"WaitIntervalInSeconds and TerminationWaitInSeconds ({waiting})."
        )
    alarms = deployment.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    return Plan(stages, tuple(alarm["AlarmName"] for alarm in alarms), timeout)


def _stages(policy: Config, of: int) -> tuple[Stage, ...]:
    """The green fleet's instances step by step; after the last one the blue fleet still waits."""
    routing = policy["TrafficRoutingConfiguration"]
    last = Stage(of, of, policy.get("TerminationWaitInSeconds", 0), "TerminationWaitInSeconds")
    if routing["Type"] == "ALL_AT_ONCE":
        return (last,)
    step = _instances(routing, of)
    steps = [step] if routing["Type"] == "CANARY" else range(step, of, step)
    interval = routing["WaitIntervalInSeconds"]
    return (*(Stage(count, of, interval, "WaitIntervalInSeconds") for count in steps), last)


def _instances(routing: Config, of: int) -> int:
    """The size of a step in instances; at least one of them."""
    member, least, most = _SIZES[routing["Type"]]
    size = routing.get(member)
    if size is None:
        raise InvalidError(f"Traffic routing of type {routing['Type']} needs {member}.")
    percent = size["Value"] if size["Type"] == "CAPACITY_PERCENT" else 100 * size["Value"] / of
    count = max(1, int(of * percent / 100))
    if not least <= percent <= most or count > of / 2:
        raise InvalidError(
            f"{member} of {size['Value']} ({size['Type']}) is not {least} to {most} % of the variant's "
            f"{of} instance(s)."
        )
    return count
