"""Rows of registers: what is taken, and what a refused field is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.channel import LegalForm
from rules.register_columns import COLUMNS, Register
from rules.register_fields import check_character
from rules.register_rows import Fault, Record, check_record, check_row, complete, duplicate
from rules.register_text import texts
from rules.roles import Role

DEPARTMENTS = {"scjg": "a/scjg", "县市场监管局": "a/scjg"}
ENTERPRISE_CODE = "91149999MA0000001" + check_character("91149999MA0000001")
SCHOOL_CODE = "12149999MA0000002" + check_character("12149999MA0000002")
KEY = "XK14999900000000AB"


def subject(**cells: str) -> dict[str, str]:
    """A good row of an enterprise; `cells` go over it."""
    row = {
        "code": ENTERPRISE_CODE,
        "name": "样例甲一超市",
        "kind": "超市",
        "legal_form": "企业",
        "credit_class": "B",
        "class_date": "2026年2月28日",
    }
    return row | cells


def officer(**cells: str) -> dict[str, str]:
    """A good row of an officer; `cells` go over it."""
    row = {"code": "SL0001", "name": "测试人甲", "department": "县市场监管局", "certificate_to": "2028-12-31"}
    return row | cells


def faults(register: Register, row: dict[str, str], persons: frozenset[str] = frozenset()) -> list[str]:
    """The headers of the fields that are refused, of a row for which nothing stands."""
    checked = check_row(register, row, DEPARTMENTS)
    if not isinstance(checked, tuple):
        checked = check_record(register, complete(register, checked, None), persons)
    return [fault.field for fault in checked]


def record(register: Register, row: dict[str, str]) -> Record:
    """The record of a good row."""
    checked = check_row(register, row, DEPARTMENTS)
    assert isinstance(checked, dict)
    return complete(register, checked, None)


def test_a_good_subject_is_read_field_by_field() -> None:
    """Words and dates of the trade become values; blank lists are empty lists."""
    found = record(Register.SUBJECTS, subject(status="在业", tags="超市；商场、超市", capital="1,000万元"))
    assert LegalForm.ENTERPRISE is found["legal_form"]
    assert ("存续", ["商场", "超市"], 1000) == (found["status"], found["tags"], found["capital"])
    assert ("B", date(2026, 2, 28)) == (found["credit_class"], found["class_date"])
    assert (None, "") == (found["floor_area"], found["licence"])


@pytest.mark.parametrize("text", ["C", "c", "Ｃ", "较高风险", "较高", "C类"])
def test_credit_classes_are_read_as_letter_or_word(text: str) -> None:
    """A–D or 低, 一般, 较高, 高."""
    assert "C" == record(Register.SUBJECTS, subject(credit_class=text))["credit_class"]


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        ({"credit_class": "E"}, "信用风险分类"),
        ({"class_date": ""}, "分类日期"),
        ({"legal_form": "公司"}, "法律形式"),
        ({"legal_form": "事业单位", "credit_class": ""}, "法律形式"),
        ({"code": SCHOOL_CODE, "legal_form": "事业单位"}, "信用风险分类"),
        ({"status": "倒闭"}, "状态"),
        ({"name": ""}, "名称"),
        ({"name": "样例\x07"}, "名称"),
        ({"capital": "-5"}, "注册资本（万元）"),
        ({"floor_area": "30.5"}, "面积（平方米）"),
        ({"licensed_by": "县外事办"}, "许可机关"),
    ],
)
def test_a_subjects_faulty_field_is_named(cells: dict[str, str], header: str) -> None:
    """Exactly that field, by its Chinese header."""
    assert [header] == faults(Register.SUBJECTS, subject(**cells))


def test_all_faults_of_a_row_are_told_at_once() -> None:
    """Nobody mends a row three times over."""
    row = subject(code="123", status="倒闭", class_date="昨天")
    assert ["统一社会信用代码", "状态", "分类日期"] == faults(Register.SUBJECTS, row)


def test_a_site_may_go_under_the_code_of_the_enterprise_that_runs_it() -> None:
    """Only two registered forms contradict each other; a site or project has no code of its own."""
    assert [] == faults(Register.SUBJECTS, subject(legal_form="场所", credit_class=""))


def test_a_columns_absence_leaves_what_stands() -> None:
    """A monthly list of codes and classes changes nothing else, and new subjects need the rest."""
    standing = record(Register.SUBJECTS, subject())
    given = check_row(Register.SUBJECTS, {"code": ENTERPRISE_CODE, "credit_class": "D"}, {})
    assert isinstance(given, dict)
    assert standing | {"credit_class": "D"} == complete(Register.SUBJECTS, given, standing)
    assert {"名称", "种类", "法律形式"} == set(faults(Register.SUBJECTS, {"code": ENTERPRISE_CODE}))


def test_a_blank_cell_of_a_present_column_clears_the_field() -> None:
    """A blank is an answer where the column is there."""
    standing = record(Register.SUBJECTS, subject())
    given = check_row(
        Register.SUBJECTS, {"code": ENTERPRISE_CODE, "credit_class": "", "class_date": ""}, DEPARTMENTS
    )
    assert isinstance(given, dict)
    assert None is complete(Register.SUBJECTS, given, standing)["credit_class"]


def test_a_class_is_refused_by_what_stands_of_the_subject() -> None:
    """A class for a school whose legal form only the register knows."""
    school = record(
        Register.SUBJECTS,
        subject(code=SCHOOL_CODE, legal_form="事业单位", credit_class="", class_date=""),
    )
    given = check_row(
        Register.SUBJECTS, {"code": SCHOOL_CODE, "credit_class": "A", "class_date": "2026-03-01"}, {}
    )
    assert isinstance(given, dict)
    whole = complete(Register.SUBJECTS, given, school)
    assert ["信用风险分类"] == [fault.field for fault in check_record(Register.SUBJECTS, whole, frozenset())]


def test_an_officer_is_read_field_by_field() -> None:
    """Department by any of its names; lists sorted; 200 subjects where no ceiling is given."""
    found = record(
        Register.OFFICERS, officer(specialties="食品安全;价格监管", recusals=f"{KEY}；{SCHOOL_CODE}")
    )
    assert "a/scjg" == found["department"]
    assert ["价格监管", "食品安全"] == found["specialties"]
    assert ([SCHOOL_CODE, KEY], 200) == (found["recusals"], found["capacity"])


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        ({"code": ""}, "执法证号"),
        ({"code": "1.4E+11"}, "执法证号"),
        ({"certificate_to": "长期"}, "证件有效期至"),
        ({"department": "县外事办"}, "单位"),
        ({"recusals": "样例小学"}, "回避对象"),
        ({"leave": "下周"}, "休假"),
        ({"person": "p-9999"}, "人员编号"),
    ],
)
def test_an_officers_faulty_field_is_named(cells: dict[str, str], header: str) -> None:
    """Exactly that field."""
    assert [header] == faults(Register.OFFICERS, officer(**cells), frozenset({"p-0001"}))


def posting(**cells: str) -> dict[str, str]:
    """A good row of a posting."""
    row = {
        "person": "p-1",
        "name": "测试人甲",
        "department": "scjg",
        "role": "审批人",
        "from_day": "2026-01-01",
    }
    return row | cells


@pytest.mark.parametrize("text", ["审批人", "approver", "APPROVER"])
def test_roles_are_read_as_label_or_value(text: str) -> None:
    """Chinese or as programs write it."""
    assert Role.APPROVER is record(Register.PERSONS, posting(role=text))["role"]


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        ({"to_day": "2025-12-31"}, "任职止"),
        ({"acting_for": "p-1"}, "代理何人"),
        ({"acting_for": "p-2"}, "代理何人"),
        ({"role": "局长"}, "职务角色"),
        ({"person": "张三"}, "人员编号"),
        ({"email": "a@b、c@d"}, "电子邮箱"),
    ],
)
def test_a_postings_faulty_field_is_named(cells: dict[str, str], header: str) -> None:
    """Exactly that field."""
    assert [header] == faults(Register.PERSONS, posting(**cells), frozenset({"p-1"}))


def test_a_persons_own_words_are_in_no_fault() -> None:
    """Faults are shown and logged: what was typed for a person stays out of them."""
    checked = check_row(
        Register.PERSONS, posting(person="张三丰", phone="1" * 300, email="张三丰的邮箱"), DEPARTMENTS
    )
    assert isinstance(checked, tuple)
    assert not any("张三丰" in fault.remedy or "111" in fault.remedy for fault in checked)


def test_a_faults_line_names_file_row_field_and_remedy() -> None:
    """All four, in that order."""
    assert "a.csv 第7行 “状态”：请改正" == Fault("状态", "请改正").words("a.csv", 7)


def test_a_duplicate_names_the_key() -> None:
    """A second row of one certificate is told by the certificate's column."""
    assert "执法证号" == duplicate(Register.OFFICERS).field


@given(data=st.data(), register=st.sampled_from(list(Register)))
def test_no_text_crashes_a_check(data: st.DataObject, register: Register) -> None:
    """A record without control characters, or faults with a remedy, whatever stands in the cells."""
    cells = {one.name: data.draw(st.text(max_size=20)) for one in COLUMNS[register]}
    checked = check_row(register, cells, DEPARTMENTS)
    if isinstance(checked, tuple):
        assert all(fault.remedy for fault in checked)
    else:
        assert not any("\0" in text for text in texts(register, checked).values())
