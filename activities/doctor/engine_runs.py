"""What the engine knows of our workflows, asked for in pages: ids, statuses and what a list shows (运行记录)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.deployment.v1 import WorkerDeploymentOptions, WorkerDeploymentVersion
from temporalio.api.enums.v1 import TaskQueueType, WorkerVersioningMode
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client

from models import search_attributes

PAGE = 1000
"""The most that the engine gives at once."""
SILENT = timedelta(seconds=90)
"""A worker asks for work at least once a minute; who has not asked for longer is gone."""
_VERSIONED = WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
PROBLEMS = "TemporalReportedProblems"
SHOWN = (
    PROBLEMS,
    *(one.name for one in (search_attributes.STAGE, search_attributes.ESCALATION, search_attributes.DUE)),
)
"""What is read of a list: there are a dozen more, and ten thousand runs."""


@dataclass(frozen=True)
class Run:
    """One run of a workflow, as the engine's list tells it; `shown` are those of its search attributes that are read."""

    workflow: str
    run: str
    started_at: datetime
    closed_at: datetime | None
    shown: dict[str, Any]

    @property
    def failing(self) -> bool:
        """Whether the engine reports that its workflow tasks keep failing."""
        return bool(self.shown.get(PROBLEMS))


async def running(client: Client, task_queue: str) -> list[Run]:
    """Every run of ours that is open."""
    return await _listed(client, f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Running'")


async def broken_off(client: Client, task_queue: str) -> list[Run]:
    """Every run that somebody ended from outside and that the engine still keeps."""
    return await _listed(
        client, f"TaskQueue = '{task_queue}' AND ExecutionStatus IN ('Terminated', 'Canceled')"
    )


async def completed(client: Client, task_queue: str) -> list[Run]:
    """Every run of a case that came to its end by itself and that the engine still keeps."""
    return await _listed(client, f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Completed'")


async def closed_since(client: Client, task_queue: str, moment: datetime) -> list[Run]:
    """Every run that closed at or after a moment, however it ended."""
    at = moment.astimezone(UTC).isoformat()
    return await _listed(client, f"TaskQueue = '{task_queue}' AND CloseTime >= '{at}'")


async def closed_between(client: Client, task_queue: str, first: datetime, last: datetime) -> list[Run]:
    """Every run that closed between two moments, however it ended."""
    return await _listed(client, _closed_between(task_queue, first, last))


async def count_closed_between(client: Client, task_queue: str, first: datetime, last: datetime) -> int:
    """How many runs closed between two moments."""
    return (await client.count_workflows(_closed_between(task_queue, first, last))).count


class Polling(IntEnum):
    """Who asks a queue for its work, the best first."""

    BY_CURRENT = 0
    """Workers of the build that the engine gives tasks to."""
    BY_OTHERS = 1
    """Only workers of builds that get nothing: the current one's are gone, or none was made current."""
    BY_NOBODY = 2


async def polling(client: Client, task_queue: str) -> Polling:
    """Who asks for workflow tasks and for activities, by the engine's clock and ours; the worse of both."""
    since = datetime.now(UTC) - SILENT
    found = [
        await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace, task_queue=TaskQueue(name=task_queue), task_queue_type=kind
            )
        )
        for kind in (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
    ]
    return max(_polling(answer, since) for answer in found)


def _polling(answer: DescribeTaskQueueResponse, since: datetime) -> Polling:
    current = _build(answer.versioning_info.current_deployment_version)
    asking = [one for one in answer.pollers if one.last_access_time.ToDatetime(UTC) >= since]
    if not asking:
        return Polling.BY_NOBODY
    # Where no build was made current, tasks are for workers without a version.
    builds = {
        _build(one.deployment_options)
        if one.deployment_options.worker_versioning_mode == _VERSIONED
        else ("", "")
        for one in asking
    }
    return Polling.BY_CURRENT if current in builds else Polling.BY_OTHERS


def _build(version: WorkerDeploymentVersion | WorkerDeploymentOptions) -> tuple[str, str]:
    return version.deployment_name, version.build_id


def _closed_between(task_queue: str, first: datetime, last: datetime) -> str:
    start, end = (one.astimezone(UTC).isoformat() for one in (first, last))
    return (
        f"TaskQueue = '{task_queue}' AND ExecutionStatus != 'Running'"
        f" AND CloseTime >= '{start}' AND CloseTime <= '{end}'"
    )


async def _listed(client: Client, query: str) -> list[Run]:
    found: list[Run] = []
    token = b""
    while True:
        page = await client.workflow_service.list_workflow_executions(
            ListWorkflowExecutionsRequest(
                namespace=client.namespace, query=query, page_size=PAGE, next_page_token=token
            )
        )
        found += _runs(page.executions)
        token = page.next_page_token
        if not token:
            return found


def _runs(listed: Sequence[WorkflowExecutionInfo]) -> list[Run]:
    return [
        Run(
            workflow=one.execution.workflow_id,
            run=one.execution.run_id,
            started_at=one.start_time.ToDatetime(UTC),
            closed_at=one.close_time.ToDatetime(UTC) if one.HasField("close_time") else None,
            shown=_shown(one.search_attributes.indexed_fields),
        )
        for one in listed
    ]


def _shown(fields: Mapping[str, Payload]) -> dict[str, Any]:
    return {name: _value(fields[name]) for name in SHOWN if name in fields}


def _value(payload: Payload) -> Any:
    return json.loads(payload.data) if payload.data else None
