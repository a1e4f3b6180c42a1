"""One task's whole record as files: papers, answers, results, draws, publications, trail (任务档案)."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Table, or_
from sqlmodel import Session, SQLModel, col, select

from activities import audit
from activities.draw.export import export_record, export_snapshots
from activities.draw.papers import load
from models.exchange import Declaration, ExchangeRejection, RecordAmendment
from models.organisation import Department, Office, Person
from models.outcomes import Correction, Disposal, Publication, Result
from models.plan import PlanDocument, PlanRowVersion, PlanVersion
from models.registers import Officer, Subject
from models.retractions import Retraction
from models.task import Assignment, DrawPaper, JointTask, LaunchApproval, TakingPart, Visit
from models.trail import Answer, AuditAnchor, AuditEvent, Intervention, Submission
from rules.digests import canonical_json
from rules.refusal import Refusal

THROUGH = {
    "evidence": "visit",
    "subject_finding": "visit",
    "commission": "visit",
    "commission_report": "commission",
    "assignment": "visit",
    "result": "visit",
    "result_decision": "visit",
    "retraction": "visit",
    "retraction_decision": "retraction",
    "retracted_ground": "retraction",
    "voided_proof": "publication",
    "correction": "result",
    "correction_decision": "correction",
    "disposal_entry": "disposal",
    "referral_reply": "referral",
    "annulment": "disposal",
    "deadline": "wait",
    "suspension": "wait",
    "rung_fire": "deadline",
}
"""Tables whose rows belong to a task through the row that this column names."""
LEFT_OUT = {
    "sealed_secret": "what was opened stands in draw_step; what was not stays secret",
    "result_draft": "no paper, nobody else's business",
    "digest": "messages to a person, of all tasks",
    "delivery": "messages to a person, of all tasks",
    "outbox": "wakes of workflows",
    "token": "keys of persons",
    "exchange_batch": "batches hold the records of many tasks; their hashes stand in the receipts",
    "posting": "the organisation's own",
    "department_alias": "the organisation's own",
    "yearly_report": "a department's year",
    "round_omission": "rounds that no task was made of",
    "plan_row": "the copy that is worked on; the adopted version is in plan_row_version",
    "check_item": "registers; what was chosen stands in preparation",
    "register_history": "registers; the frozen directory is among the draw's papers",
    "register_load": "registers",
    "expert": "registers",
    "register_confirmation": "registers",
    "calendar_day": "the State Council's; a deadline names its version",
    "calendar_year": "the State Council's; a deadline names its version",
    "policy": "the office's own; a deadline names its clause",
    "audit_head": "the last event of the chain",
    "failing_step": "what the engine tries again at this moment",
    "bulk_job": "a list of many tasks; each row's paper stands with its own task",
}
"""Tables that are no part of a task's record, with the reason."""
_UNSTORED = {("draw_paper", "body"), ("person", "email"), ("person", "phone")}
_PAPERS_OF = ("submission", "submitted", "receipted", "opened_by", "closed_by")
"""Columns that may name a paper."""


def record_of(session: Session, task: JointTask) -> Iterator[tuple[str, bytes]]:
    """The record's files, name and content, evidence and histories aside: one moment of the database.

    Tables are JSON lines in the order of their keys, `<table>.jsonl`; a table without a row has no file.
    """
    papers: set[str] = set()
    for table in _tables_of_tasks():
        rows = list(_rows(session, table, _condition(table, task.id)))
        papers |= {row[name] for row in rows for name in _PAPERS_OF if row.get(name)}
        yield from _file(table.name, rows)
    events = list(_rows(session, AuditEvent, col(AuditEvent.chain) == audit.task_chain(task.id)))
    yield from _file("audit_event", events)
    papers |= {row["detail"]["submission"] for row in events if "submission" in row["detail"]}
    people = {row["actor"] for row in events}
    for model, condition in _others(session, task, papers):
        rows = list(_rows(session, model, condition))
        people |= {row[name] for row in rows for name in ("actor", "acting_for") if row.get(name)}
        yield from _file(_table(model).name, rows)
    yield from _file("person", list(_rows(session, Person, col(Person.id).in_(people))))
    yield from _draws(session, task.id)
    yield from _anchor(session, events)


def workflows_of(session: Session, task: str) -> list[str]:
    """The workflows of a task: its own, its disposals', its corrections' and retractions'."""
    disposals = session.exec(select(Disposal.id).where(col(Disposal.task) == task))
    corrections = session.exec(
        select(Correction.id)
        .join(Result, col(Result.id) == col(Correction.result))
        .join(Visit, col(Visit.id) == col(Result.visit))
        .where(col(Visit.task) == task)
    )
    retractions = session.exec(
        select(Retraction.id)
        .join(Visit, col(Visit.id) == col(Retraction.visit))
        .where(col(Visit.task) == task)
    )
    return [
        f"joint-task/{task}",
        *(f"disposal/{one}" for one in disposals),
        *(f"correction/{one}" for one in (*corrections, *retractions)),
    ]


