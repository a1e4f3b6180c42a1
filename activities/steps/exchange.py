"""The activity of an office's exchange: send what is queued, record what comes back (平台交换)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select
from temporalio import activity

from activities.exchange.doubts import tell_unread
from activities.exchange.facts import record_facts
from activities.exchange.fallen import expected, to_be_sent
from activities.exchange.queueing import exchange_id
from activities.exchange.records import compose
from adapters.database import Database
from adapters.exchange import Batch, Exchange, ExchangeAwayError
from models.exchange import Declaration, ExchangeBatch, ExchangeRejection
from models.messages import ExchangeProgress, RejectedOf, TaskStep
from models.organisation import Department
from models.outcomes import Publication
from models.trail import Outbox
from rules.channel import Channel

log = structlog.get_logger(__name__)

BATCH_SIZE = 500
SHOWN_REJECTED = 6
ASK_AGAIN = timedelta(days=1)
"""How long an answer may stay out before the very same batch is sent again: the answer may be lost."""


class ExchangeActivities:
    """An office's exchange against one database and one way to the platform."""

    def __init__(self, database: Database, exchange: Exchange) -> None:
        self.database = database
        self.exchange = exchange

    @activity.defn(name="exchange")
    def run(self, step: TaskStep) -> ExchangeProgress:
        """One round: batches out, all answers in. `step.task` is the office's code.

        A platform that is away is said so, not raised: what is queued stays queued.
        """
        office, facts, away = step.task, 0, False
        with self.database.write() as session:
            _make(session, office, step.now)
        try:
            self._send(office, step.now)
            for name, found in self.exchange.receipts(office):
                with self.database.write() as session:
                    facts += record_facts(session, office, found, step.now, answer=name)
                self.exchange.finish(office, name)
            if unread := self.exchange.unread(office):
                with self.database.write() as session:
                    tell_unread(session, office, unread, step.now)
        except ExchangeAwayError as problem:
            log.warning("platform away", office=office, reason=str(problem))
            away = True
        with self.database.read() as session:
            return _read(session, office, facts, away=away)

    def _send(self, office: str, now: datetime) -> None:
        """Outside any transaction: a slow platform must not keep the database's writers waiting."""
        with self.database.read() as session:
            batches = _to_send(session, office, now)
        for batch in batches:
            self.exchange.send(Batch.model_validate(batch.content))
            with self.database.write() as session:
                _sent(session, batch.id, now)


def _make(session: Session, office: str, now: datetime) -> None:
    """Put everything that is queued into a batch; what it says is fixed from here on."""
    declarations = session.exec(
        select(Declaration)
        .where(col(Declaration.office) == office, col(Declaration.batch).is_(None))
        .order_by(col(Declaration.queued_at), col(Declaration.key))
        .limit(BATCH_SIZE)
        .with_for_update(skip_locked=True)
    ).all()
    publications = session.exec(
        select(Publication)
        .where(col(Publication.office) == office, col(Publication.batch).is_(None))
        .order_by(col(Publication.key))
        .limit(BATCH_SIZE - len(declarations))
        .with_for_update(skip_locked=True)
    ).all()
    if not declarations and not publications:
        return
    batch = compose(session, office, declarations, publications)
    for row in (*declarations, *publications):
        row.batch = batch.batch
    session.add(
        ExchangeBatch(
            id=batch.batch,
            office=office,
            content=batch.model_dump(mode="json"),
            sha256=hashlib.sha256(batch.model_dump_json().encode()).hexdigest(),
            made_at=now,
        )
    )


def _to_send(session: Session, office: str, now: datetime) -> Sequence[ExchangeBatch]:
    """Batches that were never sent, oldest first, and those whose answer has stayed out for too long."""
    silent = now - ASK_AGAIN
    return session.exec(
        select(ExchangeBatch)
        .where(
            col(ExchangeBatch.office) == office,
            or_(
                col(ExchangeBatch.sent_at).is_(None),
                (col(ExchangeBatch.sent_at) <= silent)
                & or_(
                    col(ExchangeBatch.id).in_(select(Publication.batch).where(_unanswered(office))),
                    col(ExchangeBatch.id).in_(select(Declaration.batch).where(_undeclared(office))),
                ),
            ),
        )
        .order_by(col(ExchangeBatch.made_at), col(ExchangeBatch.id))
    ).all()


