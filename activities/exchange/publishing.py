"""What is on its way to the public: entry's receipt, forwarding and publication are three facts (公示)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from activities.clocks.waits import Clocks
from activities.exchange.fallen import has_fallen
from activities.exchange.stated import ended_at
from activities.lookup import chunks
from activities.results.passage import await_next, move
from activities.standing import plan_of
from activities.waking import wake
from models.outcomes import Disposal, Publication, PublicationKind
from models.task import JointTask, TakingPart, Visit
from rules.calendar import local_day
from rules.channel import Channel
from rules.policy import PolicyKey
from rules.stages import TaskStatus, VisitStage
from rules.waits import WaitKind


def scope_of(publication: Publication) -> str:
    """The workflow that waits for a publication."""
    if publication.kind is PublicationKind.RESULT:
        return f"joint-task/{publication.task}"
    if publication.kind is PublicationKind.CORRECTION:
        return f"correction/{publication.reference}"
    return f"disposal/{publication.reference}"


def receipt(clocks: Clocks, publications: Iterable[Publication], *, by: str) -> None:
    """The platform's receipts came: results are entered; what is not published yet is waited for."""
    session = clocks.session
    visits: dict[tuple[str, str, Channel, date], list[Visit]] = {}
    publications = list(publications)
    known = _visits_of(session, publications)
    stated = {row.visit: row.receipted_at or clocks.now for row in publications}
    for publication in publications:
        if publication.kind is PublicationKind.RESULT:
            visit = known[publication.visit]
            if visit.stage is VisitStage.APPROVED:
                # The platform forwards from the day of its receipt; a department can only act once it is read.
                national = publication.channel is Channel.NATIONAL
                begins = local_day(stated[visit.id]) if national else clocks.today
                group = (publication.task, publication.department, publication.channel, begins)
                visits.setdefault(group, []).append(visit)
        elif publication.kind is PublicationKind.WITHDRAWAL:
            # A withdrawal's one wait runs from the decision until it is done.
            _end_unseen(session, publication)
        elif not has_fallen(session, publication):
            _await_publication(clocks, publication, by=by)
    for (task, department, channel, begins), members in visits.items():
        part = session.get_one(TakingPart, (task, department))
        ended = ended_at(clocks, members, stated, col(Publication.receipted_at))
        move(clocks, part, members, VisitStage.RECEIPTED, by=by, ended=ended)
        if session.get_one(JointTask, task).status is not TaskStatus.OPEN:
            continue  # Cancelled after its results went out: the fact is kept, nobody owes the rest.
        stops_at = clocks.policies.value(PolicyKey.ENTRY_STOPS_AT, department, plan_of(task))
        kind = WaitKind.FORWARD if channel is Channel.NATIONAL else WaitKind.PROOF
        await_next(clocks, kind, members, by=by, anchor=begins, inside_clock=stops_at == "publication")


def published(clocks: Clocks, publications: Iterable[Publication], *, by: str) -> None:
    """Publication is a fact: results leave stage 7, a correction or disposal can end."""
    session = clocks.session
    publications = list(publications)
    known = _visits_of(session, publications)
    stated = {row.visit: row.published_at or clocks.now for row in publications}
    visits: dict[tuple[str, str], list[Visit]] = {}
    for publication in publications:
        if publication.kind is PublicationKind.RESULT:
            visit = known[publication.visit]
            if visit.stage is VisitStage.RECEIPTED and publication.receipted_at is not None:
                visits.setdefault((publication.task, publication.department), []).append(visit)
        elif publication.receipted_at is not None and not has_fallen(session, publication):
            clocks.settle_scope(scope_of(publication), by=by, at=publication.published_at)
            if publication.kind is PublicationKind.DISPOSAL:
                end_disposal(session, session.get_one(Disposal, publication.reference), clocks.now)
    for own, members in visits.items():
        ended = ended_at(clocks, members, stated, col(Publication.published_at))
        move(clocks, session.get_one(TakingPart, own), members, VisitStage.PUBLISHED, by=by, ended=ended)


