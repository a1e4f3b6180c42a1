"""What a task came to, in business terms: equal for two plays however often either was broken off."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from activities import audit
from activities.audit import task_chain
from activities.exchange.publishing import scope_of
from adapters.database import Database
from models.exchange import Declaration
from models.outcomes import (
    Correction,
    CorrectionDecision,
    Disposal,
    DisposalEntry,
    Publication,
    Result,
    ResultDecision,
    Summary,
)
from models.registers import Officer, Subject
from models.task import Assignment, Commitment, DrawAct, DrawnSubject, DrawStep, JointTask, TakingPart, Visit
from models.trail import Answer, AuditEvent, Notification, RungFire, Submission, Wait
from tests.platform import Standing

_UNEVEN = frozenset(
    {
        "platform.facts",
        "workflow.rebuilt",
        "engine.terminated",
        "engine.reset",
        "engine.cancelled",
        "paper.lost",
        "history.archived",
    }
)
"""Events that tell of batches, blows, losses and rebuilds, not of the task."""


@dataclass(frozen=True)
class Outcome:
    """The drawn list, the assignments, the tables, and how often each effect took place."""

    status: str
    drawn: list[tuple[Any, ...]]
    assignments: dict[tuple[str, str], list[tuple[str, bool]]]
    tables: list[tuple[str, int, Any, int]]
    parts: list[dict[str, Any]]
    effects: Counter[str]


def outcome_of(database: Database, task: str) -> Outcome:
    """Read a task's outcome."""
    with database.read() as session:
        return Outcome(
            status=session.get_one(JointTask, task).status.value,
            drawn=_drawn(session, task),
            assignments=_assignments(session, task),
            tables=_tables(session, task),
            parts=_parts(session, task),
            effects=_effects(session, task),
        )


def faults_of(database: Database, task: str) -> list[str]:
    """What must not be at any moment: a broken chain, a wait without its clock, a count that lies."""
    with database.read() as session:
        faults = audit.verify(session)
        unanswered = session.exec(
            select(Submission.id)
            .outerjoin(Answer, col(Answer.submission) == col(Submission.id))
            .where(col(Answer.submission).is_(None))
        ).all()
        faults += [f"unanswered: {one}" for one in unanswered]
        for part in session.exec(select(TakingPart).where(col(TakingPart.task) == task)):
            faults += _lies(session, part)
    return faults


_COUNTED = {
    "matched": ("matched", "visited", "submitted", "returned", "approved", "receipted", "published"),
    "visited": ("visited", "submitted", "returned", "approved", "receipted", "published"),
    "submitted": ("submitted", "approved", "receipted", "published"),
    "approved": ("approved", "receipted", "published"),
    "receipted": ("receipted", "published"),
    "published": ("published",),
}
"""The states that each counter of a department's part counts."""


def _lies(session: Session, part: TakingPart) -> list[str]:
    """Counters of a part that differ from its rows."""
    mine = (col(Visit.task) == part.task, col(Visit.department) == part.department)
    stages = Counter(str(stage) for stage in session.exec(select(Visit.stage).where(*mine)))
    disposals = session.exec(
        select(Disposal).where(col(Disposal.task) == part.task, col(Disposal.department) == part.department)
    ).all()
    summaries = session.exec(
        select(Summary).where(col(Summary.task) == part.task, col(Summary.department) == part.department)
    ).all()
    true = {name: sum(stages[stage] for stage in counted) for name, counted in _COUNTED.items()}
    true |= {
        "subjects": sum(stages.values()) - stages["withdrawn"],
        "disposals": len(disposals),
        "disposals_open": sum(one.closed_at is None for one in disposals),
        "summaries": len(summaries),
        "summaries_open": sum(one.receipted is None for one in summaries),
    }
    return [
        f"{part.department}: {name} is {getattr(part, name)}, counted {count}"
        for name, count in true.items()
        if getattr(part, name) != count
    ]


def _drawn(session: Session, task: str) -> list[tuple[Any, ...]]:
    rows = session.exec(
        select(DrawnSubject, Subject.code)
        .join(Subject, col(Subject.id) == col(DrawnSubject.subject))
        .where(col(DrawnSubject.task) == task)
    )
    return sorted((row.act, row.rank, code, row.stratum, row.credit_class) for row, code in rows)


