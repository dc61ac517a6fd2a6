"""Builds the rehearsal from the pinned emulator, the seams and the hosted services."""

import asyncio
import contextlib
import json
import logging
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.emulator import (
    alarms,
    api_gateway,
    athena,
    authorization,
    bucket_deployment,
    buckets,
    conditions,
    dashboards,
    deliveries,
    events,
    exports,
    glue_jobs,
    image_registry,
    interpreter,
    lambdas,
    log_groups,
    metrics,
    pinned,
    recreation,
    resource_types,
    stack_answers,
    step_functions,
    streams,
)
from engine.emulator.host import EmulatorHost
from engine.emulator.service_roles import ServiceRoles
from engine.emulator.services import Services
from engine.emulator.settings import Settings
from engine.glue.runner import GlueRunner
from engine.quotas import ServiceQuotas, fresh_account
from engine.sagemaker import SageMaker
from engine.services import Service
from engine.services.budgets import MemberBudgets
from engine.services.comprehend import Comprehend
from engine.services.polly import Polly
from engine.services.rekognition import Rekognition
from engine.services.scaling import Scaling
from engine.warehouse import RedshiftData, RedshiftServerless

# Facts of every run, whatever the stacks contain.
_NEVER_REHEARSED = {
    "KMS permissions of encrypted tables, topics, queues and log groups": (
        "the emulator stores them without asking KMS; the key's policy is checked statically"
    ),
    "resource policies on delivery by SNS, S3 and EventBridge to queues and topics": (
        "the emulator delivers inside its process; the edges are checked statically"
    ),
    "trust policies of roles assumed by services": "services assume roles inside the emulator's process",
    "service quotas beside SageMaker's and Glue's": "told by Service Quotas, enforced by nobody",
}


@dataclass
class Engine:
    """Parts that run beside the emulator in its process."""

    services: Services
    closing: list[Callable[[], None]]

    def close(self) -> None:
        for close in self.closing:
            with contextlib.suppress(Exception):
                close()


def install(settings: Settings) -> Engine:
    """Check and connect every seam. Raises pinned.SeamError when the emulator differs from the pinned one."""
    pinned.check()
    host = EmulatorHost(settings)
    toolchain = json.loads(settings.toolchain.read_text())
    python = Path(toolchain["python"])
    quotas = {**fresh_account(), **settings.quotas}
    quota_api = ServiceQuotas(host.region, host.account, quotas)
    sagemaker = SageMaker(host, python, quotas, settings.wait_scale)
    # All services are registered here.
    redshift = RedshiftServerless(host)
    hosted: list[Service] = [sagemaker, sagemaker.runtime, quota_api, Scaling(host, sagemaker)]
    hosted += [redshift, RedshiftData(host, redshift), Comprehend(host), Rekognition(host), Polly(host)]
    if settings.member_account:
        hosted.append(MemberBudgets(host.account))
    jars = [Path(jar) for jar in toolchain["jars"]]
    glue = GlueRunner(host, python, Path(toolchain["javaHome"]), jars)
    if settings.spark_ahead:
        # The first step, because it warms up while the stacks are deployed.
        glue.prepare()
    # The services come before the authorization around all of them.
    services = Services(hosted)
    services.install()
    dashboards.listed.install()
    image_registry.public_images.install(host)
    glue_jobs.install(host, glue, quota_api)
    step_functions.install(host)
    interpreter.install(host, settings.wait_scale)
    lambdas.install()
    log_groups.install(host)
    events.announce.install(host)
    metrics.install(host, settings.wait_scale)
    alarms.install(host, settings.wait_scale)
    deliveries.install(host)
    streams.install(host)
    athena.install(host)
    api_gateway.install(host)
    conditions.install()
    recreation.by_schema.install()
    exports.install()
    roles = ServiceRoles(host)
    roles.install()
    types = {name: each for service in hosted for name, each in service.types.items()}
    resource_types.install(host, types, roles)
    bucket_deployment.install(host)
    stack_answers.answer_when_settled.install()
    authorization.install(host)
    buckets.install()
    for what, why in _NEVER_REHEARSED.items():
        host.not_rehearsed(what, why)
    return Engine(services, [*(service.close for service in hosted), glue.close])


async def serve(settings: Settings, engine: Engine) -> None:
    """Serve requests until the process ends."""
    from hypercorn.asyncio import serve as serve_asgi
    from hypercorn.config import Config

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    config = Config()
    config.bind = [f"127.0.0.1:{settings.port}"]
    config.keep_alive_timeout = 75
    logging.getLogger("hypercorn.access").setLevel(logging.WARNING)
    # hypercorn installs its own signal handlers unless it is given a trigger.
    await serve_asgi(engine.services.controlled(pinned.module("app").app), config, shutdown_trigger=_never)


async def _never() -> None:
    await asyncio.Event().wait()
