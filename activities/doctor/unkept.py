"""Closed runs that the engine will soon forget and nobody has kept yet (体检：运行记录归档)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import col, func, select
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from activities.doctor.engine_runs import Run, closed_between, count_closed_between
from activities.doctor.findings import Ailment, Finding
from activities.lookup import chunks
from adapters.database import Database
from models.trail import ArchivedRun
from rules.calendar import TZ


async def unarchived(client: Client, database: Database, task_queue: str, now: datetime) -> list[Finding]:
    """One line where runs that closed more than half the retention ago are not in the archive.

    Both are merely counted as long as they agree: in a province's retention there are a hundred thousand.
    """
    retention = await _retention(client)
    span = now - retention, now - retention / 2
    counted, kept = await asyncio.gather(
        count_closed_between(client, task_queue, *span), asyncio.to_thread(_kept, database, *span)
    )
    if counted <= kept:
        return []
    closed = await closed_between(client, task_queue, *span)
    missing = await asyncio.to_thread(_missing, database, closed)
    if not missing:
        return []
    oldest = min(one.closed_at or now for one in missing)
    gone = (oldest + retention).astimezone(TZ).strftime("%Y-%m-%d %H:%M")
    words = (
        f"{len(missing)}次已结束的运行没有归档，最早的 {gone} 被删除；请核对工作进程和归档目录，或立即归档"
    )
    return [Finding(Ailment.UNARCHIVED, client.namespace, words)]


async def _retention(client: Client) -> timedelta:
    about = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return about.config.workflow_execution_retention_ttl.ToTimedelta()


def _kept(database: Database, first: datetime, last: datetime) -> int:
    with database.read() as session:
        return session.exec(
            select(func.count())
            .select_from(ArchivedRun)
            .where(
                col(ArchivedRun.closed_at) >= first.astimezone(UTC),
                col(ArchivedRun.closed_at) <= last.astimezone(UTC),
            )
        ).one()


def _missing(database: Database, runs: Sequence[Run]) -> list[Run]:
    with database.read() as session:
        known = {
            run
            for some in chunks([one.run for one in runs])
            for run in session.exec(select(ArchivedRun.run).where(col(ArchivedRun.run).in_(some)))
        }
    return [one for one in runs if one.run not in known]
