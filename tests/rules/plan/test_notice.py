"""The prose around the table."""

import datetime as dt

import pytest

from rules.plan.grid import Line
from rules.plan.notice import read_notice
from rules.plan.reading import DocumentReading, Status


def _read(*prose: str) -> DocumentReading:
    return read_notice([Line(i, (text,), table=False) for i, text in enumerate(prose, start=1)])


def test_a_whole_notice_is_read() -> None:
    """Office, number, title, year, dates and rules, each where offices print them."""
    found = _read(
        "# 安平县市场监管领域部门联合双随机监管工作领导小组办公室文件",
        "安双随机办发〔2025〕3号",
        "关于印发《安平县 2025 年度部门联合双随机抽查",
        "工作计划》的通知",
        "按照《省人民政府关于联合监管的实施意见》（省政发〔2019〕9号）要求，制定本计划。",
        "除对象库低于3户的全部抽取外，其余不得低于3户。",
        "在抽查任务完成之日起20个工作",
        "日内将抽查结果录入平台，向社会公示。",
        "请于11月20日前将工作总结报送县领导小组办公室。",
        "2025年1月8日",
        "办公室 2025年1月9日印发",
    )
    assert "安平县市场监管领域部门联合双随机监管工作领导小组办公室" == found.office.value
    assert "安双随机办发〔2025〕3号" == found.number.value
    assert "关于印发《安平县 2025 年度部门联合双随机抽查工作计划》的通知" == found.title.value
    assert (2025, dt.date(2025, 1, 8)) == (found.year.value, found.date.value)
    assert (dt.date(2025, 11, 20), "县领导小组办公室") == (found.report_by.value, found.report_to.value)
    assert (20, 3) == (found.result_days.value, found.min_count.value)
    assert "《省人民政府关于联合监管的实施意见》（省政发〔2019〕9号）" == found.basis.value


def test_what_the_prose_does_not_say_is_unknown() -> None:
    """A bare title says the year and nothing else."""
    found = _read("安平县2025年度部门联合双随机抽查工作计划")
    assert 2025 == found.year.value
    others = (found.number, found.office, found.date, found.report_by, found.result_days, found.min_count)
    assert {Status.UNKNOWN} == {field.status for field in others}


def test_the_table_says_nothing_about_the_document() -> None:
    """不低于3户 in a cell is a row's ratio, no rule of the notice."""
    header = Line(1, ("序号", "任务名称", "抽查事项", "抽查比例", "发起部门"))
    row = Line(2, ("1", "对甲抽查", "2025年3月5日前完成检查", "不低于3户", "县公安局"))
    found = read_notice([header, row])
    assert (Status.UNKNOWN, Status.UNKNOWN) == (found.min_count.status, found.date.status)


def test_two_different_minimums_are_unknown() -> None:
    """A person says which of them rules."""
    assert Status.UNKNOWN is _read("抽取不得低于3户。", "重点行业不得低于5户。").min_count.status


def test_a_signature_names_the_office_where_no_head_does() -> None:
    """On the lines before the date, or on its own line; the seal is not part of the name."""
    alone = _read("安平县市场监管领域双随机", "监管工作领导小组办公室（代章）", "2025年1月8日")
    assert "安平县市场监管领域双随机监管工作领导小组办公室" == alone.office.value
    assert "安平县市场监督管理局" == _read("安平县市场监督管理局 2025年1月8日").office.value


def test_a_number_inside_a_sentence_is_another_papers() -> None:
    """Only one that stands alone is the notice's own."""
    assert Status.UNKNOWN is _read("按照省政发〔2019〕9号文件要求").number.status
    assert "安双办〔2025〕1号" == _read("安平县办公室文件 安双办〔2025〕1号").number.value


def test_two_different_reporting_dates_are_unknown() -> None:
    """Half-year and year: a person says which."""
    found = _read(
        "2025年度抽查计划", "请于6月20日前将工作情况报县办公室。请于11月20日前将工作总结报县办公室。"
    )
    assert Status.UNKNOWN is found.report_by.status


def test_a_printing_date_alone_is_an_inference() -> None:
    """It is near the date of issue, but is not it."""
    found = _read("安平县办公室 2025年1月9日印发").date
    assert (dt.date(2025, 1, 9), Status.INFERRED) == (found.value, found.status)


@pytest.mark.parametrize(
    "text", ["请于11月20日前将工作总结报送县办公室。", "请于2月30日前将总结报县办公室，2025年计划如下"]
)
def test_a_date_that_cannot_be_completed_is_unknown(text: str) -> None:
    """Without a year, or on no day of any year."""
    assert Status.UNKNOWN is _read(text).report_by.status


def test_the_report_goes_to_whom_not_to_what() -> None:
    """报送总结至区联席办; and a date before which the checks end is no date of reports."""
    text = "抽查于2025年11月底前完成，11月30日前报送总结至区联席办。"
    found = read_notice([Line(1, ("2025年度抽查计划",), table=False), Line(2, (text,), table=False)])
    assert ("2025-11-30", "区联席办") == (str(found.report_by.value), found.report_to.value)


def test_the_office_is_told_by_the_head_above_the_number() -> None:
    """Also where the head does not end with 文件, and where the seal stands on a line of its own."""
    head = ["桐城区监管工作联席会议办公室", "桐双联办〔2026〕 2 号"]
    foot = ["桐城区监管工作联席会议办公室", "（区市场监管局代章）", "2026年2月28日"]
    for texts in (head, foot):
        found = read_notice([Line(i, (text,), table=False) for i, text in enumerate(texts, 1)])
        assert "桐城区监管工作联席会议办公室" == found.office.value


def test_several_signatures_are_an_inference() -> None:
    """Who leads is not said."""
    texts = ["青山县市场监督管理局 青山县公安局", "2025年4月1日"]
    found = read_notice([Line(i, (text,), table=False) for i, text in enumerate(texts, 1)])
    assert ("青山县市场监督管理局、青山县公安局", "inferred") == (
        found.office.value,
        found.office.status.value,
    )
