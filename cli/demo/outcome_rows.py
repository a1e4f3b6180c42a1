"""What the play's second half reads of the database to know what comes next."""

from collections import Counter
from collections.abc import Sequence

from sqlmodel import Session, col, select

from activities.exchange.publishing import scope_of
from cli.demo.play import TASK
from models.outcomes import Disposal, Publication, PublicationKind, Result, Summary
from models.registers import Officer
from models.task import Assignment, Visit
from rules.channel import Channel


def officers_of(session: Session, visits: Sequence[Visit]) -> dict[str, tuple[str, ...]]:
    """The certificate numbers of each visit's matched officers, the leader first."""
    rows = session.exec(
        select(Assignment, Officer)
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .where(col(Assignment.visit).in_([one.id for one in visits]), col(Assignment.current).is_(True))
        .order_by(col(Assignment.leader).desc(), col(Officer.code))
    ).all()
    found: dict[str, tuple[str, ...]] = {}
    for assignment, officer in rows:
        found[assignment.visit] = (*found.get(assignment.visit, ()), officer.code)
    return found


def first_result(session: Session, visit: Visit) -> Result:
    """The standing result of a visit's first item."""
    return session.exec(
        select(Result)
        .where(col(Result.visit) == visit.id, col(Result.cycle) == visit.cycle)
        .order_by(col(Result.item))
    ).all()[0]


def channels(session: Session) -> Counter[Channel]:
    """How many results went through each channel."""
    rows = session.exec(
        select(Publication).where(
            col(Publication.task) == TASK, col(Publication.kind) == PublicationKind.RESULT
        )
    )
    return Counter(row.channel for row in rows)


def unproved(session: Session, task: str = TASK) -> dict[tuple[str, str], list[str]]:
    """What departments have still to publish themselves, by department and the case that waits for it."""
    rows = session.exec(
        select(Publication).where(
            col(Publication.task) == task,
            col(Publication.channel) == Channel.OWN_SITE,
            col(Publication.receipted_at).is_not(None),
            col(Publication.published_at).is_(None),
        )
    )
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        groups.setdefault((row.department, scope_of(row)), []).append(row.id)
    return groups


def unpublished(session: Session, kind: PublicationKind) -> bool:
    """Whether something of a kind is not public yet."""
    return (
        session.exec(
            select(Publication.id).where(
                col(Publication.task) == TASK,
                col(Publication.kind) == kind,
                col(Publication.published_at).is_(None),
            )
        ).first()
        is not None
    )


def disposals_of(session: Session) -> Sequence[Disposal]:
    """The task's disposals, rectifications first."""
    return session.exec(select(Disposal).where(col(Disposal.task) == TASK).order_by(col(Disposal.kind))).all()


def open_disposals(session: Session) -> bool:
    """Whether a disposal has not ended."""
    return any(one.closed_at is None for one in disposals_of(session))


def due_summaries(session: Session) -> Sequence[Summary]:
    """Summaries that are not receipted yet."""
    return session.exec(
        select(Summary)
        .where(col(Summary.task) == TASK, col(Summary.receipted).is_(None))
        .order_by(col(Summary.department), col(Summary.number))
    ).all()
