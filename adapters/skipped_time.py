"""Skipping time: the only module that knows how; tests and `simulate` stand on it (跳时)."""

import asyncio
import shutil
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import select
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.payloads import data_converter
from models.trail import Outbox
from workflows.attributes import ALL

PATIENCE = timedelta(minutes=3)
"""How long one skip may take: the server's clock stands while a task is not served, and then for ever."""
_PROGRAM = "temporal-test-server"


async def start_skipping() -> WorkflowEnvironment:
    """Start the time-skipping server: one clock for all its workflows, which stands while nobody skips."""
    packaged = Path(sys.executable).with_name(_PROGRAM)
    found = str(packaged) if packaged.exists() else shutil.which(_PROGRAM)
    # The SDK warns that this server is not a production one, on the stream that figures are piped from.
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=data_converter,
        test_server_existing_path=found,
        runtime=Runtime(telemetry=TelemetryConfig(logging=quiet)),
    )
    # This server registers but has no list of what it knows, which the product's own function asks for.
    await environment.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=environment.client.namespace,
            search_attributes={
                key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in ALL
            },
        )
    )
    return environment


@dataclass
class Clock:
    """The server's clock; it only goes forward. `now` is what it showed when it was last looked at."""

    environment: WorkflowEnvironment
    now: datetime
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop, repr=False)

    async def skip_to(self, moment: datetime) -> None:
        """Let everything happen that happens until then."""
        self.now = await self.environment.get_current_time()
        if moment > self.now:
            request = SleepRequest()
            request.duration.FromTimedelta(moment - self.now)
            # The environment's own sleep gives up after half a minute, which many rungs may take.
            service = self.environment.client.test_service
            await service.unlock_time_skipping_with_sleep(request, timeout=PATIENCE)
            self.now = await self.environment.get_current_time()

    def from_thread(self) -> datetime:
        """What the clock shows now, asked for from another thread than the loop's."""
        return asyncio.run_coroutine_threadsafe(self.environment.get_current_time(), self._loop).result()


async def terminate_started(client: Client, database: Database) -> None:
    """End whatever was ever started: this server has no lists, and a task that nobody serves stops its clock."""
    with database.read() as session:
        started = set(session.exec(select(Outbox.workflow)))
    for workflow in started:
        try:
            await client.get_workflow_handle(workflow).terminate("over")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
