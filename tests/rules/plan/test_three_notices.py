"""The three example notices, read as a careful person reads them."""

from functools import cache
from typing import Any

import pytest

from rules.plan.reading import PlanReading
from tests.rules.plan.notices import fields, seqs
from tests.rules.plan.open_fields import BEGIN, DOCUMENT, END, reading, table

RISING = {"kind": "rising", "ratio": True, "frequency": True, "classes": ["A", "B", "C", "D"]}
NONE = {"kind": "none", "ratio": False, "frequency": False, "classes": []}


@cache
def _reading(name: str) -> PlanReading:
    return reading(name)


@pytest.mark.parametrize(
    ("name", "count"), [("yangcheng-2024", 63), ("lvliang-2023", 58), ("gaoping-2023", 49)]
)
def test_every_row_is_there_once_and_in_order(name: str, count: int) -> None:
    """Rows are numbered from 1 without a gap."""
    assert [str(i) for i in range(1, count + 1)] == seqs(_reading(name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "yangcheng-2024",
            {
                "number": "阳市双随机办（2024）2号",
                "office": "阳城县市场监管领域双随机一公开监管工作领导小组办公室",
                "title": "关于印发《阳城县2024年度市场监管领域部门联合双随机抽查工作计划》的通知",
                "year": 2024,
                "date": "2024-01-25",
                "report_by": "2024-11-20",
                "result_days": 20,
                "min_count": 3,
            },
        ),
        (
            "gaoping-2023",
            {
                "number": "高市双随机办〔2023〕2号",
                "office": "高平市市场监管领域双随机、一公开监管工作领导小组办公室",
                "title": "关于印发高平市 2023 年度市场监管领域部门联合双随机抽查工作计划的通知",
                "year": 2023,
                "date": "2023-02-10",
                "report_by": None,
                "result_days": 20,
                "min_count": None,
            },
        ),
    ],
)
def test_the_prose_is_read(name: str, expected: dict[str, Any]) -> None:
    """What it does not say is unknown."""
    found = _reading(name).document.to_json()
    assert expected == {key: field["value"] for key, field in found.items()}


def test_lvliang_prints_a_title_and_nothing_else() -> None:
    """The year stands in the title; number, office and dates are unknown."""
    found = _reading("lvliang-2023").document.to_json()
    assert {"title", "year"} == {key for key, field in found.items() if field["status"] == "read"}


def _values(name: str, seq: int, *keys: str) -> list[Any]:
    found = fields(_reading(name), seq)
    return [(found[key]["value"], found[key]["status"]) for key in keys]


@pytest.mark.parametrize("seq", [20, 21, 22])
def test_lvliangs_merged_block_belongs_to_row_19(seq: int) -> None:
    """Requirement, window and initiator stand once, in row 19."""
    expected = [
        (RISING, "inferred"),
        ({"from_month": 3, "to_month": 11}, "inferred"),
        ("市文化和旅游局", "inferred"),
    ]
    assert expected == _values("lvliang-2023", seq, "risk", "window", "initiator")


@pytest.mark.parametrize("seq", [26, 27])
def test_lvliangs_requirement_with_row_28s_items_is_unknown(seq: int) -> None:
    """The cell holds another row's text."""
    assert [(None, "unknown"), (None, "unknown")] == _values("lvliang-2023", seq, "risk", "smart")


def test_gaopings_row_20_is_shifted_by_one() -> None:
    """The empty requirement's cell is missing."""
    expected = [
        ({"from_month": 2, "to_month": 11}, "inferred"),
        ("晋城市环境保护局高平分局", "inferred"),
        (["高平市市场监管局"], "inferred"),
        (NONE, "inferred"),
        ("涉危废企业", "read"),
    ]
    assert expected == _values("gaoping-2023", 20, "window", "initiator", "partners", "risk", "scope")


@pytest.mark.parametrize(
    ("name", "seq", "key", "expected"),
    [
        ("yangcheng-2024", 10, "initiator", "市生态环境局阳城分局"),
        ("yangcheng-2024", 13, "partners", ["县市场监管局", "市生态环境局阳城分局"]),
        ("yangcheng-2024", 4, "partners", ["县教育局", "县卫健局"]),
        ("yangcheng-2024", 58, "scope", "全市商场(超市)(≥300m²)"),
        (
            "yangcheng-2024",
            27,
            "items",
            "医疗保障经办政务服务事项清单和办事指南,并根据实际情况调整和更新抽查",
        ),
        ("yangcheng-2024", 46, "mode", {"draw": "county", "check": "county"}),
        ("yangcheng-2024", 49, "mode", {"draw": "city", "check": None}),
        ("lvliang-2023", 1, "initiator", "市委宣传部 (市新闻出版局)"),
        ("lvliang-2023", 10, "partners", ["市市场监管局", "市公安局", "市生态环境局", "市交通运输局"]),
        ("lvliang-2023", 22, "partners", ["市市场监管局", "市交通运输局"]),
        ("lvliang-2023", 1, "ratio", {"percent": "5", "at_least": True, "min_count": None, "tiers": None}),
        ("lvliang-2023", 37, "ratio", {"percent": "0.1", "at_least": True, "min_count": None, "tiers": None}),
        ("lvliang-2023", 47, "frequency", {"times": 1, "times_max": 2, "per": None}),
        ("lvliang-2023", 23, "frequency", {"times": None, "times_max": None, "per": None}),
        ("lvliang-2023", 15, "risk", NONE),
        ("lvliang-2023", 6, "risk", {"kind": "own", "ratio": True, "frequency": True, "classes": []}),
        ("lvliang-2023", 47, "risk", {"kind": "rising", "ratio": False, "frequency": True, "classes": []}),
        ("gaoping-2023", 10, "risk", NONE),
        ("gaoping-2023", 47, "window", {"from_month": 1, "to_month": 3}),
    ],
)
def test_a_plain_cell_is_read(name: str, seq: int, key: str, expected: Any) -> None:
    """Cells that a careful person does not doubt."""
    assert [(expected, "read")] == _values(name, seq, key)


def test_only_the_unit_is_printed_in_yangchengs_row_51() -> None:
    """10% 次/年: once, as an inference."""
    once = {"times": 1, "times_max": None, "per": "year"}
    assert [(once, "inferred")] == _values("yangcheng-2024", 51, "frequency")


def test_two_modes_in_yangchengs_row_60_are_unknown() -> None:
    """市县抽查 市抽查."""
    assert [(None, "unknown")] == _values("yangcheng-2024", 60, "mode")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("yangcheng-2024", {"31": ["items against scope: scope speaks of seq 30"]}),
        ("gaoping-2023", {seq: ["scope in another territory: 全区"] for seq in ("32", "33", "38", "39")}),
    ],
)
def test_contradictions_are_flagged_and_nothing_else(name: str, expected: dict[str, list[str]]) -> None:
    """Besides shifted rows, merged blocks and cells that are not understood."""
    flags = {row.seq: row.flags for row in _reading(name).rows if row.flags}
    found = {seq: some for seq, some in flags.items() if not some[0].startswith(("shifted", "cell"))}
    assert expected == found


def test_the_document_lists_exactly_the_fields_that_are_not_read() -> None:
    """docs/plan-reading.md is generated from the reading."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert table() == text[text.index(BEGIN) : text.index(END) + len(END)]
