"""The activity of an office's exchange: send what is queued, record what comes back (平台交换)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlmodel import Session, col, func, select
from temporalio import activity

from activities import audit
from activities.clocks import Clocks
from activities.docket import wake
from activities.progress import advance
from activities.publishing import exchange_id, published, receipt, scope_of
from adapters.database import Database
from adapters.exchange_files import Batch, Fact, FileExchange, Record
from models.messages import ExchangeProgress, TaskStep
from models.organisation import Department
from models.outcomes import Correction, Disposal, Publication, PublicationKind, Result
from models.plan import PlanDocument
from models.registers import CheckItem, Subject
from models.task import JointTask, TakingPart, Visit
from models.trail import Outbox
from rules.channel import Channel
from rules.disposal import Outcome
from rules.results import Category

BATCH_SIZE = 500


class ExchangeActivities:
    """An office's exchange against one database and one pair of folders."""

    def __init__(self, database: Database, exchange: FileExchange) -> None:
        self.database = database
        self.exchange = exchange

    @activity.defn(name="exchange")
    def run(self, step: TaskStep) -> ExchangeProgress:
        """One round: a batch out, all receipts in. `step.task` is the office's code."""
        office = step.task
        self._send(office, step.now)
        facts = self._receive(office, step.now)
        with self.database.read() as session:
            return _read(session, office, facts)

    def _send(self, office: str, now: datetime) -> None:
        with self.database.write() as session:
            rows = session.exec(
                select(Publication)
                .where(
                    col(Publication.office) == office,
                    col(Publication.sent_at).is_(None),
                )
                .order_by(col(Publication.key))
                .limit(BATCH_SIZE)
                .with_for_update(skip_locked=True)
            ).all()
            if not rows:
                return
            # Named by what it holds: written before the commit, a repeat writes the same file again.
            name = f"{office}-{rows[0].id[:16]}"
            for row in rows:
                row.batch, row.sent_at = name, now
            session.flush()
            self.exchange.send(
                Batch(batch=name, office=office, records=[_record(session, row) for row in rows])
            )

    def _receive(self, office: str, now: datetime) -> int:
        count = 0
        for path, facts in self.exchange.receipts():
            with self.database.write() as session:
                count += record_facts(session, office, facts, now)
            self.exchange.finish(path)
        return count


def record_facts(session: Session, office: str, facts: Sequence[Fact], now: datetime) -> int:
    """Record what the platform says, each fact once; tasks move on and are woken."""
    by_key = {fact.key: [one for one in facts if one.key == fact.key] for fact in facts}
    rows = session.exec(
        select(Publication)
        .where(col(Publication.office) == office, col(Publication.key).in_(by_key))
        .order_by(col(Publication.task), col(Publication.key))
    ).all()
    fresh_facts = 0
    for task_id, group in groupby(rows, key=lambda row: row.task):
        task = session.get_one(JointTask, task_id, with_for_update=True)
        clocks = Clocks(session, office, now)
        members = list(group)
        fresh = sum(_note(row, fact) for row in members for fact in by_key[row.key])
        if not fresh:
            continue
        fresh_facts += fresh
        by = f"receipts of {len(members)}"
        receipt(clocks, [row for row in members if row.receipted_at is not None], by=by)
        published(clocks, [row for row in members if row.published_at is not None], by=by)
        advance(clocks, task)
        audit.record(
            session,
            audit.task_chain(task_id),
            "platform.facts",
            at=now,
            detail={"facts": fresh, "records": len(members)},
        )
        for workflow in sorted({scope_of(row) for row in members} | {f"joint-task/{task_id}"}):
            wake(session, workflow, "receipts", source=exchange_id(office), now=now, count=fresh)
    return fresh_facts


def _note(row: Publication, fact: Fact) -> bool:
    """Write one fact to its row; false where it was known."""
    if fact.fact == "rejected":
        known, row.rejected = row.rejected == fact.reason, fact.reason
        return not known
    field = {"entered": "receipted_at", "forwarded": "forwarded_at", "published": "published_at"}[fact.fact]
    if getattr(row, field) is not None:
        return False
    setattr(row, field, fact.at)
    if fact.fact == "entered":
        row.receipt = fact.receipt
    return True


def _read(session: Session, office: str, facts: int) -> ExchangeProgress:
    def count(*condition: object) -> int:
        return session.exec(
            select(func.count()).select_from(Publication).where(col(Publication.office) == office, *condition)  # type: ignore[arg-type]  # SQL expressions
        ).one()

    waiting = col(Publication.receipted_at).is_(None) | (
        (col(Publication.channel) == Channel.NATIONAL) & col(Publication.published_at).is_(None)
    )
    unsent = session.exec(
        select(func.count())
        .select_from(Outbox)
        .where(col(Outbox.source) == exchange_id(office), col(Outbox.sent_at).is_(None))
    ).one()
    return ExchangeProgress(
        office=office,
        queued=count(col(Publication.sent_at).is_(None)),
        unanswered=count(col(Publication.sent_at).is_not(None), waiting),
        rejected=count(col(Publication.rejected).is_not(None), col(Publication.receipted_at).is_(None)),
        facts=facts,
        outbox=unsent,
    )


def _record(session: Session, row: Publication) -> Record:
    task = session.get_one(JointTask, row.task)
    plan = session.get_one(PlanDocument, task.document)
    visit = session.get_one(Visit, row.visit)
    subject = session.get_one(Subject, visit.subject)
    part = session.get_one(TakingPart, (row.task, row.department))
    return Record(
        key=row.key,
        kind=row.kind.value,
        channel=row.channel.value,
        plan_number=plan.number or "",
        plan_name=plan.title or "",
        task=task.id,
        task_name=task.name,
        part=part.part.label,
        organ=session.get_one(Department, row.department).name,
        subject_code=subject.code,
        subject_name=subject.name,
        completed_on=visit.completed_on.isoformat() if visit.completed_on else "",
        content=_content(session, row, visit),
    )


def _content(session: Session, row: Publication, visit: Visit) -> dict[str, object]:
    if row.kind is PublicationKind.CORRECTION:
        correction = session.get_one(Correction, row.reference)
        return {
            "item": _item(session, visit, session.get_one(Result, correction.result).item),
            "before": _labels(correction.before["categories"]),
            "after": _labels(correction.after["categories"]),
        }
    if row.kind is PublicationKind.DISPOSAL:
        disposal = session.get_one(Disposal, row.reference)
        return {"disposal": disposal.kind.label, "outcome": Outcome(disposal.outcome or "").label}
    results = session.exec(
        select(Result)
        .where(col(Result.visit) == visit.id, col(Result.cycle) == row.cycle)
        .order_by(col(Result.item))
    )
    return {
        "results": [
            {"item": _item(session, visit, result.item), "result": _labels(result.categories)}
            for result in results
        ]
    }


def _item(session: Session, visit: Visit, code: str) -> str:
    item = session.exec(
        select(CheckItem.name).where(
            col(CheckItem.department) == visit.department, col(CheckItem.code) == code
        )
    ).one()
    return str(item)


def _labels(categories: Sequence[str]) -> list[str]:
    return [Category(category).label for category in categories]
