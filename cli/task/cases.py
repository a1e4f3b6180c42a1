"""What a task's disposals and corrections wait for, beside the task itself (处置与更正)."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from activities.clocks.wording import Told, told
from activities.progress import open_waits
from cli.tables import print_table
from models.messages import WaitLine
from models.outcomes import Disposal, Result
from models.registers import Subject
from models.task import Visit
from models.trail import Wait
from rules.ladder import Level
from rules.roles import Role
from workflows.waiting import last_day, moment

_COLUMNS = {
    "name": "检查对象",
    "who": "等谁",
    "what": "办什么",
    "since": "自何时",
    "due": "期限",
    "command": "怎样办",
}


@dataclass(frozen=True)
class CaseWait:
    """An open wait of a disposal or correction, with the subject that it is about."""

    scope: str
    line: WaitLine
    said: Told
    subject: str

    def view(self) -> dict[str, Any]:
        """For a program."""
        made = {"scope": self.scope, **self.line.model_dump(mode="json")}
        return made | {"what": self.said.what, "command": self.said.command, "subject": self.subject}

    def row(self) -> dict[str, Any]:
        """For a person."""
        return {
            "name": self.subject,
            "who": f"{self.line.name} {Role(self.line.role).label}",
            "what": self.said.what + (" ⚠" if self.line.level >= Level.HEAD else ""),
            "since": moment(self.line.since),
            "due": last_day(self.line),
            "command": self.said.command,
        }


def case_waits(session: Session, task: str) -> list[CaseWait]:
    """The open waits of the task's disposals and corrections, and of its referrals."""
    scopes = session.exec(
        select(Wait.scope)
        .where(col(Wait.task) == task, col(Wait.scope) != f"joint-task/{task}", col(Wait.closed_at).is_(None))
        .distinct()
        .order_by(col(Wait.scope))
    ).all()
    return [one for scope in scopes for one in waits_in(session, scope)]


def waits_in(session: Session, scope: str) -> list[CaseWait]:
    """The open waits of one disposal or correction."""
    lines = open_waits(session, scope)[0]
    rows = session.exec(select(Wait).where(col(Wait.id).in_([line.id for line in lines]))).all()
    said, subject = told(session, rows), _subject(session, scope)
    return [CaseWait(scope, line, said[line.id], subject) for line in lines]


def print_cases(cases: list[CaseWait], *, title: str) -> None:
    """Who, since when, until when, how."""
    print_table(_COLUMNS, [one.row() for one in cases], title=title)


def _subject(session: Session, scope: str) -> str:
    """The subject of a disposal, correction or retraction; '' for a desk."""
    kind, case = scope.split("/", 1)
    visit = None
    if kind == "disposal" and (disposal := session.get(Disposal, case)):
        visit = disposal.visit
    if kind == "correction":
        # What is corrected is a result, or what lies behind a visit.
        behind = case.rsplit("/", 1)[0]
        visit = result.visit if (result := session.get(Result, behind)) else behind
    return session.get_one(Subject, session.get_one(Visit, visit).subject).name if visit else ""
