"""A plan is imported as a proposal and adopted in versions (计划导入、采用)."""

import hashlib
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from activities import audit
from activities.desk.notices import desk_id
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.plans.rounds import is_over, row_id, watching_bodies
from activities.plans.rows import (
    aliases_of,
    copy_notice,
    document_of,
    may_change,
    notice_gaps,
    notice_value,
    rows_of,
    settle,
    settle_open,
)
from activities.plans.settling import expect_settling
from activities.plans.text import published_text
from activities.waking import wake
from models.papers import AdoptPlan, ImportPlan
from models.plan import PlanDocument, PlanRow, PlanRowVersion, PlanStatus, PlanVersion
from rules.plan.published import NOTICE_LABELS
from rules.refusal import Refusal
from rules.roles import Role

ROW_WORKFLOW = "PlanRowWorkflow"


@ruling(Target.OFFICE, ImportPlan, Role.OFFICE)
def import_plan(docket: Docket, paper: ImportPlan) -> None:
    """Store what was read as a proposal; the same file again changes nothing."""
    session = docket.session
    if not paper.document.startswith(f"{docket.office}-"):
        raise Refusal("SlugWrong", f"计划编号须以“{docket.office}-”开头，如 {docket.office}-2024")
    stored = session.get(PlanDocument, paper.document)
    if stored is not None:
        if stored.reading.get("sha256") == paper.file_sha256:
            docket.data = {"rows": len(rows_of(session, stored.id)), "unchanged": True}
            return
        raise Refusal(
            "PlanExists", f"计划 {paper.document} 已由另一份文件导入；调整计划请用 plan adjust 或另取编号"
        )
    try:
        _store(docket, paper)
    except (AttributeError, KeyError, TypeError, ValueError, IntegrityError):
        raise Refusal("ReadingInvalid", "计划读取结果不完整或行序号重复，请用 plan import 重新读取") from None
    docket.data = {"rows": len(paper.rows)}
    docket.audit("plan.imported", document=paper.document, rows=len(paper.rows))
    audit_plan(docket, paper.document, "plan.imported", sha256=paper.file_sha256, rows=len(paper.rows))


def _store(docket: Docket, paper: ImportPlan) -> None:
    session = docket.session
    if any("value" not in paper.reading[name] for name in ("number", "title", "year", "date")):
        raise KeyError("a reading without its notice is none")
    plan = PlanDocument(
        id=paper.document, office=docket.office, reading={**paper.reading, "sha256": paper.file_sha256}
    )
    copy_notice(plan)
    session.add(plan)
    session.flush()
    aliases = aliases_of(session, docket.office)
    for row in paper.rows:
        session.add(new_row(paper.document, row, aliases))
    session.flush()


@ruling(Target.OFFICE, AdoptPlan, Role.OFFICE)
def adopt(docket: Docket, paper: AdoptPlan) -> None:
    """Adopt the complete rows; the others are listed, and adopting again after plan set adds them."""
    session = docket.session
    plan = document_of(session, docket.office, paper.document)
    if paper.no_number and plan.number is None:
        plan.no_number = paper.no_number
    if missing := notice_gaps(plan):
        raise Refusal(
            "PlanIncomplete",
            f"计划缺少{'、'.join(missing)}，请用 plan set {plan.id} notice 字段 值 补全后采用"
            "（没有文号的，用 --no-number 写明原因）",
        )
    if plan.status is PlanStatus.IMPORTED:
        plan.status, plan.version = PlanStatus.ADOPTED, 1
        add_version(docket, plan, plan.reading["sha256"])
    settle_open(session, docket.office, [plan.id])
    docket.data = adopt_rows(docket, plan)
    audit_plan(docket, plan.id, "plan.adopted", version=plan.version, **docket.data)


