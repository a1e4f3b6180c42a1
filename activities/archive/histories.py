"""Keeping the histories of closed runs before the engine's retention removes them (运行记录归档)."""

import asyncio
import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session, col, select
from temporalio.client import Client, WorkflowExecution, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from activities import audit
from activities.papers.submissions import chain_of
from adapters.database import Database
from adapters.evidence_store import EvidenceStore
from models.messages import TASK_QUEUE
from models.organisation import Department
from models.plan import PlanDocument
from models.trail import ArchivedRun

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=10)
RECENT = timedelta(days=1)
"""How far back a round looks; once a day, and first of all, one looks at everything that the engine has."""
BATCH = 200
NAMED = 50
"""Workflows named in one question to the engine."""


class Archive:
    """The closed runs of one task queue, and where their histories are kept."""

    def __init__(
        self, client: Client, database: Database, store: EvidenceStore, task_queue: str = TASK_QUEUE
    ) -> None:
        self._client = client
        self._database = database
        self._store = store
        self._closed = f"TaskQueue = '{task_queue}' AND ExecutionStatus != 'Running'"

    async def keep_closed(self, now: datetime, since: datetime | None = None) -> list[str]:
        """Keep every closed run that is not kept yet, closed after `since` where it is given; their ids."""
        recent = "" if since is None else f" AND CloseTime >= '{since.isoformat()}'"
        return await self._keep_found(f"{self._closed}{recent}", now)

    async def keep_of(self, workflows: Sequence[str], now: datetime) -> list[str]:
        """Keep every closed run of these workflows that the engine still has; the ids of those new in the archive."""
        kept: list[str] = []
        for start in range(0, len(workflows), NAMED):
            named = ", ".join(f"'{one}'" for one in workflows[start : start + NAMED])
            kept += await self._keep_found(f"{self._closed} AND WorkflowId IN ({named})", now)
        return kept

    async def _keep_found(self, query: str, now: datetime) -> list[str]:
        kept, batch = list[str](), list[WorkflowExecution]()
        async for run in self._client.list_workflows(query):
            batch.append(run)
            if len(batch) == BATCH:
                kept += await self._keep(batch, now)
                batch.clear()
        return kept + await self._keep(batch, now)

    async def _keep(self, runs: Iterable[WorkflowExecution], now: datetime) -> list[str]:
        kept: list[str] = []
        for run in await asyncio.to_thread(self._missing, list(runs)):
            handle = self._client.get_workflow_handle(run.id, run_id=run.run_id)
            try:
                history = await handle.fetch_history()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                log.warning("a closed run left before it was archived", run=run.run_id, of=run.id)
                continue
            if await asyncio.to_thread(self._write, run, history, now):
                kept.append(run.run_id)
        return kept

    def _missing(self, runs: list[WorkflowExecution]) -> list[WorkflowExecution]:
        with self._database.read() as session:
            ids = [run.run_id for run in runs]
            known = set(session.exec(select(ArchivedRun.run).where(col(ArchivedRun.run).in_(ids))))
        return [run for run in runs if run.run_id not in known]

    def _write(self, run: WorkflowExecution, history: WorkflowHistory, now: datetime) -> bool:
        """The file first, the row after it: a row tells of a file that is there."""
        body = packed(history)
        digest = self._store.keep_content(body)
        try:
            with self._database.write() as session:
                chain, task = _place_of(session, run.id)
                session.add(
                    ArchivedRun(
                        workflow=run.id,
                        run=run.run_id,
                        type=run.workflow_type,
                        task=task,
                        status=run.status.name.lower() if run.status else "",
                        started_at=run.start_time,
                        closed_at=run.close_time or now,
                        events=len(history.events),
                        sha256=digest,
                        size=len(body),
                        archived_at=now,
                    )
                )
                session.flush()
                if chain is not None:
                    detail = {"workflow": run.id, "run": run.run_id, "sha256": digest}
                    audit.record(session, chain, "history.archived", at=now, detail=detail)
        except IntegrityError:
            # Another worker's round was a moment quicker; it kept the very same content.
            return False
        return True


def packed(history: WorkflowHistory) -> bytes:
    """A history in the form that the engine's own program writes and `worker.py check-replay` reads, compressed."""
    content = {"workflowId": history.workflow_id, **history.to_json_dict()}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


async def archive_for_ever(archive: Archive) -> None:
    """A round every ten minutes; an engine, database or folder that is away is tried again the next time."""
    whole: datetime | None = None
    while True:
        now = datetime.now(UTC)
        everything = whole is None or now - whole >= RECENT
        try:
            kept = await archive.keep_closed(now, None if everything else now - RECENT)
            whole = now if everything else whole
            if kept:
                log.info("histories archived", runs=len(kept))
        except (RPCError, SQLAlchemyError, OSError):
            log.exception("archiving failed")
        await asyncio.sleep(EVERY.total_seconds())


def _place_of(session: Session, workflow: str) -> tuple[str | None, str | None]:
    """The audit chain that tells of a workflow, and the task that it belongs to; None where SQL knows neither."""
    kind, _, rest = workflow.partition("/")
    if kind in ("joint-task", "disposal", "correction"):
        chain = chain_of(session, workflow, "")
        task = chain.removeprefix("task/") if chain.startswith("task/") else None
        return (chain, task) if task else (None, None)
    if kind == "plan-row" and session.get(PlanDocument, plan := rest.split("/", 1)[0]) is not None:
        return audit.plan_chain(plan), None
    if kind == "department" and (desk := session.get(Department, rest.rsplit("/", 1)[0])) is not None:
        return audit.office_chain(desk.office), None
    return (audit.office_chain(rest), None) if kind == "exchange" else (None, None)
