"""Levers in bulk: a job is a list of papers, each an ordinary message under an id of its own (批量办理)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from activities import audit
from activities.lookup import chunks
from activities.papers.filing import Actor, Trial, try_out
from activities.papers.rulings import RULINGS
from adapters.database import Database
from models.operations import BulkJob
from models.papers import Paper
from models.trail import Answer, Outcome


@dataclass(frozen=True)
class BulkRow:
    """One row: what it is about, and the paper that it becomes, or why it becomes none."""

    number: int
    about: str
    target: str = ""
    kind: str = ""
    content: Mapping[str, Any] | None = None
    fault: str = ""
    """What is wrong with the row itself, in words; '' where it is sound."""

    @property
    def paper(self) -> Paper:
        """The row's paper."""
        return RULINGS[self.kind].paper.model_validate(self.content)

    def stored(self) -> dict[str, Any]:
        """As it stands in the job."""
        return {
            "number": self.number,
            "about": self.about,
            "target": self.target,
            "kind": self.kind,
            "content": self.content,
            "fault": self.fault,
        }


def rows_of(job: BulkJob) -> list[BulkRow]:
    """A job's rows in order."""
    return [BulkRow(**row) for row in job.rows]


def actor_of(job: BulkJob) -> Actor:
    """Who began a job: all its messages are theirs."""
    return Actor(job.actor, job.role, job.department, job.acting_for)


def message_id(job: str, number: int) -> str:
    """The id of a row's message: the same however often the job is taken up again."""
    return hashlib.sha256(f"bulk|{job}|{number}".encode()).hexdigest()[:32]


def begin(session: Session, job: BulkJob) -> None:
    """Put a job on record, before its first message."""
    session.add(job)
    session.flush()
    audit.record(
        session,
        audit.office_chain(job.office),
        "bulk.begun",
        at=job.made_at,
        actor=job.actor,
        acting_for=job.acting_for,
        role=job.role.value,
        department=job.department,
        detail={"job": job.id, "lever": job.lever, "rows": len(job.rows), "source": job.source},
    )


def answers_of(session: Session, job: BulkJob) -> dict[int, Answer]:
    """The answers that a job has got, by row."""
    numbers = {message_id(job.id, row["number"]): int(row["number"]) for row in job.rows}
    return {
        numbers[answer.submission]: answer
        for some in chunks(numbers)
        for answer in session.exec(select(Answer).where(col(Answer.submission).in_(some)))
    }


def rehearse(database: Database, rows: Sequence[BulkRow], job: BulkJob) -> dict[int, Trial]:
    """What each sound row would be answered, alone and now; nothing is kept."""
    actor = actor_of(job)
    return {
        row.number: try_out(database, row.target, row.paper, actor, job.made_at)
        for row in rows
        if not row.fault
    }


def counts_of(session: Session, job: BulkJob) -> dict[str, int]:
    """How far a job is: done, refused (the row's own faults among them), and still to do."""
    answers = answers_of(session, job)
    done = sum(answer.outcome is Outcome.ACCEPTED for answer in answers.values())
    faults = sum(bool(row["fault"]) for row in job.rows)
    refused = len(answers) - done + faults
    return {"rows": len(job.rows), "done": done, "refused": refused, "left": len(job.rows) - done - refused}
