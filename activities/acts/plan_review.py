"""A person settles what was not plainly read: field by field, in bulk, or in a sheet of answers (核定)."""

from activities.acts.plans import audit_plan, open_documents
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.plans.rows import (
    NOTICE,
    accept_field,
    aliases_of,
    document_of,
    row_of,
    settle,
    settle_open,
    write_field,
    write_notice,
)
from activities.registers.stores import keep_department
from models.organisation import Department, DepartmentAlias
from models.papers import AddAlias, AddDepartment, AnswerPlan, ConfirmPlanFields, SetPlanField
from models.plan import PlanDocument
from rules.refusal import Refusal
from rules.roles import Role


@ruling(Target.OFFICE, SetPlanField, Role.OFFICE)
def set_field(docket: Docket, paper: SetPlanField) -> None:
    """A person settles one field; the former reading stays in the audit trail."""
    plan = document_of(docket.session, docket.office, paper.document)
    _set(docket, plan, paper.seq, paper.field, paper.value, paper.reason)


@ruling(Target.OFFICE, ConfirmPlanFields, Role.OFFICE)
def confirm_fields(docket: Docket, paper: ConfirmPlanFields) -> None:
    """Accept one and the same proposal in each of the rows named."""
    plan = document_of(docket.session, docket.office, paper.document)
    for seq in dict.fromkeys(paper.seqs):
        _accept(docket, plan, seq, paper.field, paper.value)
    audit_plan(docket, plan.id, "plan.confirmed", field=paper.field, value=paper.value, rows=list(paper.seqs))


@ruling(Target.OFFICE, AnswerPlan, Role.OFFICE)
def answer(docket: Docket, paper: AnswerPlan) -> None:
    """Many answers in one paper: all of them count, or the first that is wrong refuses the paper."""
    plan = document_of(docket.session, docket.office, paper.document)
    for one in paper.answers:
        if one.accepted:
            _accept(docket, plan, one.seq, one.field, one.value)
            audit_plan(docket, plan.id, "plan.confirmed", field=one.field, value=one.value, rows=[one.seq])
        else:
            _set(docket, plan, one.seq, one.field, one.value, one.reason)
    docket.data = {"answers": len(paper.answers)}


@ruling(Target.OFFICE, AddAlias, Role.OFFICE)
def add_alias(docket: Docket, paper: AddAlias) -> None:
    """A printed name means a department from now on; what waits for it in any plan is settled anew."""
    body = docket.session.get(Department, paper.department)
    if body is None or body.office != docket.office:
        raise Refusal(
            "DepartmentUnknown", f"没有部门 {paper.department}；可用 register show departments 查看"
        )
    keep_department(docket.session, body, docket.clocks.today)
    _alias(docket, paper.alias.strip(), body.id)
    _settle_all(docket)


@ruling(Target.OFFICE, AddDepartment, Role.OFFICE)
def add_department(docket: Docket, paper: AddDepartment) -> None:
    """A new member body with its name and aliases."""
    own = f"{docket.office}/{paper.code}"
    if docket.session.get(Department, own) is not None:
        raise Refusal("DepartmentExists", f"部门编号 {own} 已在使用；登记别名请用 plan names --alias")
    docket.session.add(
        Department(id=own, office=docket.office, name=paper.name.strip(), since=docket.clocks.today)
    )
    docket.session.flush()
    for name in dict.fromkeys((paper.name.strip(), *(one.strip() for one in paper.aliases))):
        _alias(docket, name, own)
    _settle_all(docket)
    docket.data = {"department": own}


def _set(docket: Docket, plan: PlanDocument, seq: str, field: str, value: object, reason: str) -> None:
    if seq == NOTICE:
        before = write_notice(plan, field, value, reason)
    else:
        row = row_of(docket.session, plan.id, seq)
        before = write_field(plan, row, field, value, reason)
        settle(row, aliases_of(docket.session, docket.office))
    audit_plan(docket, plan.id, "plan.set", seq=seq, field=field, before=before, after=value, reason=reason)


def _accept(docket: Docket, plan: PlanDocument, seq: str, field: str, value: object) -> None:
    row = row_of(docket.session, plan.id, seq)
    accept_field(plan, row, field, value)
    settle(row, aliases_of(docket.session, docket.office))


def _alias(docket: Docket, alias: str, department: str) -> None:
    known = aliases_of(docket.session, docket.office)
    if alias in known:
        if known[alias] != department:
            raise Refusal(
                "AliasTaken", f"“{alias}”已是 {known[alias]} 的名称或别名，请核对；一名只能指一个部门"
            )
        return
    docket.session.add(DepartmentAlias(office=docket.office, alias=alias, department=department))
    docket.session.flush()


def _settle_all(docket: Docket) -> None:
    settle_open(docket.session, docket.office, open_documents(docket.session, docket.office))
