"""A disposal as people see it: what was found, who is waited for until when, what can be done now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from activities.lookup import chunks
from activities.results.corrected import last_signed
from cli.given import department_names
from models.outcomes import Annulment, Disposal, Result
from models.registers import CheckItem, Subject
from models.retractions import RetractedGround
from models.task import Visit
from models.trail import Deadline, Wait
from rules.calendar import until_words
from rules.disposal import OUTCOMES, STEPS, DisposalOutcome, DisposalState
from rules.disposal_todo import options, taken_by
from rules.ladder import Level
from rules.results import Category
from rules.waits import WaitKind


@dataclass(frozen=True)
class Owed:
    """What a disposal waits for: of which department, until when."""

    department: str
    due: datetime
    provisional: bool
    suspended: bool
    level: int
    anchor: Any

    @property
    def until(self) -> str:
        """The due moment as people read it."""
        if self.suspended:
            return "中止中"
        late = "⚠ " if self.level >= Level.HEAD else ""
        return f"{late}{until_words(self.due)}{'（暂定）' if self.provisional else ''}"


def owed_by(session: Session, disposals: Sequence[str] | None = None) -> dict[str, Owed]:
    """What each open disposal waits for, the earliest due of several; of all, or of those named."""
    statement = (
        select(Wait, Deadline)
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(col(Wait.scope).startswith("disposal/"), col(Wait.closed_at).is_(None))
        .order_by(col(Deadline.due).desc())
    )
    if disposals is not None:
        statement = statement.where(col(Wait.scope).in_([f"disposal/{one}" for one in disposals]))
    return {
        wait.scope.removeprefix("disposal/"): Owed(
            wait.department,
            deadline.due,
            deadline.provisional,
            deadline.suspended,
            wait.level,
            deadline.anchor if wait.kind == WaitKind.DISPOSAL else None,
        )
        for wait, deadline in session.exec(statement)
    }


def annulments(session: Session, disposals: Iterable[str]) -> dict[str, Annulment]:
    """The decisions among these that have fallen."""
    return {
        row.disposal: row
        for some in chunks(disposals)
        for row in session.exec(select(Annulment).where(col(Annulment.disposal).in_(some)))
    }


def view_of(
    row: Disposal,
    subject: str,
    names: Mapping[str, str],
    owed: Owed | None,
    fallen: Annulment | None,
) -> dict[str, Any]:
    """A disposal for a program, with the words of a person beside each value."""
    outcome = DisposalOutcome(row.outcome).label if row.outcome else ""
    return {
        "disposal": row.id,
        "task": row.task,
        "name": subject,
        "kind": row.kind.value,
        "kind_name": row.kind.label,
        "state": row.state,
        "state_name": DisposalState(row.state).label,
        "owner": row.owner,
        "owner_name": names.get(row.owner, row.owner),
        "receiver": row.receiver,
        "receiver_name": names.get(row.receiver, row.receiver) if row.receiver else row.outside,
        "opened_on": row.opened_on,
        "period_days": row.period_days,
        "waits_for": names.get(owed.department, owed.department) if owed else "",
        "due": owed.due if owed else None,
        "until": _until(row, owed),
        "closed_at": row.closed_at,
        "outcome": row.outcome,
        "outcome_name": f"{outcome}（已被撤销）" if fallen else outcome,
        "annulled": fallen.model_dump(mode="json", exclude={"submission"}) if fallen else None,
        "result": row.result,
        "reason": row.reason,
    }


def names_of(session: Session, rows: Sequence[Disposal], owed: Mapping[str, Owed]) -> dict[str, str]:
    """The names of all departments that these disposals speak of."""
    ids = {one for row in rows for one in (row.owner, row.receiver) if one}
    ids |= {owed[row.id].department for row in rows if row.id in owed}
    return department_names(session, sorted(ids))


def finding_of(session: Session, disposal: Disposal) -> dict[str, Any]:
    """What was found, as corrected: a receiver decides on it, who has not seen the check."""
    result = session.get_one(Result, disposal.result)
    visit = session.get_one(Visit, result.visit)
    subject = session.get_one(Subject, visit.subject)
    item = session.exec(
        select(CheckItem.name).where(
            col(CheckItem.department) == disposal.department, col(CheckItem.code) == result.item
        )
    ).first()
    signed = last_signed(session, result.id)
    gone = set(
        session.exec(select(RetractedGround.ground).where(col(RetractedGround.ground).in_(result.evidence)))
    )
    return {
        "code": subject.code,
        "address": subject.address,
        "department": disposal.department,
        "item": f"{result.item} {item or ''}".strip(),
        "categories": [
            Category(one).label for one in (signed.after["categories"] if signed else result.categories)
        ],
        "finding": signed.after["finding"] if signed else result.finding,
        "corrected": signed.id if signed else "",
        "completed_on": visit.completed_on,
        "evidence": len(set(result.evidence) - gone),
    }


def possible_steps(disposal: Disposal) -> list[dict[str, Any]]:
    """The steps that can be taken now, each with what its command must name and who takes it."""
    here = DisposalState(disposal.state)
    possible = STEPS[disposal.kind].get(here, {})
    return [
        {
            "step": one.value,
            "label": one.label,
            "by": taken_by(one),
            "options": options(disposal.kind, here, one, outside=bool(disposal.outside)),
            "outcomes": [{"outcome": each.value, "label": each.label} for each in OUTCOMES.get(state, ())],
        }
        for one, state in possible.items()
    ]


def _until(row: Disposal, owed: Owed | None) -> str:
    """An ended disposal waits for the public, not for its owner."""
    if owed is None:
        return "待公示" if row.closed_at is None and row.outcome else ""
    ended = row.closed_at is None and not STEPS[row.kind].get(DisposalState(row.state))
    return f"{owed.until}{'（待公示）' if ended else ''}"