def unpublish(clocks: Clocks, publications: Iterable[Publication], *, by: str) -> None:
    """What was thought public is not proved: it is waited for anew, with a period of its own."""
    session = clocks.session
    publications = list(publications)
    known = _visits_of(session, publications)
    visits: dict[tuple[str, str], list[Visit]] = {}
    for publication in publications:
        if publication.kind is PublicationKind.RESULT:
            visits.setdefault((publication.task, publication.department), []).append(known[publication.visit])
            continue
        if publication.kind is PublicationKind.DISPOSAL:
            disposal = session.get_one(Disposal, publication.reference)
            disposal.closed_at = None
            session.get_one(TakingPart, (disposal.task, disposal.department)).disposals_open += 1
        withdrawn = publication.kind is PublicationKind.WITHDRAWAL
        clocks.open(
            WaitKind.WITHDRAWAL if withdrawn else WaitKind.PROOF,
            key=f"{publication.key}|publish/{by}",
            scope=scope_of(publication),
            task=publication.task,
            department=publication.department,
            opened_by=by,
        )
    for (task, department), members in visits.items():
        move(clocks, session.get_one(TakingPart, (task, department)), members, VisitStage.RECEIPTED, by=by)
        wait = clocks.open(
            WaitKind.PROOF,
            key=f"{task}/{WaitKind.PROOF.value}/{department}/{by}",
            scope=f"joint-task/{task}",
            task=task,
            department=department,
            opened_by=by,
            count=len(members),
        )
        for visit in members:
            visit.wait = wait.id


def await_receipt(clocks: Clocks, publication: Publication, *, by: str) -> None:
    """A correction's or disposal's publication opens a wait in its own scope."""
    clocks.open(
        WaitKind.RECEIPT,
        key=f"{publication.key}|receipt",
        scope=scope_of(publication),
        task=publication.task,
        department=publication.department,
        opened_by=by,
        due=publication.due_day,
        clause=_clause(clocks, publication),
    )


def _clause(clocks: Clocks, publication: Publication) -> str:
    """Where a last day of a publication's own comes from: only a penalty has one."""
    if publication.due_day is None:
        return ""
    return clocks.policies.clause(PolicyKey.PENALTY_PUBLICATION_DAYS, publication.department)


def end_disposal(session: Session, disposal: Disposal, now: datetime) -> None:
    """A disposal ends when its outcome is published; its task counts one fewer and is told."""
    if disposal.closed_at is None:
        disposal.closed_at = now
        part = session.get_one(TakingPart, (disposal.task, disposal.department))
        part.disposals_open -= 1
        wake(session, f"joint-task/{disposal.task}", "disposal ended", source=disposal.task, now=now)


def _end_unseen(session: Session, withdrawal: Publication) -> None:
    """What no page of the department's has shown is withdrawn with the platform's receipt: no page can prove more."""
    if withdrawal.channel is Channel.OWN_SITE and withdrawal.published_at is None:
        shown = select(Publication.published_at).where(
            col(Publication.kind) == PublicationKind.DISPOSAL,
            col(Publication.reference) == withdrawal.reference,
        )
        if session.exec(shown).first() is None:
            withdrawal.published_at = withdrawal.receipted_at


def _visits_of(session: Session, publications: Sequence[Publication]) -> dict[str, Visit]:
    """The visits behind results, by id."""
    ids = [one.visit for one in publications if one.kind is PublicationKind.RESULT]
    return {
        row.id: row
        for some in chunks(ids)
        for row in session.exec(select(Visit).where(col(Visit.id).in_(some)))
    }


def _await_publication(clocks: Clocks, publication: Publication, *, by: str) -> None:
    clocks.settle_key(f"{publication.key}|receipt", by=by, at=publication.receipted_at)
    # A fact that follows the receipt in a file of its own comes by here again.
    if publication.published_at is None and clocks.find(f"{publication.key}|publish") is None:
        national = publication.channel is Channel.NATIONAL
        clocks.open(
            WaitKind.FORWARD if national else WaitKind.PROOF,
            key=f"{publication.key}|publish",
            scope=scope_of(publication),
            task=publication.task,
            department=publication.department,
            opened_by=by,
            anchor=local_day(publication.receipted_at or clocks.now) if national else None,
            due=publication.due_day,
            clause=_clause(clocks, publication),
        )