def adopt_rows(docket: Docket, plan: PlanDocument) -> dict[str, Any]:
    """Bring every complete row into the plan's version; tells how many stand, and what keeps the others out."""
    session = docket.session
    left_out: dict[str, list[str]] = {}
    added = []
    for row in rows_of(session, plan.id):
        if not may_change(row):
            continue
        if row.obstacles:
            left_out[row.seq] = row.obstacles
            continue
        row.version, row.pending = plan.version, False
        session.add(version_row(docket, row))
        added.append(row.seq)
    session.flush()
    for seq in added:
        watch(docket, plan, seq)
    expect_settling(docket, plan, len(left_out))
    if added:
        _wake_desks(docket, plan)
    standing = session.exec(
        select(PlanRow.seq).where(
            col(PlanRow.document) == plan.id, col(PlanRow.version) > 0, col(PlanRow.withdrawn).is_(False)
        )
    ).all()
    text = published_text(session, plan, plan.version)
    return {
        "adopted": len(standing),
        "added": added,
        "not_launchable": left_out,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def _wake_desks(docket: Docket, plan: PlanDocument) -> None:
    """From now on the year's report is owed: each body's desk holds its own.

    A plan of a year that is over is on record only: nobody is reminded of it any more.
    """
    year = plan.year or docket.clocks.today.year
    if year < docket.clocks.today.year:
        return
    for body in sorted(watching_bodies(docket.session, plan)[0]):
        wake(
            docket.session,
            desk_id(body, year),
            "plan adopted",
            source=body,
            now=docket.now,
            start="DepartmentWorkflow",
        )


def add_version(docket: Docket, plan: PlanDocument, file_sha256: str, **given: str) -> None:
    """Record a version of a plan."""
    docket.session.add(
        PlanVersion(
            document=plan.id,
            version=plan.version,
            file_sha256=file_sha256,
            adopted_on=docket.clocks.today,
            adopted_by=docket.submission.actor,
            adopted_at=docket.now,
            notice={name: notice_value(plan, name) for name in NOTICE_LABELS},
            **given,
        )
    )
    docket.session.flush()


def version_row(docket: Docket, row: PlanRow) -> PlanRowVersion:
    """The row as its version adopts it."""
    if row.initiator is None or row.from_month is None or row.to_month is None:
        raise RuntimeError("a row without obstacles has an initiator and a window")
    return PlanRowVersion(
        document=row.document,
        seq=row.seq,
        version=row.version,
        line=row.line,
        region=row.region,
        withdrawn=row.withdrawn,
        adopted_on=docket.clocks.today,
        name=row.name,
        fields=row.fields,
        initiator=row.initiator,
        partners=row.partners,
        from_month=row.from_month,
        to_month=row.to_month,
    )


def watch(docket: Docket, plan: PlanDocument, seq: str) -> None:
    """Start the watch over a row's year, or wake it; a row whose year is over already needs none."""
    if is_over(docket.session, plan, seq, docket.clocks.today):
        return
    wake(docket.session, row_id(plan.id, seq), "adopted", source=plan.id, now=docket.now, start=ROW_WORKFLOW)


def new_row(document: str, reading: dict[str, Any], aliases: dict[str, str]) -> PlanRow:
    """A row as it was read."""
    row = PlanRow(
        document=document,
        seq=reading["seq"],
        line=reading["line"],
        region=reading.get("region") or "",
        name=reading["fields"]["name"]["value"] or "",
        fields=reading["fields"],
        flags=reading["flags"],
    )
    settle(row, aliases)
    return row


def audit_plan(docket: Docket, document: str, event: str, **detail: Any) -> None:
    """A link of the plan's own chain."""
    paper = docket.submission
    audit.record(
        docket.session,
        audit.plan_chain(document),
        event,
        at=docket.now,
        actor=paper.actor,
        acting_for=paper.acting_for,
        role=paper.role.value,
        department=docket.department,
        detail={"submission": docket.by, **detail},
    )


def open_documents(session: Session, office: str) -> list[str]:
    """The office's plans, for names that are settled in all of them at once."""
    return list(session.exec(select(PlanDocument.id).where(col(PlanDocument.office) == office)))
