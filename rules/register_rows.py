"""A register's row (名录行): strings in, a checked record out, or every fault with its remedy."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rules.channel import LegalForm, uses_credit_class
from rules.register_columns import COLUMNS, Column, Register, column
from rules.register_fields import FieldFault

Record = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field: its Chinese header and the remedy; never a person's data."""

    field: str
    remedy: str

    def words(self, file: str, row: int) -> str:
        """The line that people read: file, row, field, remedy."""
        return f"{file} 第{row}行 “{self.field}”：{self.remedy}"


class RawRow(NamedTuple):
    """A row as it stands in a file: its number there, and all its cells in the file's order.

    `places` says at which place each known field stands, one mapping for the rows of one file; `fault`
    is what the reader could not make a row of.
    """

    number: int
    places: Mapping[str, int]
    cells: Sequence[str] = ()
    fault: Fault | None = None

    @property
    def values(self) -> dict[str, str]:
        """The cells by field; a row that is too short ends in blanks."""
        width = len(self.cells)
        return {name: self.cells[place] if place < width else "" for name, place in self.places.items()}


def numbered(rows: Iterable[Mapping[str, str]]) -> Iterator[RawRow]:
    """Rows as they would stand in a file, below its header."""
    shapes: dict[tuple[str, ...], dict[str, int]] = {}
    for number, row in enumerate(rows, start=2):
        names = tuple(row)
        if names not in shapes:
            shapes[names] = {name: place for place, name in enumerate(names)}
        yield RawRow(number, shapes[names], tuple(row.values()))


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken, with all that is wrong with it."""

    row: RawRow
    faults: tuple[Fault, ...]

    @property
    def reason(self) -> str:
        """All faults in one line, for the column beside the row."""
        return "；".join(f"{fault.field}：{fault.remedy}" for fault in self.faults)


KEYS: Mapping[Register, tuple[str, ...]] = {
    Register.DEPARTMENTS: ("code",),
    Register.PERSONS: ("person", "department", "role", "from_day"),
    Register.ITEMS: ("code",),
    Register.SUBJECTS: ("code",),
    Register.OFFICERS: ("code",),
    Register.EXPERTS: ("code",),
}
"""The business key of each register: the same key is the same record."""

_FORM_OF_PREFIX = {
    "11": LegalForm.GOVERNMENT,
    "12": LegalForm.PUBLIC_INSTITUTION,
    "51": LegalForm.SOCIAL_ORGANIZATION,
    "52": LegalForm.PRIVATE_NON_ENTERPRISE,
    "91": LegalForm.ENTERPRISE,
    "92": LegalForm.INDIVIDUAL,
    "93": LegalForm.FARMERS_COOPERATIVE,
}
"""Registering authority and kind of body, the code's first two characters (GB 32100, table 1)."""
_CLASS_DATES = (("class_date", "分类日期"), ("trade_date", "行业分类日期"))
_REGISTERED_FORMS = frozenset(_FORM_OF_PREFIX.values())


def check_row(
    register: Register, values: Mapping[str, str], departments: Mapping[str, str]
) -> Record | tuple[Fault, ...]:
    """The record of the columns that the row has, or its faults; columns that are absent stay out.

    `departments` resolves ids, codes, names and aliases of the office's departments.
    """
    record: Record = {}
    faults: list[Fault] = []
    for one in COLUMNS[register]:
        text = values.get(one.name)
        if text is None:
            continue
        try:
            record[one.name] = read_cell(one, text, departments)
        except FieldFault as fault:
            faults.append(Fault(one.header, str(fault)))
    faults += [_missing(register, name) for name in KEYS[register] if name not in values]
    return tuple(faults) or record


def complete(register: Register, given: Record, existing: Record | None) -> Record:
    """The record as it will stand: what is given goes before what stands, that before the defaults."""
    if existing is not None:
        return {**existing, **given}
    return {**{one.name: default_of(one) for one in COLUMNS[register] if one.name not in given}, **given}


