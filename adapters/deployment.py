"""Which build of the workers runs, and which of them the engine gives its tasks to (发布版本)."""

import asyncio
from time import monotonic

from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

from adapters.build import Deployment

PATIENCE = 60.0
"""Seconds to wait until a worker of the build polls; before that the engine does not know the build."""
PAUSE = 0.5
_NOT_YET = (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION)


def worker_config(deployment: Deployment) -> WorkerDeploymentConfig:
    """What a worker registers: every workflow goes on under the current build at its next step."""
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment.name, deployment.build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def set_current(client: Client, deployment: Deployment, patience: float = PATIENCE) -> None:
    """Make a build the current one: from now on all tasks, open ones too, go to its workers.

    Waits until one of its workers polls; raises the engine's answer where none does in time. The
    engine refuses a build whose workers poll fewer queues than those of the build before.
    """
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=deployment.name,
        build_id=deployment.build,
        identity="worker.py set-current",
    )
    deadline = monotonic() + patience
    while True:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError as error:
            if error.status not in _NOT_YET or monotonic() > deadline:
                raise
            await asyncio.sleep(PAUSE)
        else:
            return


async def current_build(client: Client, name: str) -> str | None:
    """The current build of a deployment; None before one was set."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=name)
    found = await client.workflow_service.describe_worker_deployment(request)
    return found.worker_deployment_info.routing_config.current_deployment_version.build_id or None
