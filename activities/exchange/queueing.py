"""What goes to the platform is queued as a row, once by its business key (待报送)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from activities.lookup import chunks, subjects_by_id
from activities.waking import wake
from models.outcomes import Publication, PublicationKind, Result
from models.registers import Subject
from models.task import JointTask, Visit
from rules.channel import channel_of


def exchange_id(office: str) -> str:
    """The workflow id of an office's exchange."""
    return f"exchange/{office}"


def queue(
    session: Session,
    visit: Visit,
    kind: PublicationKind,
    reference: str,
    now: datetime,
    *,
    due_day: date | None = None,
) -> Publication:
    """Queue a correction, outcome or withdrawal; a repeat finds it queued."""
    subject = session.get_one(Subject, visit.subject)
    office = session.get_one(JointTask, visit.task).office
    key = _key(visit, subject, kind, _lasting(session, reference))
    stored = session.exec(select(Publication).where(col(Publication.key) == key)).first()
    if stored is None:
        stored = Publication(
            key=key,
            office=office,
            task=visit.task,
            department=visit.department,
            visit=visit.id,
            cycle=visit.cycle,
            kind=kind,
            reference=reference,
            channel=channel_of(subject.legal_form),
            queued_at=now,
            due_day=due_day,
        )
        session.add(stored)
        wake(session, exchange_id(office), "queued", source=visit.task, now=now, start="ExchangeWorkflow")
    return stored


def queue_results(session: Session, task: JointTask, visits: Sequence[Visit], now: datetime) -> None:
    """Queue the approved results of visits of one task; the office's exchange is told once."""
    subjects = subjects_by_id(session, (visit.subject for visit in visits))
    keyed = {
        _key(visit, subjects[visit.subject], PublicationKind.RESULT, _cycle(visit)): visit for visit in visits
    }
    known = {
        key
        for some in chunks(keyed)
        for key in session.exec(select(Publication.key).where(col(Publication.key).in_(some)))
    }
    fresh = {key: visit for key, visit in keyed.items() if key not in known}
    for key, visit in fresh.items():
        session.add(
            Publication(
                key=key,
                office=task.office,
                task=visit.task,
                department=visit.department,
                visit=visit.id,
                cycle=visit.cycle,
                kind=PublicationKind.RESULT,
                reference=_cycle(visit),
                channel=channel_of(subjects[visit.subject].legal_form),
                queued_at=now,
            )
        )
    if fresh:
        count = len(fresh)
        wake(
            session,
            exchange_id(task.office),
            "queued",
            source=task.id,
            now=now,
            start="ExchangeWorkflow",
            count=count,
        )


def _lasting(session: Session, reference: str) -> str:
    """What a reference stands for, in words that outlive the row: item, cycle and number of the case.

    An opaque id is made anew when papers are filed again after a restore; the platform would take it for another case.
    """
    result_id, _, number = reference.partition("/")
    result = session.get_one(Result, result_id)
    return f"{result.item}/c{result.cycle}/{number or 1}"


def _key(visit: Visit, subject: Subject, kind: PublicationKind, reference: str) -> str:
    """The business key of a record: the same on either side, for ever."""
    return f"{visit.task}|{visit.department}|{subject.code}|{kind.value}|{reference}"


def _cycle(visit: Visit) -> str:
    """What a set of results is referred to by: which cycle it is."""
    return f"c{visit.cycle}"
