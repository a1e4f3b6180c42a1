"""What the platform said, recorded once: receipts, forwarding, publication, rejections (平台回执)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlmodel import Session, col, select

from activities import audit
from activities.clocks.waits import Clocks
from activities.desk.notices import notify
from activities.exchange.doubts import MOMENTS, sound
from activities.exchange.fallen import rejected_since
from activities.exchange.publishing import published, receipt, scope_of
from activities.exchange.queueing import exchange_id
from activities.lookup import chunks
from activities.progress import advance
from activities.waking import wake
from adapters.exchange import Fact
from models.exchange import Declaration, ExchangeRejection
from models.outcomes import Publication
from models.task import JointTask, TakingPart
from rules.roles import Role


def record_facts(
    session: Session, office: str, facts: Sequence[Fact], now: datetime, *, answer: str = ""
) -> int:
    """Record what the platform says, each fact once; tasks move on and are woken. Returns the new ones.

    Clocks stop at the moment that it states; the trail keeps when it was read, and in which answer.
    What can't be true is left out, and told to the office.
    """
    keys = {fact.key for fact in facts}
    rows = [
        row
        for some in chunks(keys)
        for row in session.exec(
            select(Publication).where(col(Publication.office) == office, col(Publication.key).in_(some))
        )
    ]
    declared = [
        row
        for some in chunks(keys)
        for row in session.exec(
            select(Declaration).where(col(Declaration.office) == office, col(Declaration.key).in_(some))
        )
    ]
    known: dict[str, Publication | Declaration] = {row.key: row for row in rows}
    known |= {row.key: row for row in declared}
    by_key: dict[str, list[Fact]] = {}
    for fact in sound(session, office, facts, known, now):
        by_key.setdefault(fact.key, []).append(fact)
    come = _Come(session, office, by_key, now, answer)
    fresh = _record_publications(come, [row for row in rows if row.key in by_key])
    return fresh + _record_declarations(come)


@dataclass(frozen=True)
class _Come:
    """What came in one answer, by record."""

    session: Session
    office: str
    facts: Mapping[str, Sequence[Fact]]
    now: datetime
    answer: str

    def note(self, task: str, rows: Sequence[Publication | Declaration], fresh: int) -> None:
        """The trail of a task: what the platform states, and when that was read."""
        stated = [fact.at for row in rows for fact in self.facts[row.key]]
        audit.record(
            self.session,
            audit.task_chain(task),
            "platform.facts",
            at=self.now,
            detail={
                "facts": fresh,
                "records": len(rows),
                "answer": self.answer,
                "stated": [min(stated).isoformat(), max(stated).isoformat()],
            },
        )


def _record_publications(come: _Come, rows: list[Publication]) -> int:
    session, office, now = come.session, come.office, come.now
    rows.sort(key=lambda row: (row.task, row.key))
    fresh_facts = 0
    for task_id, group in groupby(rows, key=lambda row: row.task):
        task = session.get_one(JointTask, task_id, with_for_update=True)
        clocks = Clocks(session, office, now)
        # Held on to: whoever asks for a part below finds it here.
        parts = session.exec(select(TakingPart).where(col(TakingPart.task) == task_id)).all()
        members = list(group)
        fresh = _note_all(come, members)
        if not fresh:
            continue
        fresh_facts += fresh
        by = f"receipts of {len(members)}, read {now:%Y-%m-%dT%H:%MZ}"
        receipt(clocks, [row for row in members if row.receipted_at is not None], by=by)
        published(clocks, [row for row in members if row.published_at is not None], by=by)
        rejected_since(clocks, [row for row in members if row.rejected is not None], now, by=by)
        _tell_rejected(session, [row for row in members if row.rejected is not None], now)
        advance(clocks, task, parts)
        come.note(task_id, members, fresh)
        for workflow in sorted({scope_of(row) for row in members} | {f"joint-task/{task_id}"}):
            wake(session, workflow, "receipts", source=exchange_id(office), now=now, count=fresh)
    return fresh_facts


def _record_declarations(come: _Come) -> int:
    session, office = come.session, come.office
    rows = [
        row
        for some in chunks(come.facts)
        for row in session.exec(
            select(Declaration)
            .where(col(Declaration.office) == office, col(Declaration.key).in_(some))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ]
    fresh = 0
    for task_id, group in groupby(sorted(rows, key=lambda row: row.task), key=lambda row: row.task):
        members = list(group)
        known = [
            _note(session, row, fact, office)
            for row in members
            for fact in come.facts[row.key]
            # A declaration is entered, or rejected; nothing of it is published.
            if fact.fact in ("entered", "rejected")
        ]
        _tell_rejected(session, [row for row in members if row.rejected is not None], come.now)
        if any(known):
            come.note(task_id, members, sum(known))
        fresh += sum(known)
    return fresh


def _note_all(come: _Come, rows: Sequence[Publication]) -> int:
    """Write the facts of some records, the first of each, then the second of each; returns the new ones.

    Rows that change alike are one statement: what was entered and published and what was only entered would be many.
    """
    session, facts = come.session, come.facts
    fresh = 0
    for place in range(max(len(facts[row.key]) for row in rows)):
        fresh += sum(
            _note(session, row, facts[row.key][place], come.office)
            for row in rows
            if place < len(facts[row.key])
        )
        session.flush()
    return fresh


def _note(session: Session, row: Publication | Declaration, fact: Fact, office: str) -> bool:
    """Write one fact to its row; false where it was known, or speaks of a revision that is past."""
    if fact.fact == "rejected":
        return _reject(session, row, fact, office)
    moment = MOMENTS[fact.fact]
    if getattr(row, moment) is not None:
        return False
    setattr(row, moment, fact.at)
    if fact.fact == "entered":
        row.receipt, row.rejected = fact.receipt, None
    return True


def _reject(session: Session, row: Publication | Declaration, fact: Fact, office: str) -> bool:
    if session.get(ExchangeRejection, (row.key, fact.revision)) is not None:
        return False
    session.add(
        ExchangeRejection(
            key=row.key,
            revision=fact.revision,
            office=office,
            reason=fact.reason,
            fields=fact.fields,
            at=fact.at,
        )
    )
    if fact.revision == row.revision and row.receipted_at is None:
        row.rejected = fact.reason
    return True


def _tell_rejected(session: Session, rows: Iterable[Publication | Declaration], now: datetime) -> None:
    """The handler of each department is told at once, once a batch."""
    groups: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = (row.task, row.department, row.batch or "")
        groups[key] = groups.get(key, 0) + 1
    for (task, department, batch), count in groups.items():
        notify(
            session,
            department,
            Role.HANDLER,
            key=f"{task}/{department}/rejected/{batch}",
            event="rejected",
            text=f"任务 {task}：省平台退回{count}项报送，原因逐项见 publication list {task} --rejected，更正后重新报送",
            now=now,
            task=task,
            urgent=True,
        )
