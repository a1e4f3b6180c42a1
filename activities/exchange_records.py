"""What a record says (domain, 7): composed from the rows, and nothing beyond what may be told."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from adapters.exchange import Batch, Record
from models.exchange import Declaration, RecordAmendment
from models.organisation import Department
from models.outcomes import (
    Annulment,
    Correction,
    CorrectionDecision,
    Disposal,
    Publication,
    PublicationKind,
    Result,
    Verdict,
)
from models.plan import PlanDocument
from models.registers import CheckItem, Subject
from models.task import JointTask, TakingPart, Visit
from rules.disposal import Outcome
from rules.results import Category


def compose(
    session: Session, office: str, declarations: Sequence[Declaration], publications: Sequence[Publication]
) -> Batch:
    """A batch, its id made of all that it says: the same records are the same batch, also after a restore."""
    records = [declared(session, row) for row in declarations]
    records += [published_record(session, row) for row in publications]
    records.sort(key=lambda one: one.key)
    text = "\n".join(one.model_dump_json() for one in records)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Batch(batch=f"{office}-{digest[:24]}", office=office, records=records)


def declared(session: Session, row: Declaration) -> Record:
    """The record of a task or of a department's claim."""
    made = Record(
        key=row.key,
        revision=row.revision,
        kind=row.kind.value,
        content=row.content,
        **_of_task(session, row.task, row.department),
    )
    return _amended(session, made) if _again(row) else made


def published_record(session: Session, row: Publication) -> Record:
    """The record of results, a correction, an outcome or a withdrawal, under the subject's name."""
    visit = session.get_one(Visit, row.visit)
    subject = session.get_one(Subject, visit.subject)
    made = Record(
        key=row.key,
        revision=row.revision,
        kind=row.kind.value,
        channel=row.channel.value,
        subject_code=subject.code,
        subject_name=subject.name,
        completed_on=visit.completed_on.isoformat() if visit.completed_on else "",
        content=_content(session, row, visit),
        **_of_task(session, row.task, row.department),
    )
    return _amended(session, made) if _again(row) else made


def record_of(session: Session, row: Publication | Declaration) -> Record:
    """The record as it would be sent now."""
    return declared(session, row) if isinstance(row, Declaration) else published_record(session, row)


def _again(row: Publication | Declaration) -> bool:
    """Only what was rejected once can have been put right since."""
    return row.revision > 1 or row.rejected is not None


def _amended(session: Session, record: Record) -> Record:
    """The record with the fields that a head has signed for."""
    rows = session.exec(
        select(RecordAmendment)
        .where(col(RecordAmendment.key) == record.key)
        .order_by(col(RecordAmendment.number))
    )
    return record.model_copy(update={row.field: row.value for row in rows})


def _of_task(session: Session, task_id: str, department: str) -> dict[str, str]:
    task = session.get_one(JointTask, task_id)
    plan = session.get_one(PlanDocument, task.document)
    return {
        "plan_number": plan.number or "",
        "plan_name": plan.title or "",
        "task": task.id,
        "task_name": task.name,
        "part": session.get_one(TakingPart, (task_id, department)).part.label,
        "organ": session.get_one(Department, department).name,
    }


def _content(session: Session, row: Publication, visit: Visit) -> dict[str, Any]:
    if row.kind is PublicationKind.CORRECTION:
        correction = session.get_one(Correction, row.reference)
        said: dict[str, Any] = {
            "item": _item(session, visit, session.get_one(Result, correction.result).item),
            "before": labels(correction.before["categories"]),
            "after": labels(correction.after["categories"]),
        }
        if "completed_on" in correction.after:
            days = {side: getattr(correction, side)["completed_on"] for side in ("before", "after")}
            said["completed_on"] = days
        return said
    if row.kind is PublicationKind.RESULT:
        return {"results": _results(session, row, visit)}
    disposal = session.get_one(Disposal, row.reference)
    outcome = {"disposal": disposal.kind.label, "outcome": Outcome(disposal.outcome or "").label}
    if row.kind is PublicationKind.WITHDRAWAL:
        fallen = session.get_one(Annulment, disposal.id)
        return outcome | {"withdrawn": fallen.document, "decided_on": fallen.decided_on.isoformat()}
    return outcome


def _results(session: Session, row: Publication, visit: Visit) -> list[dict[str, Any]]:
    """Item and result per item; an item that was not checked has no result to publish."""
    results = session.exec(
        select(Result)
        .where(col(Result.visit) == visit.id, col(Result.cycle) == row.cycle)
        .order_by(col(Result.item))
    )
    return [
        {"item": _item(session, visit, one.item), "result": labels(_standing(session, row, one))}
        for one in results
        if not one.not_checked
    ]


def _standing(session: Session, row: Publication, result: Result) -> list[str]:
    """What is said of a result: what was approved, or after a rejection what its head has signed since."""
    if not _again(row):
        return result.categories
    signed = session.exec(
        select(Correction)
        .join(CorrectionDecision, col(CorrectionDecision.correction) == col(Correction.id))
        .where(col(Correction.result) == result.id, col(CorrectionDecision.verdict) == Verdict.APPROVED)
        .order_by(col(Correction.number).desc())
    ).first()
    return result.categories if signed is None else list(signed.after["categories"])


def _item(session: Session, visit: Visit, code: str) -> str:
    item = session.exec(
        select(CheckItem.name).where(
            col(CheckItem.department) == visit.department, col(CheckItem.code) == code
        )
    ).one()
    return str(item)


def labels(categories: Sequence[str]) -> list[str]:
    """The categories as they are printed."""
    return [Category(category).label for category in categories]
