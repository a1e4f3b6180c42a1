"""Papers that a restored database does not know: their numbers stand in the engine's histories (须补交的文书)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ValidationError
from sqlmodel import Session, col, func, select
from temporalio.api.common.v1 import Payloads
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from activities import audit
from activities.doctor.engine_runs import Run
from activities.doctor.interventions import AT_ONCE, chain_of, newest_first
from activities.lookup import chunks
from adapters.database import Database
from models.messages import AnswerSlip, Slip
from models.organisation import Person
from models.trail import AuditEvent, Submission

SLACK = timedelta(hours=1)
"""How far the clocks of engine and database may lie apart."""
EVENT = "paper.lost"


class _Sitting(BaseModel):
    """What a sitting of a task or a case returned, as far as papers are concerned."""

    answers: tuple[AnswerSlip, ...] = ()


@dataclass(frozen=True)
class LostPaper:
    """A paper that was filed after the moment that the database was restored to: to be filed again."""

    submission: str
    workflow: str
    kind: str
    count: int
    actor: str
    at: datetime


def newest_paper(session: Session) -> datetime | None:
    """When the last paper was filed that the database knows; None where there is none."""
    return session.exec(select(func.max(Submission.filed_at))).one()


async def find_lost(
    client: Client, database: Database, runs: Sequence[Run], since: datetime | None
) -> list[LostPaper]:
    """The papers in the histories of runs whose submission is not in SQL, oldest first.

    Histories are read from their ends back to `since` less the clocks' slack; to their beginning without it.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    earliest = None if since is None else since - SLACK

    async def read(run: Run) -> list[LostPaper]:
        async with gate:
            return await _papers(client, run, earliest)

    found = {one.submission: one for some in await asyncio.gather(*map(read, runs)) for one in some}
    known = await asyncio.to_thread(_known, database, list(found))
    return sorted((one for one in found.values() if one.submission not in known), key=lambda one: one.at)


def record(database: Database, lost: Sequence[LostPaper], now: datetime) -> None:
    """Say in the trail of each case which papers it has lost, each once."""
    for some in chunks(lost):
        with database.write() as session:
            said: dict[str, set[str]] = {}
            for one in some:
                chain = chain_of(session, one.workflow)
                if chain not in said:
                    said[chain] = _said(session, chain)
                if one.submission in said[chain]:
                    continue
                said[chain].add(one.submission)
                detail = {
                    "submission": one.submission,
                    "kind": one.kind,
                    "actor": one.actor,
                    "workflow": one.workflow,
                    "filed_at": one.at.isoformat(),
                }
                audit.record(session, chain, EVENT, at=now, detail=detail)


def names_of(session: Session, lost: Sequence[LostPaper]) -> dict[str, str]:
    """The names of those who have to file again, where they are still known."""
    people = sorted({one.actor for one in lost})
    return {
        row.id: row.name
        for some in chunks(people)
        for row in session.exec(select(Person).where(col(Person.id).in_(some)))
    }


async def _papers(client: Client, run: Run, earliest: datetime | None) -> list[LostPaper]:
    found = []
    async for event in newest_first(client, run):
        at = event.event_time.ToDatetime(UTC)
        if earliest is not None and at < earliest:
            break
        found += [
            LostPaper(slip.submission, run.workflow, slip.kind, slip.count, slip.actor, at)
            for slip in (*brought(event), *ruled(event))
        ]
    return found


def brought(event: HistoryEvent) -> tuple[Slip, ...]:
    """What an update carried: as it was accepted, or as a reset took it over."""
    accepted = event.workflow_execution_update_accepted_event_attributes.accepted_request
    admitted = event.workflow_execution_update_admitted_event_attributes.request
    for request in (accepted, admitted):
        arguments: Payloads = request.input.args
        if request.input.name == "act" and arguments.payloads:
            try:
                return Slip.model_validate_json(arguments.payloads[0].data).all
            except ValidationError:
                # Somebody sent it past our own client; it names no paper of ours.
                return ()
    return ()


def ruled(event: HistoryEvent) -> list[Slip]:
    """The papers that a sitting found filed before any update had brought their numbers."""
    result = event.marker_recorded_event_attributes.details.get("result")
    if result is None or not result.payloads:
        return []
    try:
        answers = _Sitting.model_validate_json(result.payloads[0].data).answers
    except ValidationError:
        return []
    return [
        Slip(submission=one.submission, sha256="", kind=one.kind, actor=one.actor)
        for one in answers
        if one.kind
    ]


def _known(database: Database, submissions: Sequence[str]) -> set[str]:
    with database.read() as session:
        return {
            one
            for some in chunks(submissions)
            for one in session.exec(select(Submission.id).where(col(Submission.id).in_(some)))
        }


def _said(session: Session, chain: str) -> set[str]:
    rows = session.exec(
        select(AuditEvent.detail).where(col(AuditEvent.chain) == chain, col(AuditEvent.event) == EVENT)
    )
    return {str(one["submission"]) for one in rows}
