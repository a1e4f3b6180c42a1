"""The columns of the registers (一单两库 and who keeps them): field, Chinese header, synonyms, reader."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rules import register_fields as f
from rules.channel import LegalForm
from rules.roles import Role


class Register(StrEnum):
    """What is kept in files of its own (名录)."""

    DEPARTMENTS = "departments"
    PERSONS = "persons"
    ITEMS = "items"
    SUBJECTS = "subjects"
    OFFICERS = "officers"
    EXPERTS = "experts"

    @property
    def label(self) -> str:
        """The register's Chinese name."""
        return {
            Register.DEPARTMENTS: "成员单位名册",
            Register.PERSONS: "人员任职名册",
            Register.ITEMS: "随机抽查事项清单",
            Register.SUBJECTS: "检查对象名录库",
            Register.OFFICERS: "执法检查人员名录库",
            Register.EXPERTS: "专家库",
        }[self]


class BodyKind(StrEnum):
    """The kind of a body (单位种类): the coordinating office is kept among the departments."""

    DEPARTMENT = "department"
    OFFICE = "office"

    @property
    def label(self) -> str:
        """The kind's Chinese name."""
        return {"department": "成员单位", "office": "领导小组办公室"}[self.value]


@dataclass(frozen=True)
class Column:
    """A column: `default` holds for a new record whose cell is blank; `department` cells are resolved."""

    name: str
    header: str
    parse: f.Parse
    synonyms: tuple[str, ...] = ()
    required: bool = False
    default: Any = None
    department: bool = False


_TEXT = f.plain(200)
_LONG = f.plain(2000)
_FORM = f.member(LegalForm, lambda one: one.label)
_ROLE = f.member(Role, lambda one: one.label)
_BODY = f.member(BodyKind, lambda one: one.label)