def _sent(session: Session, batch: str, now: datetime) -> None:
    row = session.get_one(ExchangeBatch, batch)
    row.sent_at, row.tries = now, row.tries + 1
    for table in (Publication, Declaration):
        for member in session.exec(
            select(table).where(col(table.batch) == batch, col(table.sent_at).is_(None))
        ):
            member.sent_at = now


def _unanswered(office: str) -> ColumnElement[bool]:
    """Sent records that the platform has not entered, or not published where that is its part."""
    waiting = col(Publication.receipted_at).is_(None) | (
        (col(Publication.channel) == Channel.NATIONAL) & col(Publication.published_at).is_(None) & expected()
    )
    return (
        (col(Publication.office) == office)
        & col(Publication.batch).is_not(None)
        & to_be_sent()
        & col(Publication.rejected).is_(None)
        & waiting
    )


def _undeclared(office: str) -> ColumnElement[bool]:
    return (
        (col(Declaration.office) == office)
        & col(Declaration.batch).is_not(None)
        & col(Declaration.rejected).is_(None)
        & col(Declaration.receipted_at).is_(None)
    )


def _read(session: Session, office: str, facts: int, *, away: bool) -> ExchangeProgress:
    records = (
        _count(session, office, Publication, _unanswered(office)),
        _count(session, office, Declaration, _undeclared(office)),
    )
    rejected = sum(one.rejected for one in records)
    unsent = session.exec(
        select(func.count()).where(col(Outbox.source) == exchange_id(office), col(Outbox.sent_at).is_(None))
    ).one()
    return ExchangeProgress(
        office=office,
        queued=sum(one.queued for one in records),
        unanswered=sum(one.unanswered for one in records),
        rejected=rejected,
        facts=facts,
        outbox=unsent,
        away=away,
        since=min((one.since for one in records if one.since is not None), default=None),
        rejected_of=_rejected_of(session, office) if rejected else (),
    )


class _Count(NamedTuple):
    """How many records of one kind are not sent, not answered, rejected, and since when the oldest is out."""

    queued: int
    unanswered: int
    rejected: int
    since: datetime | None


def _count(
    session: Session, office: str, table: type[Publication] | type[Declaration], out: ColumnElement[bool]
) -> _Count:
    queued: ColumnElement[bool] = col(table.sent_at).is_(None)
    if table is Publication:
        queued &= to_be_sent()
    statement = select(
        func.count().filter(queued),
        func.count().filter(out, ~queued),
        func.count().filter(col(table.rejected).is_not(None)),
        func.min(table.queued_at).filter(queued | out),
    ).where(col(table.office) == office)
    return _Count(*session.exec(statement).one())


def _rejected_of(session: Session, office: str) -> tuple[RejectedOf, ...]:
    found: list[RejectedOf] = []
    for table in (Declaration, Publication):
        statement = (
            select(table.task, Department.name, func.count(), func.min(ExchangeRejection.at))
            .join(Department, col(Department.id) == col(table.department))
            .outerjoin(
                ExchangeRejection,
                (col(ExchangeRejection.key) == col(table.key))
                & (col(ExchangeRejection.revision) == col(table.revision)),
            )
            .where(col(table.office) == office, col(table.rejected).is_not(None))
            .group_by(col(table.task), col(Department.name))
            .order_by(col(table.task), col(Department.name))
            .limit(SHOWN_REJECTED)
        )
        found += [
            RejectedOf(task=task, name=name, count=count, since=since)
            for task, name, count, since in session.exec(statement)
        ]
    return tuple(found[:SHOWN_REJECTED])