def _assignments(session: Session, task: str) -> dict[tuple[str, str], list[tuple[str, bool]]]:
    rows = session.exec(
        select(Visit.department, Subject.code, Officer.code, Assignment.leader)
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .join(Assignment, col(Assignment.visit) == col(Visit.id))
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .where(col(Visit.task) == task, col(Assignment.current).is_(True))
    )
    found: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for department, subject, officer, leader in rows:
        found.setdefault((department, subject), []).append((officer, leader))
    return {key: sorted(officers) for key, officers in found.items()}


def _tables(session: Session, task: str) -> list[tuple[str, int, Any, int]]:
    rows = session.exec(select(Summary).where(col(Summary.task) == task))
    return sorted(
        ((row.department, row.number, row.content, row.disposals_open) for row in rows),
        key=lambda row: row[:2],
    )


def _parts(session: Session, task: str) -> list[dict[str, Any]]:
    rows = session.exec(
        select(TakingPart).where(col(TakingPart.task) == task).order_by(col(TakingPart.department))
    )
    return [row.model_dump(exclude={"stage_since"}) for row in rows]


def _effects(session: Session, task: str) -> Counter[str]:
    """How often each effect of a task stands in the database."""
    visits = select(Visit.id).where(col(Visit.task) == task)
    results = select(Result.id).where(col(Result.visit).in_(visits))
    corrections = select(Correction.id).where(col(Correction.result).in_(results))
    found: Counter[str] = Counter()
    for submission, answer in session.exec(
        select(Submission, Answer).join(Answer, col(Answer.submission) == col(Submission.id))
    ):
        found[f"paper {submission.kind} {answer.outcome} {answer.type} {submission.department}"] += 1
    for event in session.exec(select(AuditEvent.event).where(col(AuditEvent.chain) == task_chain(task))):
        found[f"audit {event}"] += event not in _UNEVEN
    for one in session.exec(select(Publication).where(col(Publication.task) == task)):
        done = bool(one.receipt), one.sent_at is not None, one.published_at is not None
        found[f"publication {scope_of(one).split('/')[0]} {one.department} {one.channel} {done}"] += 1
    for wait in session.exec(select(Wait).where(col(Wait.task) == task)):
        closed = "closed" if wait.closed_at else "open"
        found[f"wait {wait.kind} {wait.department} {closed}"] += wait.total
    for notice in session.exec(select(Notification).where(col(Notification.task) == task)):
        found[f"notice {notice.event} {notice.department} {notice.role}"] += 1
    for case in session.exec(select(Disposal).where(col(Disposal.task) == task)):
        found[f"disposal {case.kind} {case.owner} {case.state} {case.outcome}"] += 1
    for verdict in session.exec(select(ResultDecision.verdict).where(col(ResultDecision.visit).in_(visits))):
        found[f"decision {verdict}"] += 1
    rows: dict[str, Any] = {
        "visits": visits,
        "results": results,
        "corrections": corrections,
        "signatures": select(CorrectionDecision.correction).where(
            col(CorrectionDecision.correction).in_(corrections)
        ),
        "disposal steps": select(DisposalEntry.step)
        .join(Disposal, col(Disposal.id) == col(DisposalEntry.disposal))
        .where(col(Disposal.task) == task),
        "draw acts": select(DrawAct.number).where(col(DrawAct.task) == task),
        "draw steps": select(DrawStep.step).where(col(DrawStep.task) == task),
        "commitments": select(Commitment.department).where(col(Commitment.task) == task),
        "rungs": select(RungFire.rung),
    }
    for name, statement in rows.items():
        found[name] = len(session.exec(statement).all())
    return +found


def agree(database: Database, platform: Standing) -> None:
    """Every business key once on either side, each with its receipt."""
    with database.read() as session:
        rows = {one.key: one.receipt for one in session.exec(select(Publication))}
        rows |= {one.key: one.receipt for one in session.exec(select(Declaration))}
    state = platform.platform.state()
    assert set(rows) == {one["key"] for one in state["records"]}
    assert all(rows.values())
    assert 0 == state["doubles"]
