"""What a record says (报送内容): composed from the rows, and nothing beyond what may be told."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from activities.lookup import chunks, subjects_by_id
from activities.results.corrected import standing_categories
from adapters.exchange import Batch, Record
from models.exchange import Declaration, RecordAmendment
from models.organisation import Department
from models.outcomes import (
    Annulment,
    Correction,
    Disposal,
    Publication,
    PublicationKind,
    Result,
)
from models.plan import PlanDocument
from models.registers import CheckItem, Subject
from models.task import JointTask, TakingPart, Visit
from rules.disposal import DisposalOutcome
from rules.publicity import public_text
from rules.results import Category

_OF_TASK = (
    select(JointTask, PlanDocument, TakingPart.part, Department.name)
    .join(PlanDocument, col(PlanDocument.id) == col(JointTask.document))
    .join(TakingPart, col(TakingPart.task) == col(JointTask.id))
    .join(Department, col(Department.id) == col(TakingPart.department))
    .where(col(JointTask.id) == bindparam("task"), col(Department.id) == bindparam("department"))
)


def compose(
    session: Session, office: str, declarations: Sequence[Declaration], publications: Sequence[Publication]
) -> Batch:
    """A batch, its id made of all that it says: the same records are the same batch, also after a restore."""
    rows = _Rows(session, publications)
    records = [rows.declared(row) for row in declarations]
    records += [rows.published(row) for row in publications]
    records.sort(key=lambda one: one.key)
    text = "\n".join(one.model_dump_json() for one in records)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Batch(batch=f"{office}-{digest[:24]}", office=office, records=records)


def record_of(session: Session, row: Publication | Declaration) -> Record:
    """The record as it would be sent now."""
    if isinstance(row, Declaration):
        return _Rows(session, ()).declared(row)
    return _Rows(session, (row,)).published(row)


class _Rows:
    """The rows that a batch's records are composed from, read in sets."""

    def __init__(self, session: Session, publications: Sequence[Publication]) -> None:
        self._session = session
        ids = sorted({one.visit for one in publications})
        found = [
            visit
            for some in chunks(ids)
            for visit in session.exec(select(Visit).where(col(Visit.id).in_(some)))
        ]
        self._visits = {visit.id: visit for visit in found}
        self._subjects = subjects_by_id(session, (visit.subject for visit in found))
        self._items = self._names({visit.department for visit in found})
        self._results = self._read_results(publications)
        self._tasks: dict[tuple[str, str], dict[str, str]] = {}

    def declared(self, row: Declaration) -> Record:
        """The record of a task or of a department's claim."""
        made = Record(
            key=row.key,
            revision=row.revision,
            kind=row.kind.value,
            content=row.content,
            **self._of_task(row.task, row.department),
        )
        return self._amended(made) if _again(row) else made

    def published(self, row: Publication) -> Record:
        """The record of results, a correction, an outcome or a withdrawal, under the subject's name."""
        visit = self._visits[row.visit]
        subject = self._subjects[visit.subject]
        made = Record(
            key=row.key,
            revision=row.revision,
            kind=row.kind.value,
            channel=row.channel.value,
            subject_code=subject.code,
            subject_name=subject.name,
            completed_on=visit.completed_on.isoformat() if visit.completed_on else "",
            content=self._content(row, visit, subject),
            **self._of_task(row.task, row.department),
        )
        return self._amended(made) if _again(row) else made

    def _amended(self, record: Record) -> Record:
        """The record with the fields that a head has signed for."""
        rows = self._session.exec(
            select(RecordAmendment)
            .where(col(RecordAmendment.key) == record.key)
            .order_by(col(RecordAmendment.number))
        )
        return record.model_copy(update={row.field: row.value for row in rows})

    def _names(self, departments: set[str]) -> dict[tuple[str, str], str]:
        rows = self._session.exec(select(CheckItem).where(col(CheckItem.department).in_(departments)))
        return {(one.department, one.code): one.name for one in rows}

    def _read_results(self, publications: Sequence[Publication]) -> dict[tuple[str, int], list[Result]]:
        ids = [one.visit for one in publications if one.kind is PublicationKind.RESULT]
        found: dict[tuple[str, int], list[Result]] = defaultdict(list)
        for some in chunks(ids):
            statement = select(Result).where(col(Result.visit).in_(some)).order_by(col(Result.item))
            for one in self._session.exec(statement):
                found[one.visit, one.cycle].append(one)
        return found

    def _of_task(self, task_id: str, department: str) -> dict[str, str]:
        known = self._tasks.get((task_id, department))
        if known is None:
            task, plan, part, organ = self._session.execute(
                _OF_TASK, {"task": task_id, "department": department}
            ).one()
            known = self._tasks[task_id, department] = {
                "plan_number": plan.number or "",
                "plan_name": plan.title or "",
                "task": task.id,
                "task_name": task.name,
                "part": part.label,
                "organ": organ,
            }
        return known

    def _content(self, row: Publication, visit: Visit, subject: Subject) -> dict[str, Any]:
        session = self._session
        if row.kind is PublicationKind.CORRECTION:
            correction = session.get_one(Correction, row.reference)
            item = session.get_one(Result, correction.result).item
            said: dict[str, Any] = {
                "item": self._items[visit.department, item],
                "before": labels(correction.before["categories"]),
                "after": labels(correction.after["categories"]),
            }
            if "completed_on" in correction.after:
                days = {side: getattr(correction, side)["completed_on"] for side in ("before", "after")}
                said["completed_on"] = days
            return said
        if row.kind is PublicationKind.RESULT:
            # An item that was not checked has no result to publish.
            return {
                "results": [
                    {
                        "item": self._items[visit.department, one.item],
                        "result": labels(_standing(session, row, one)),
                    }
                    for one in self._results[visit.id, row.cycle]
                    if not one.not_checked
                ]
            }
        disposal = session.get_one(Disposal, row.reference)
        outcome = {"disposal": disposal.kind.label, "outcome": DisposalOutcome(disposal.outcome or "").label}
        if row.kind is PublicationKind.WITHDRAWAL:
            fallen = session.get_one(Annulment, disposal.id)
            document = public_text(fallen.document, subject.legal_form, subject.name)
            return outcome | {"withdrawn": document, "decided_on": fallen.decided_on.isoformat()}
        return outcome


def _again(row: Publication | Declaration) -> bool:
    """Only what was rejected once can have been put right since."""
    return row.revision > 1 or row.rejected is not None


def _standing(session: Session, row: Publication, result: Result) -> list[str]:
    """What is said of a result: what was approved, or after a rejection what its head has signed since."""
    if not _again(row):
        return result.categories
    return standing_categories(session, result)


def labels(categories: Sequence[str]) -> list[str]:
    """The categories as they are printed."""
    return [Category(category).label for category in categories]