COLUMNS: Mapping[Register, tuple[Column, ...]] = {
    Register.DEPARTMENTS: (
        Column("code", "单位编号", f.identifier, ("部门编号", "部门代码", "单位代码", "编号"), required=True),
        Column("name", "单位名称", _TEXT, ("部门名称", "名称", "成员单位"), required=True),
        Column("kind", "单位类型", _BODY, ("类型", "部门类型"), default=BodyKind.DEPARTMENT),
        Column("aliases", "别名", f.words, ("曾用名", "简称", "其他名称"), default=()),
    ),
    Register.PERSONS: (
        Column("person", "人员编号", f.identifier, ("编号", "工号"), required=True),
        Column("name", "姓名", _TEXT, ("人员姓名", "名称"), required=True),
        Column("department", "单位", _TEXT, ("所在单位", "部门", "单位名称"), required=True, department=True),
        Column("role", "职务角色", _ROLE, ("角色", "职务", "岗位"), required=True),
        Column("from_day", "任职起", f.day, ("起始日期", "任职日期", "起"), required=True),
        Column("to_day", "任职止", f.day, ("终止日期", "截止日期", "止")),
        Column("acting_for", "代理何人", f.identifier, ("被代理人", "代理对象", "被代理人编号")),
        Column("email", "电子邮箱", f.email, ("邮箱", "邮件"), default=""),
        Column("phone", "联系电话", _TEXT, ("电话", "手机", "手机号码"), default=""),
    ),
    Register.ITEMS: (
        Column("code", "事项编号", f.identifier, ("事项编码", "事项代码", "编号"), required=True),
        Column("name", "抽查事项", _LONG, ("事项名称", "抽查事项名称", "检查事项"), required=True),
        Column("department", "检查主体", _TEXT, ("实施单位", "部门", "单位"), required=True, department=True),
        Column("grade", "事项类别", f.grade, ("类别", "重点或一般"), default="一般"),
        Column("object_class", "检查对象", _TEXT, ("对象类别", "抽查对象"), default=""),
        Column("basis", "检查依据", _LONG, ("依据", "法律依据", "抽查依据"), default=""),
        Column("method", "检查方式", _TEXT, ("方式", "抽查方式"), default="实地核查"),
        Column("specialty", "所需专业", _TEXT, ("专业", "专业要求"), default=""),
        Column("expert", "协助专家专业", _TEXT, ("专家专业", "需专家协助的专业"), default=""),
        Column("edition", "清单版次", _TEXT, ("版次", "版本"), default=""),
        Column("guide", "抽查工作指引", _LONG, ("工作指引", "实施细则", "指引"), default=""),
    ),
    Register.SUBJECTS: (
        Column(
            "code",
            "统一社会信用代码",
            f.subject_code,
            ("信用代码", "社会信用代码", "统一代码", "统一社会信用代码/名录编号", "名录编号", "代码"),
            required=True,
        ),
        Column("name", "名称", _TEXT, ("对象名称", "检查对象名称", "企业名称", "单位名称"), required=True),
        Column("kind", "种类", _TEXT, ("对象种类", "行业类别", "类别", "对象类型"), required=True),
        Column("legal_form", "法律形式", _FORM, ("主体类型", "组织形式", "市场主体类型"), required=True),
        Column("status", "状态", f.status, ("登记状态", "经营状态", "存续状态"), default="存续"),
        Column("status_date", "状态日期", f.day, ("状态生效日期", "注销日期", "迁出日期", "停业日期")),
        Column("area", "区域", _TEXT, ("所在区域", "乡镇", "所属乡镇", "辖区"), default=""),
        Column("address", "地址", _TEXT, ("住所", "经营场所", "住所（经营场所）", "详细地址"), default=""),
        Column(
            "credit_class", "信用风险分类", f.credit_class, ("企业信用风险分类", "信用风险等级", "风险分类")
        ),
        Column("class_date", "分类日期", f.day, ("信用风险分类日期", "评定日期")),
        Column("trade_class", "行业监管风险分类", _TEXT, ("行业风险分类", "行业分类", "安全等级")),
        Column("trade_date", "行业分类日期", f.day, ("行业监管风险分类日期", "行业评定日期")),
        Column("tags", "标签", f.words, ("类别标签", "对象标签"), default=()),
        Column("capital", "注册资本（万元）", f.whole("万元"), ("注册资本", "注册资金", "注册资金（万元）")),
        Column("floor_area", "面积（平方米）", f.whole("平方米"), ("面积", "营业面积", "经营面积")),
        Column("licence", "许可证", _TEXT, ("许可证件", "许可证名称", "许可证号"), default=""),
        Column("licence_level", "许可级别", _TEXT, ("许可等级", "资质等级"), default=""),
        Column("licensed_by", "许可机关", _TEXT, ("发证机关", "审批部门"), department=True),
    ),
    Register.OFFICERS: (
        Column("code", "执法证号", f.certificate, ("证号", "证件号码", "执法证件号"), required=True),
        Column("name", "姓名", _TEXT, ("执法人员", "人员姓名"), required=True),
        Column("department", "单位", _TEXT, ("所在单位", "执法主体", "部门"), required=True, department=True),
        Column(
            "certificate_to", "证件有效期至", f.day, ("有效期至", "有效期止", "证件有效期"), required=True
        ),
        Column("person", "人员编号", f.identifier, ("工号",)),
        Column("specialties", "专业", f.words, ("专长", "业务专长"), default=()),
        Column("areas", "负责区域", f.words, ("区域", "片区"), default=()),
        Column("leave", "休假", f.periods, ("请假", "休假时段"), default=()),
        Column("recusals", "回避对象", f.subject_codes, ("回避", "需回避的检查对象"), default=()),
        Column("capacity", "检查上限", f.whole("户", 100_000), ("工作量上限", "可检查户数"), default=200),
    ),
    Register.EXPERTS: (
        Column("code", "专家编号", f.identifier, ("编号", "专家证号"), required=True),
        Column("name", "姓名", _TEXT, ("专家姓名",), required=True),
        Column("department", "聘请单位", _TEXT, ("推荐单位", "部门"), department=True),
        Column("organisation", "工作单位", _TEXT, ("所在单位", "单位"), default=""),
        Column("title", "职称", _TEXT, ("专业技术职称", "职务"), default=""),
        Column("specialties", "专业", f.words, ("专长", "专业领域"), default=()),
        Column("engaged_to", "聘期至", f.day, ("聘任期至", "有效期至")),
        Column("recusals", "回避对象", f.subject_codes, ("回避", "需回避的检查对象"), default=()),
        Column("phone", "联系电话", _TEXT, ("电话", "手机"), default=""),
    ),
}


def column(register: Register, name: str) -> Column:
    """A register's column by its field's name."""
    return next(one for one in COLUMNS[register] if one.name == name)


def match_headers(register: Register, headers: Sequence[str]) -> dict[int, str]:
    """The place of each known column among a file's headers; columns of other names are left out.

    A header is compared without blanks, case and the asterisk of a mandatory field. Where two headers
    mean one field, the first counts.
    """
    known: dict[str, str] = {}
    for one in COLUMNS[register]:
        known.setdefault(_plain(one.name), one.name)
        known.setdefault(_plain(one.header), one.name)
    for one in COLUMNS[register]:
        for synonym in one.synonyms:
            known.setdefault(_plain(synonym), one.name)
    found: dict[int, str] = {}
    for place, header in enumerate(headers):
        name = known.get(_plain(header))
        if name is not None and name not in found.values():
            found[place] = name
    return found


def _plain(header: str) -> str:
    return re.sub(r"[*＊:：]", "", f.compact(header)).lower()