def _tables_of_tasks() -> list[Table]:
    tables = SQLModel.metadata.tables
    return [
        table
        for name, table in sorted(tables.items())
        if name not in LEFT_OUT and ("task" in table.c or name in THROUGH or name == "joint_task")
    ]


def _condition(table: Table, task: str) -> ColumnElement[bool]:
    if table.name == "joint_task":
        return table.c.id == task
    if "task" in table.c:
        return table.c.task == task
    column = THROUGH[table.name]
    parent = SQLModel.metadata.tables[column]
    (key,) = parent.primary_key.columns
    return table.c[column].in_(select(key).where(_condition(parent, task)))


def _others(
    session: Session, task: JointTask, papers: Iterable[str]
) -> Iterator[tuple[type[SQLModel], ColumnElement[bool]]]:
    """What stands beside the task: its papers with their answers, plan, subjects, officers, departments."""
    chain = audit.task_chain(task.id)
    ours = select(Submission.id).where(or_(col(Submission.chain) == chain, col(Submission.id).in_(papers)))
    yield Submission, col(Submission.id).in_(ours)
    yield Answer, col(Answer.submission).in_(ours)
    yield PlanDocument, col(PlanDocument.id) == task.document
    yield PlanVersion, col(PlanVersion.document) == task.document
    yield (
        PlanRowVersion,
        (col(PlanRowVersion.document) == task.document) & (col(PlanRowVersion.seq) == task.seq),
    )
    yield (
        LaunchApproval,
        (col(LaunchApproval.document) == task.document)
        & (col(LaunchApproval.seq) == task.seq)
        & (col(LaunchApproval.round) == task.round),
    )
    yield Office, col(Office.code) == task.office
    parts = select(TakingPart.department).where(col(TakingPart.task) == task.id)
    yield Department, col(Department.id).in_(parts)
    visits = select(Visit.id).where(col(Visit.task) == task.id)
    yield Subject, col(Subject.id).in_(select(Visit.subject).where(col(Visit.task) == task.id))
    matched = select(Assignment.officer).where(col(Assignment.visit).in_(visits))
    yield Officer, col(Officer.id).in_(matched)
    keys = {*session.exec(select(Publication.key).where(col(Publication.task) == task.id))}
    keys |= {*session.exec(select(Declaration.key).where(col(Declaration.task) == task.id))}
    yield ExchangeRejection, col(ExchangeRejection.key).in_(keys)
    yield RecordAmendment, col(RecordAmendment.key).in_(keys)
    yield Intervention, col(Intervention.workflow).in_(workflows_of(session, task.id))


def _table(model: type[SQLModel] | Table) -> Table:
    return model if isinstance(model, Table) else SQLModel.metadata.tables[str(model.__tablename__)]


def _rows(
    session: Session, model: type[SQLModel] | Table, condition: ColumnElement[bool]
) -> Iterator[dict[str, Any]]:
    table = _table(model)
    columns = [one for one in table.c if (table.name, one.name) not in _UNSTORED]
    found = session.connection().execute(
        select(*columns).where(condition).order_by(*table.primary_key.columns)
    )
    return (dict(row) for row in found.mappings())


def _file(name: str, rows: list[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    if rows:
        lines = (json.dumps(row, ensure_ascii=False, sort_keys=True, default=_plain) for row in rows)
        yield f"{name}.jsonl", "".join(f"{line}\n" for line in lines).encode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _draws(session: Session, task: str) -> Iterator[tuple[str, bytes]]:
    """What `docs/verify-draw.py` checks, and every frozen paper as it was hashed."""
    try:
        record, snapshots = export_record(session, task), export_snapshots(session, task)
    except Refusal:
        # Cancelled before any draw, or drawn above: the rows say which.
        record, snapshots = {}, {}
    if record:
        yield "draw/record.json", canonical_json(record)
    for number, body in snapshots.items():
        yield f"draw/directory-{number}.csv", body
    papers = session.exec(select(DrawPaper.act, DrawPaper.name).where(col(DrawPaper.task) == task))
    for act, name in sorted(papers):
        yield f"draw/papers/{act}-{name}", load(session, task, act, name)


def _anchor(session: Session, events: list[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """The first daily anchor over the chain's present end, where one was made yet."""
    if not events:
        return
    chain, number = events[-1]["chain"], events[-1]["number"]
    after = select(AuditAnchor).where(col(AuditAnchor.day) >= events[-1]["at"].date())
    for anchor in session.exec(after.order_by(col(AuditAnchor.day))):
        if anchor.heads.get(chain, [0])[0] >= number:
            yield from _file("audit_anchor", [anchor.model_dump()])
            return
