"""How the registers are shown: columns, what is searched, and a row's cells; no more of persons than needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col, select

from cli.tables import mask
from models.organisation import Department, DepartmentAlias
from models.registers import CheckItem, Expert, Officer, Subject
from rules.channel import LegalForm
from rules.register_columns import Register


@dataclass(frozen=True)
class View:
    """How one register is shown: its model, the columns that are searched, and a row's cells."""

    model: type[SQLModel]
    office: Mapped[str]
    searched: Sequence[Mapped[str]]
    columns: Mapping[str, str]
    row: Callable[[Session, Any], dict[str, Any]]


def _subject(_: Session, row: Subject) -> dict[str, Any]:
    kept = row.model_dump(mode="json")
    if row.legal_form is LegalForm.PERSON:
        kept["address"] = ""
    return {**kept, "name": shown_name(row), "form": row.legal_form.label}


def shown_name(row: Subject) -> str:
    """A subject's name, masked where the subject is a person."""
    return mask(row.name) if row.legal_form is LegalForm.PERSON else row.name


def _officer(session: Session, row: Officer) -> dict[str, Any]:
    # Leave and recusals tell of a person's life; the list does not need them.
    kept = row.model_dump(mode="json", exclude={"leave", "recusals"})
    return {**kept, "name": mask(row.name), "department_name": _name(session, row.department)}


def _item(session: Session, row: CheckItem) -> dict[str, Any]:
    kept = row.model_dump(mode="json", exclude={"id"})
    return {**kept, "department_name": _name(session, row.department)}


def _name(session: Session, department: str) -> str:
    """A department as people call it; the session reads each but once."""
    return session.get_one(Department, department).name


def _department(session: Session, row: Department) -> dict[str, Any]:
    aliases = session.exec(
        select(DepartmentAlias.alias)
        .where(col(DepartmentAlias.department) == row.id, col(DepartmentAlias.alias) != row.name)
        .order_by(col(DepartmentAlias.alias))
    ).all()
    return {**row.model_dump(mode="json"), "kind": row.kind.label, "aliases": list(aliases)}


def _expert(_: Session, row: Expert) -> dict[str, Any]:
    kept = row.model_dump(mode="json", exclude={"recusals"})
    return {**kept, "name": mask(row.name), "phone": mask_number(row.phone)}


PERSONAL = frozenset({Register.SUBJECTS, Register.PERSONS, Register.OFFICERS, Register.EXPERTS})
"""The registers that tell of persons; bodies and check items do not."""


def masked_row(register: Register, row: Mapping[str, str]) -> dict[str, str]:
    """A file's row without what tells who a person is: names, telephones, addresses, leave, recusals."""
    person = register in (Register.PERSONS, Register.OFFICERS, Register.EXPERTS)
    person = person or row.get("legal_form") == LegalForm.PERSON.label
    hidden = {name: "" for name in ("leave", "recusals", "email") if row.get(name)}
    if row.get("phone"):
        hidden["phone"] = mask_number(row["phone"])
    if person:
        hidden["name"] = mask(row["name"])
        hidden |= {"address": ""} if row.get("address") else {}
    return {**row, **hidden}


def mask_number(text: str) -> str:
    """A telephone with its middle hidden: 138****1234."""
    kept = 3
    if len(text) <= 2 * kept:
        return "*" * len(text)
    return f"{text[:kept]}{'*' * (len(text) - 2 * kept)}{text[-kept:]}"


VIEWS: Mapping[Register, View] = {
    Register.SUBJECTS: View(
        Subject,
        col(Subject.office),
        (col(Subject.code), col(Subject.name), col(Subject.kind), col(Subject.area)),
        {
            "code": "代码",
            "name": "名称",
            "kind": "种类",
            "form": "法律形式",
            "status": "状态",
            "area": "区域",
            "credit_class": "信用分类",
            "tags": "标签",
        },
        _subject,
    ),
    Register.OFFICERS: View(
        Officer,
        col(Officer.office),
        (col(Officer.code), col(Officer.department)),
        {
            "code": "证号",
            "name": "姓名",
            "department_name": "部门",
            "certificate_to": "有效期至",
            "specialties": "专业",
            "areas": "区域",
        },
        _officer,
    ),
    Register.ITEMS: View(
        CheckItem,
        col(CheckItem.office),
        (col(CheckItem.code), col(CheckItem.name), col(CheckItem.department)),
        {
            "code": "事项编号",
            "name": "抽查事项",
            "department_name": "检查主体",
            "grade": "类别",
            "object_class": "检查对象",
            "specialty": "所需专业",
            "expert": "协助专家专业",
            "edition": "版次",
        },
        _item,
    ),
    Register.EXPERTS: View(
        Expert,
        col(Expert.office),
        (col(Expert.code), col(Expert.organisation)),
        {
            "code": "专家编号",
            "name": "姓名",
            "organisation": "工作单位",
            "title": "职称",
            "specialties": "专业",
            "engaged_to": "聘期至",
            "phone": "电话",
        },
        _expert,
    ),
    Register.DEPARTMENTS: View(
        Department,
        col(Department.office),
        (col(Department.id), col(Department.name)),
        {"id": "部门编号", "name": "名称", "kind": "类型", "aliases": "别名"},
        _department,
    ),
}
