"""A plan is imported as a proposal, settled field by field, and adopted (计划导入、核定、采用)."""

from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from activities import audit
from activities.docket import Docket, Target, desk_id, ruling, wake
from models.organisation import DepartmentAlias
from models.papers import AdoptPlan, ImportPlan, SetPlanField
from models.plan import PlanDocument, PlanRow, PlanStatus, PlanVersion
from rules.launchable import LABELS, SET, names_of, obstacles, resolve
from rules.refusal import Refusal
from rules.roles import Role


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


def _store(docket: Docket, paper: ImportPlan) -> None:
    session = docket.session
    session.add(
        PlanDocument(
            id=paper.document,
            office=docket.office,
            number=paper.reading["number"]["value"],
            title=paper.reading["title"]["value"],
            year=paper.reading["year"]["value"],
            issued_on=_day(paper.reading["date"]["value"]),
            reading={**paper.reading, "sha256": paper.file_sha256},
        )
    )
    session.flush()
    aliases = aliases_of(session, docket.office)
    for row in paper.rows:
        session.add(_row(paper.document, row, aliases))
    session.flush()


@ruling(Target.OFFICE, SetPlanField, Role.OFFICE)
def set_field(docket: Docket, paper: SetPlanField) -> None:
    """A person settles one field; the former reading stays in the audit trail."""
    row = docket.session.exec(
        select(PlanRow).where(col(PlanRow.document) == paper.document, col(PlanRow.seq) == paper.seq)
    ).first()
    plan = docket.session.get(PlanDocument, paper.document)
    if row is None or plan is None or plan.office != docket.office:
        raise Refusal("RowUnknown", f"没有计划 {paper.document} 的序号 {paper.seq}；可用 plan rows 查看")
    if paper.field not in LABELS:
        raise Refusal("FieldUnknown", f"没有字段“{paper.field}”，可选：{'、'.join(LABELS)}")
    former = row.fields[paper.field]
    row.fields = {
        **row.fields,
        paper.field: {**former, "value": paper.value, "status": SET, "why": paper.reason},
    }
    try:
        _settle(row, aliases_of(docket.session, docket.office))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Refusal("FieldValue", f"“{LABELS[paper.field]}”的值不合要求，请用 plan show 查看格式") from None
    audit.record(
        docket.session,
        audit.plan_chain(paper.document),
        "plan.set",
        at=docket.now,
        actor=docket.submission.actor,
        acting_for=docket.submission.acting_for,
        role=docket.submission.role.value,
        department=docket.department,
        detail={"seq": paper.seq, "field": paper.field, "before": former["value"], "after": paper.value},
    )


@ruling(Target.OFFICE, AdoptPlan, Role.OFFICE)
def adopt(docket: Docket, paper: AdoptPlan) -> None:
    """Adopt the complete rows; the others are listed, and adopting again after plan set adds them."""
    session = docket.session
    plan = session.get(PlanDocument, paper.document)
    if plan is None or plan.office != docket.office:
        raise Refusal("PlanUnknown", f"没有计划 {paper.document}；请先 plan import")
    if missing := [name for name, value in (("文号", plan.number), ("年度", plan.year)) if value is None]:
        raise Refusal("PlanIncomplete", f"计划缺少{'、'.join(missing)}，补全后才能采用")
    if plan.status is PlanStatus.IMPORTED:
        plan.status, plan.version = PlanStatus.ADOPTED, 1
        session.add(
            PlanVersion(
                document=plan.id,
                version=1,
                file_sha256=plan.reading["sha256"],
                adopted_on=docket.clocks.today,
                adopted_by=docket.submission.actor,
                adopted_at=docket.now,
            )
        )
    left_out = {}
    aliases = aliases_of(session, docket.office)
    for row in rows_of(session, plan.id):
        if row.version == 0:
            # Aliases that were registered since the import clear their obstacles here.
            _settle(row, aliases)
        if row.obstacles:
            left_out[row.seq] = row.obstacles
        elif row.version == 0:
            row.version = plan.version
    _wake_desks(docket, plan)
    docket.data = {"adopted": len(rows_of(session, plan.id)) - len(left_out), "not_launchable": left_out}
    audit.record(
        session,
        audit.plan_chain(plan.id),
        "plan.adopted",
        at=docket.now,
        actor=docket.submission.actor,
        acting_for=docket.submission.acting_for,
        role=docket.submission.role.value,
        department=docket.department,
        detail={"version": plan.version, "sha256": plan.reading["sha256"], **docket.data},
    )


def _wake_desks(docket: Docket, plan: PlanDocument) -> None:
    """From now on the year's report and the rounds to launch are owed: each body's desk holds its own.

    A plan of a year that is over is on record only: nobody is reminded of its windows any more.
    """
    year = plan.year or docket.clocks.today.year
    if year < docket.clocks.today.year:
        return
    rows = rows_of(docket.session, plan.id)
    bodies = {body for row in rows if row.version for body in (row.initiator, *row.partners) if body}
    for body in sorted(bodies):
        wake(
            docket.session,
            desk_id(body, year),
            "plan adopted",
            source=body,
            now=docket.now,
            start="DepartmentWorkflow",
        )


def rows_of(session: Session, document: str) -> list[PlanRow]:
    """The rows of a document in the order of its lines."""
    return list(
        session.exec(
            select(PlanRow)
            .where(col(PlanRow.document) == document)
            .order_by(col(PlanRow.line), col(PlanRow.id))
        )
    )


def aliases_of(session: Session, office: str) -> dict[str, str]:
    """The office's alias table: printed name → department id."""
    rows = session.exec(select(DepartmentAlias).where(col(DepartmentAlias.office) == office))
    return {row.alias: row.department for row in rows}


def _row(document: str, reading: dict[str, Any], aliases: dict[str, str]) -> PlanRow:
    row = PlanRow(
        document=document,
        seq=reading["seq"],
        line=reading["line"],
        name=reading["fields"]["name"]["value"] or "",
        fields=reading["fields"],
        flags=reading["flags"],
    )
    _settle(row, aliases)
    return row


def _settle(row: PlanRow, aliases: dict[str, str]) -> None:
    """Derive what a launch needs from the fields as they stand."""
    fields = row.fields
    initiators, _ = resolve(names_of(fields["initiator"]["value"]), aliases)
    partners, _ = resolve(names_of(fields["partners"]["value"]), aliases)
    row.initiator = initiators[0] if initiators else None
    row.partners = [partner for partner in partners if partner != row.initiator]
    window = fields["window"]["value"] or {}
    row.from_month, row.to_month = window.get("from_month"), window.get("to_month")
    row.name = fields["name"]["value"] or row.name
    row.obstacles = obstacles(fields, aliases)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
