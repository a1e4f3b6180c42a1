"""Outcomes whose decision fell before they were public: not sent any more, or withdrawn (决定撤销后不再公示)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from activities import audit
from activities.clocks.waits import Clocks
from models.outcomes import NEVER_SENT, Annulment, Publication, PublicationKind
from rules.refusal import Refusal


def has_fallen(session: Session, publication: Publication) -> bool:
    """Whether what would be public by this record is an outcome whose decision does not stand any more."""
    outcome = publication.kind is PublicationKind.DISPOSAL
    return outcome and session.get(Annulment, publication.reference) is not None


def refuse_fallen(session: Session, publication: Publication) -> None:
    """Refuse `DecisionFallen`: nobody makes public what was annulled."""
    if has_fallen(session, publication):
        raise Refusal(
            "DecisionFallen", f"{publication.id} 的处置决定已被撤销，不再公示；证明无须提交，也无须作废"
        )


def expected() -> ColumnElement[bool]:
    """The outcomes that are to be public, and all that is no outcome."""
    fallen = col(Publication.reference).in_(select(Annulment.disposal))
    return (col(Publication.kind) != PublicationKind.DISPOSAL) | ~fallen


def to_be_sent() -> ColumnElement[bool]:
    """Not among those that were taken out before they were sent."""
    return col(Publication.batch).is_(None) | (col(Publication.batch) != NEVER_SENT)


def at_the_platform(publication: Publication) -> bool:
    """Whether the platform has the record, or will: a batch is sent to the letter, and may be on its way."""
    return publication.batch is not None and publication.rejected is None


def take_out(publication: Publication) -> None:
    """It is not sent any more; what the platform said of it stays in its rejections."""
    publication.batch, publication.sent_at, publication.rejected = NEVER_SENT, None, None


def rejected_since(clocks: Clocks, rejected: Iterable[Publication], now: datetime, *, by: str) -> None:
    """The platform refused an outcome that fell while it was on its way: there is nothing to send, or to withdraw."""
    session = clocks.session
    for row in rejected:
        both = _with_its_withdrawal(session, row)
        outcome = both.get(PublicationKind.DISPOSAL)
        if outcome is None or not has_fallen(session, outcome):
            continue
        if outcome.batch != NEVER_SENT and outcome.rejected is None:
            continue  # The withdrawal alone was refused: the platform has the outcome.
        for one in both.values():
            if one.receipted_at is None:
                take_out(one)
        clocks.settle_key(withdrawal_key(row.reference), by=by)
        detail = {"records": sorted(one.key for one in both.values())}
        audit.record(session, audit.task_chain(row.task), "publication.taken_out", at=now, detail=detail)


def withdrawal_key(disposal: str) -> str:
    """The key of the wait in which an outcome is withdrawn."""
    return f"disposal/{disposal}/withdrawal"


def _with_its_withdrawal(session: Session, row: Publication) -> dict[PublicationKind, Publication]:
    kinds = (PublicationKind.DISPOSAL, PublicationKind.WITHDRAWAL)
    if row.kind not in kinds:
        return {}
    found = session.exec(
        select(Publication).where(
            col(Publication.kind).in_(kinds), col(Publication.reference) == row.reference
        )
    )
    return {one.kind: one for one in found}