def check_record(register: Register, record: Record, persons: Collection[str]) -> tuple[Fault, ...]:
    """What is wrong with a whole record: fields that are missing or contradict each other.

    `persons` are the ids of the office's persons.
    """
    faults = [
        _missing(register, one.name) for one in COLUMNS[register] if one.required and not record[one.name]
    ]
    if not faults:
        faults += _CHECKS.get(register, _nothing)(record)
        faults += _persons(register, record, persons)
    return tuple(faults)


def check_change(register: Register, standing: Record | None, record: Record) -> tuple[Fault, ...]:
    """What keeps a sound record from following the one that stands: a class older than the one on record."""
    if register is not Register.SUBJECTS or standing is None:
        return ()
    return tuple(
        Fault(header, f"早于已登记的{header} {standing[name]}，疑为旧的分类结果，请核对或去掉这两列")
        for name, header in _CLASS_DATES
        if standing[name] is not None and record[name] is not None and record[name] < standing[name]
    )


def duplicate(register: Register) -> Fault:
    """The fault of a row whose key an earlier row of the file has."""
    headers = "、".join(column(register, name).header for name in KEYS[register])
    return Fault(headers, "与本文件前面的行重复，请只保留一行")


def default_of(one: Column) -> Any:
    """What a new record has where its cell is blank or its column absent."""
    # Lists are stored as JSON: a default must compare equal to what the database gives back.
    return list(one.default) if isinstance(one.default, tuple) else one.default


def read_cell(one: Column, text: str, departments: Mapping[str, str]) -> Any:
    """The value of a cell; raises `FieldFault` for one that can't be taken."""
    text = text.strip()
    if not text:
        if one.required:
            raise FieldFault("不能为空，请填写")
        return default_of(one)
    value = one.parse(text)
    if one.department:
        if value not in departments:
            raise FieldFault(f"没有单位“{value}”，请先在成员单位名册中登记该单位或别名")
        return departments[value]
    return value


def _missing(register: Register, name: str) -> Fault:
    return Fault(column(register, name).header, "不能为空，请补上这一列并填写")


def _nothing(_record: Record) -> Iterable[Fault]:
    return ()


def _subject(record: Record) -> Iterable[Fault]:
    form: LegalForm = record["legal_form"]
    named = _FORM_OF_PREFIX.get(record["code"][:2])
    if named is not None and form in _REGISTERED_FORMS and form is not named:
        yield Fault(
            "法律形式", f"代码前两位为“{record['code'][:2]}”（{named.label}），与“{form.label}”不符，请核对"
        )
    if record["status"] == "存续" and record["status_date"] is not None:
        yield Fault("状态日期", "存续的对象没有注销、迁出、停业的日期，请留空或更正状态")
    if record["credit_class"] is not None:
        if not uses_credit_class(form):
            yield Fault("信用风险分类", f"{form.label}不是市场主体，不适用企业信用风险分类，请留空")
        elif record["class_date"] is None:
            yield Fault("分类日期", "填写了信用风险分类的，须填写分类日期")
    if record["trade_class"] is not None and record["trade_date"] is None:
        yield Fault("行业分类日期", "填写了行业监管风险分类的，须填写行业分类日期")


def _posting(record: Record) -> Iterable[Fault]:
    if record["to_day"] is not None and record["to_day"] < record["from_day"]:
        yield Fault("任职止", "早于任职起，请核对")
    if record["acting_for"] == record["person"]:
        yield Fault("代理何人", "不能代理本人，请填写被代理人的人员编号")


def _persons(register: Register, record: Record, persons: Collection[str]) -> Iterable[Fault]:
    if register is Register.PERSONS and not _known(record["acting_for"], persons):
        yield Fault("代理何人", "没有这名人员，请先登记被代理人，或把其所在行移到前面")
    if register is Register.OFFICERS and not _known(record["person"], persons):
        yield Fault("人员编号", "没有这名人员，请先在人员任职名册中登记，或留空")


def _known(person: str | None, persons: Collection[str]) -> bool:
    return person is None or person in persons


_CHECKS = {Register.SUBJECTS: _subject, Register.PERSONS: _posting}
