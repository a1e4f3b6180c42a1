"""A plan's rows: the copy that is worked on, the versions that were adopted, and what is derived from both."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.organisation import DepartmentAlias
from models.plan import PlanDocument, PlanRow, PlanRowVersion
from rules.launchable import CONFIRMED, LABELS, SET, WAITING, names_of, obstacles, resolve
from rules.plan.printed import UnprintableError, print_value, read_printed, settled_value
from rules.plan.published import NOTICE_LABELS
from rules.plan.reading import Status
from rules.refusal import Refusal

NOTICE = "notice"
"""Stands in a row number's place for the notice itself: its 文号, office, dates."""


def document_of(session: Session, office: str, document: str) -> PlanDocument:
    """An office's plan; refuses `PlanUnknown`."""
    plan = session.get(PlanDocument, document)
    if plan is None or plan.office != office:
        raise Refusal("PlanUnknown", f"没有计划 {document}；请先 plan import")
    return plan


def rows_of(session: Session, document: str) -> list[PlanRow]:
    """The rows of a document in the order of its lines, withdrawn ones too."""
    return list(
        session.exec(
            select(PlanRow)
            .where(col(PlanRow.document) == document)
            .order_by(col(PlanRow.line), col(PlanRow.id))
        )
    )


def row_of(session: Session, document: str, seq: str) -> PlanRow:
    """One row; refuses `RowUnknown`."""
    row = session.exec(
        select(PlanRow).where(col(PlanRow.document) == document, col(PlanRow.seq) == seq)
    ).first()
    if row is None:
        raise Refusal("RowUnknown", f"没有计划 {document} 的序号 {seq}；可用 plan rows {document} 查看")
    return row


def version_of(session: Session, document: str, seq: str, version: int) -> PlanRowVersion:
    """A row as a version of the plan adopted it."""
    return session.get_one(PlanRowVersion, (document, seq, version))


def rows_in_force(session: Session, document: str, version: int) -> list[PlanRowVersion]:
    """The rows of a version: each as last adopted up to it; withdrawn ones are left out."""
    found: dict[str, PlanRowVersion] = {}
    statement = (
        select(PlanRowVersion)
        .where(col(PlanRowVersion.document) == document, col(PlanRowVersion.version) <= version)
        .order_by(col(PlanRowVersion.version))
    )
    for row in session.exec(statement):
        found[row.seq] = row
    living = [row for row in found.values() if not row.withdrawn]
    return sorted(living, key=lambda row: (row.line, len(row.seq), row.seq))


def aliases_of(session: Session, office: str) -> dict[str, str]:
    """The office's alias table: printed name → department id."""
    rows = session.exec(select(DepartmentAlias).where(col(DepartmentAlias.office) == office))
    return {row.alias: row.department for row in rows}


def may_change(row: PlanRow) -> bool:
    """Whether a person may still settle fields: not once the row is adopted, until an adjustment opens it."""
    return not row.withdrawn and (row.version == 0 or row.pending)


def settle(row: PlanRow, aliases: Mapping[str, str]) -> None:
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


def settle_open(session: Session, office: str, documents: Iterable[str]) -> None:
    """Derive anew what hangs on names: of every row that is not adopted as it stands."""
    aliases = aliases_of(session, office)
    for document in documents:
        for row in rows_of(session, document):
            if may_change(row):
                settle(row, aliases)


def write_field(plan: PlanDocument, row: PlanRow, field: str, value: Any, why: str) -> Any:
    """A person's value for a field; returns the former one. Refuses `FieldValue`, `FieldUnknown`.

    Words for the requirement settle what they ask for as well, where they say it plainly.
    """
    settled = _settled(row, field, value)
    check_field(plan, row, field)
    former = row.fields[field]
    changed = {field: {**former, "value": settled, "status": SET, "why": why}}
    if field == "smart" and row.fields["risk"]["status"] in WAITING:
        said = read_printed("risk", settled)
        if said.status is Status.READ:
            risk = {**row.fields["risk"], "value": said.to_json()["value"], "status": SET, "why": why}
            changed["risk"] = risk
    row.fields = {**row.fields, **changed}
    return former["value"]


