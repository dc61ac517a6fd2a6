"""
Carries out a deployment: starts the green fleet and moves the traffic in stages under the alarms, or back.
"""

import time
from collections.abc import Mapping
from typing import Any

from engine.journal import DEPLOYMENTS, Journal, now
from engine.sagemaker.deployment import Plan, Stage
from engine.sagemaker.fleet import Fleet, FleetError, Traffic
from engine.sagemaker.ground import Ground
from engine.sagemaker.store import ENDPOINT, Record

_LOOK_SECONDS = 0.1


class Rollout:
    """`wait_scale` is the length of a waited second in real seconds. Every deployment is a line of the run's
    journal: requests per fleet and stage, and the result."""

    def __init__(self, ground: Ground, wait_scale: float) -> None:
        self._ground, self._scale = ground, wait_scale
        self._journal = Journal(ground.host.run_dir / DEPLOYMENTS)

    def run(self, record: Record, config: Record, traffic: Traffic, plan: Plan) -> None:
        """Move the endpoint to `config`; raises FleetError, with the old fleet serving, when that fails."""
        entry: dict[str, Any] = {
            "time": now(),
            "endpoint": record["EndpointName"],
            "from": record["EndpointConfigName"],
            "to": config["EndpointConfigName"],
            "stages": [],
        }
        if plan.stages[0].seconds and self._scale != 1:
            self._ground.host.not_rehearsed(
                "length of baking periods", f"a second of an endpoint's deployment lasts {self._scale} s"
            )
        started, green = time.monotonic(), None
        try:
            self._tell(record, config, "Creating", f"Launching {plan.stages[-1].of} instance(s).")
            green = Fleet(self._ground, record["EndpointName"], config)
            self._shift(record, config, traffic, green, plan, time.monotonic() - started, entry["stages"])
        except Exception as failure:
            entry |= {"outcome": "rolled back", "reason": str(failure)}
            if green:
                record["EndpointStatus"] = "RollingBack"
                traffic.shift(None)
                green.stop()
            raise
        else:
            entry["outcome"] = "completed"
            traffic.promote().stop()
        finally:
            record.pop("PendingDeploymentSummary", None)
            self._journal.append(entry)

    def _shift(
        self,
        record: Record,
        config: Record,
        traffic: Traffic,
        green: Fleet,
        plan: Plan,
        spent: float,
        told: list[dict[str, Any]],
    ) -> None:
        for stage in plan.stages:
            self._tell(record, config, "ActivatingTraffic", f"Activating traffic on {stage.capacity}.")
            traffic.shift(green, stage.share)
            fleets = {"blue": traffic.blue, "green": green}
            before = {colour: fleet.tally() for colour, fleet in fleets.items()}
            wait = f"{stage.seconds} seconds ({stage.wait})"
            self._tell(
                record, config, "Baking", f"Baking for {wait} with traffic enabled on {stage.capacity}."
            )
            try:
                self._bake(stage, plan)
            finally:
                told.append(
                    {
                        "instances": stage.instances,
                        "of": stage.of,
                        "seconds": stage.seconds,
                        **{
                            colour: _difference(fleet.tally(), before[colour])
                            for colour, fleet in fleets.items()
                        },
                    }
                )
            spent += stage.seconds
            if spent > plan.timeout:
                raise FleetError(f"The deployment took longer than {plan.timeout:g} seconds.")

    def _bake(self, stage: Stage, plan: Plan) -> None:
        until = time.monotonic() + stage.seconds * self._scale
        while True:
            states = self._ground.host.alarm_states(plan.alarms)
            ringing = [name for name, state in states.items() if state == "ALARM"]
            if ringing:
                # AWS documents that this ends the deployment, without the message.
                raise FleetError(
                    f"Alarm {', '.join(ringing)} went off while baking with traffic on {stage.capacity}; "
                    "the deployment was rolled back."
                )
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _LOOK_SECONDS))

    def _tell(self, record: Record, config: Record, status: str, message: str) -> None:
        """The stage in the form of DescribeEndpoint and the deployment event."""
        at = time.time()
        pending = record.get("PendingDeploymentSummary", {"StartTime": at})
        shown = {"Status": status, "StatusMessage": message, "StartTime": at}
        record["PendingDeploymentSummary"] = {
            **pending,
            "EndpointConfigName": config["EndpointConfigName"],
            "ProductionVariants": [
                {"VariantName": variant["VariantName"], "VariantStatus": [shown]}
                for variant in config["ProductionVariants"]
            ],
        }
        self._ground.announce(ENDPOINT, "Endpoint Deployment", {**record, "EndpointStatus": "UPDATING"})


def _difference(after: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    return {key: after[key] - before[key] for key in after}
