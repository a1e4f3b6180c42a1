"""Which build of the workers runs, and which of them the engine gives its tasks to (发布版本)."""

import asyncio
import os
from dataclasses import dataclass
from time import monotonic

from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

VERSION = "0.1.0"
"""The package's version, as pyproject.toml and the image's tag have it."""
PATIENCE = 60.0
"""Seconds to wait until a worker of the build polls; before that the engine does not know the build."""
PAUSE = 0.5
_NOT_YET = (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION)


@dataclass(frozen=True)
class Deployment:
    """A deployment's name and the build that this process is; without a name workers are unversioned."""

    name: str
    build: str

    @classmethod
    def load(cls) -> "Deployment | None":
        """Read JOINT_DEPLOYMENT and JOINT_BUILD_ID; None where no deployment is named."""
        name = os.environ.get("JOINT_DEPLOYMENT", "")
        build = os.environ.get("JOINT_BUILD_ID", "") or VERSION
        if "." in name or ":" in name:
            raise ValueError(f"JOINT_DEPLOYMENT=“{name}”不可用：不能含点号或冒号")
        return cls(name, build) if name else None

    @property
    def config(self) -> WorkerDeploymentConfig:
        """What the worker registers: every workflow goes on under the current build at its next step."""
        return WorkerDeploymentConfig(
            version=WorkerDeploymentVersion(self.name, self.build),
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
