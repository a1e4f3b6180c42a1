"""Skipping time: the clock of the time-skipping server, and clearing up after a test on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from models.trail import Outbox
from tests.engine.house import House


@dataclass
class Clock:
    """The time-skipping server's clock; it only goes forward."""

    environment: WorkflowEnvironment
    now: datetime

    async def skip_to(self, moment: datetime) -> None:
        """Let everything happen that happens until then."""
        self.now = await self.environment.get_current_time()
        if moment > self.now:
            await self.environment.sleep(moment - self.now)
            self.now = await self.environment.get_current_time()


async def terminate_started(house: House) -> None:
    """End whatever was ever started: this server has no lists, and a task that nobody serves stops its clock."""
    for workflow in house.cast.read(lambda session: set(session.exec(select(Outbox.workflow)))):
        try:
            await house.client.get_workflow_handle(workflow).terminate("test")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