def accept_field(plan: PlanDocument, row: PlanRow, field: str, value: Any) -> None:
    """Accept a field's proposal, which must still be the one that was seen; refuses `ProposalChanged`."""
    check_field(plan, row, field)
    former = row.fields[field]
    if former["status"] != "inferred" or former["value"] != value:
        raise Refusal(
            "ProposalChanged",
            f"序号{row.seq}的{LABELS[field]}没有与所见相同的提议，请用 plan review 重新查看",
        )
    row.fields = {**row.fields, field: {**former, "status": CONFIRMED}}


def _settled(row: PlanRow, field: str, value: Any) -> Any:
    if field not in LABELS:
        raise Refusal("FieldUnknown", f"没有字段“{field}”，可选：{'、'.join(LABELS)}，请更正")
    try:
        return settled_value(field, value)
    except UnprintableError as problem:
        raise Refusal("FieldValue", f"序号{row.seq}的{LABELS[field]}：{problem}；请更正后重新提交") from None


def check_field(plan: PlanDocument, row: PlanRow, field: str) -> None:
    """Refuse a field that there is not, and a row that is adopted as it stands."""
    if field not in LABELS:
        raise Refusal("FieldUnknown", f"没有字段“{field}”，可选：{'、'.join(LABELS)}，请更正")
    if not may_change(row):
        raise Refusal(
            "RowAdopted", f"{plan.id} 序号{row.seq}已采用，改动须凭书面申请和批准办理：plan adjust {plan.id}"
        )


def write_notice(plan: PlanDocument, field: str, value: Any, why: str) -> Any:
    """A person's word on a field of the notice itself; returns the former value."""
    if field not in NOTICE_LABELS:
        known = "、".join(f"{name}（{label}）" for name, label in NOTICE_LABELS.items())
        raise Refusal("FieldUnknown", f"通知没有字段“{field}”，可选：{known}，请更正")
    if plan.version:
        raise Refusal("PlanAdopted", f"{plan.id} 已采用，改动须凭书面申请和批准办理：plan adjust {plan.id}")
    former = plan.reading.get(field, {"value": None, "raw": ""})
    plan.reading = {
        **plan.reading,
        field: {**former, "value": _notice_value(field, value), "status": SET, "why": why},
    }
    copy_notice(plan)
    return former["value"]


def copy_notice(plan: PlanDocument) -> None:
    """Keep the columns beside the reading in step with it."""
    plan.number = notice_value(plan, "number")
    plan.title = notice_value(plan, "title")
    plan.year = notice_value(plan, "year")
    day = notice_value(plan, "date")
    plan.issued_on = date.fromisoformat(day) if day else None


def notice_value(plan: PlanDocument, field: str) -> Any:
    """A field of the notice, None where it is not known."""
    return (plan.reading.get(field) or {}).get("value")


def report_day(plan: PlanDocument) -> date | None:
    """By when the year's report is owed: as plainly printed or as a person settled it, else nobody knows."""
    found = plan.reading.get("report_by") or {}
    if found.get("value") is None or found.get("status") in WAITING:
        return None
    return date.fromisoformat(found["value"])


def notice_gaps(plan: PlanDocument) -> list[str]:
    """What the notice lacks before it can be adopted: 文号 or its recorded absence, office, date, year."""
    gaps = []
    for field in ("number", "office", "date", "year"):
        if field == "number" and plan.no_number:
            continue
        found = plan.reading.get(field) or {}
        if found.get("value") is None or found.get("status") in WAITING:
            gaps.append(NOTICE_LABELS[field])
    return gaps


def values_of(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values alone, as JSON."""
    return {name: fields[name]["value"] for name in LABELS}


def printed(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The values in words."""
    return {name: print_value(name, fields[name]["value"]) for name in LABELS}


def _notice_value(field: str, value: Any) -> Any:
    try:
        if field in ("date", "report_by"):
            return date.fromisoformat(str(value)).isoformat()
        return int(value) if field in ("year", "result_days", "min_count") else str(value).strip() or None
    except ValueError:
        raise Refusal("FieldValue", f"{NOTICE_LABELS[field]}“{value}”写法不合，请更正") from None
