"""A cell's own words."""

from typing import Any

import pytest

from rules.plan.cells import read_mode, read_risk, read_window
from rules.plan.ratios import read_ratio_and_frequency
from rules.plan.reading import Status

NOTHING = {"percent": None, "at_least": None, "min_count": None, "tiers": None}
TIERS = {
    "percent": None,
    "at_least": False,
    "min_count": None,
    "tiers": {"A": "1", "B": "3", "C": "5", "D": "10"},
}


def _ratio(percent: str | None, *, least: bool = False, count: int | None = None) -> dict[str, Any]:
    return {"percent": percent, "at_least": least, "min_count": count, "tiers": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5%；1次/年", _ratio("5")),
        ("抽查比例不低5%; 抽查1次", _ratio("5", least=True)),
        ("抽查比例不抵于5％", _ratio("5", least=True)),
        ("不少于10%", _ratio("10", least=True)),
        ("10%以上 1次/年", _ratio("10", least=True)),
        ("0.05%", _ratio("0.05")),
        ("2‰", _ratio("0.2")),
        ("百分之五 一年一次", _ratio("5")),
        ("不低于3户", _ratio(None, least=True, count=3)),
        ("5%，不低于3户，1次/季度", _ratio("5", count=3)),
        ("A类1%、B类3%、C类5%、D类10%", TIERS),
        ("低风险1%、一般风险3%、较高风险5%、高风险10%；1次/年", TIERS),
        ("C类5%，D类10%", {**TIERS, "tiers": {"C": "5", "D": "10"}}),
        ("", NOTHING),
        ("1次/年", NOTHING),
    ],
)
def test_a_plainly_printed_ratio_is_read(text: str, expected: dict[str, Any]) -> None:
    """Plain, at least, fractions, floors and one per class are read as printed."""
    field, _ = read_ratio_and_frequency(text)
    assert field.value is not None
    assert (expected, Status.READ) == (field.value.model_dump(), field.status)


@pytest.mark.parametrize("text", ["5%、10%", "150%", "比例5", "按上级要求"])
def test_a_ratio_that_cannot_be_told_is_unknown(text: str) -> None:
    """Two percentages, more than all, no sign, no number: nobody may launch on these."""
    assert Status.UNKNOWN is read_ratio_and_frequency(text)[0].status


def test_words_that_are_not_understood_keep_a_ratio_from_being_read() -> None:
    """A condition beside the number waits for a person."""
    field, _ = read_ratio_and_frequency("5%（重点乡镇另定）")
    assert (Status.INFERRED, "5") == (field.status, field.value and field.value.percent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5%；1次/年", (1, None, "year")),
        ("抽查1次", (1, None, None)),
        ("抽查一次", (1, None, None)),
        ("5%; 1-2次", (1, 2, None)),
        ("每年2次", (2, None, "year")),
        ("每半年1次", (1, None, "half")),
        ("1次/季度", (1, None, "quarter")),
        ("每月一次", (1, None, "month")),
        ("一年两次", (2, None, "year")),
        ("5%", (None, None, None)),
    ],
)
def test_a_plainly_printed_frequency_is_read(text: str, expected: tuple[Any, ...]) -> None:
    """A number, a range, with or without a period, or none."""
    _, field = read_ratio_and_frequency(text)
    assert field.value is not None
    found = field.value.model_dump(mode="json")
    assert (expected, Status.READ) == ((found["times"], found["times_max"], found["per"]), field.status)


@pytest.mark.parametrize(("text", "per"), [("10% 次/年", "year"), ("5% 每季度", "quarter")])
def test_a_period_without_a_number_means_once_as_an_inference(text: str, per: str) -> None:
    """Only the unit is printed."""
    _, field = read_ratio_and_frequency(text)
    assert field.value is not None
    assert (1, per, Status.INFERRED) == (field.value.times, field.value.per, field.status)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3月-10月", (3, 10)),
        ("3—11月", (3, 11)),
        ("3月至11月", (3, 11)),
        ("3月~11月", (3, 11)),
        ("3月一11月", (3, 11)),
        ("5月", (5, 5)),
        ("2023年3月-11月", (3, 11)),
        ("2023.3-2023.11", (3, 11)),
        ("3月1日-10月31日", (3, 10)),
        ("四月至十月", (4, 10)),
        ("3 月 — 1 0 月", (3, 10)),
        ("全年", (1, 12)),
        ("上半年", (1, 6)),
        ("第三季度", (7, 9)),
    ],
)
def test_a_plainly_printed_window_is_read(text: str, expected: tuple[int, int]) -> None:
    """Ranges with any dash, single months and named parts of the year."""
    field = read_window(text)
    assert field.value is not None
    assert (expected, Status.READ) == ((field.value.from_month, field.value.to_month), field.status)


@pytest.mark.parametrize("text", ["", "11月-3月", "13月", "10月底前", "2023年9月-2024年2月", "5%"])
def test_a_window_that_is_none_is_unknown(text: str) -> None:
    """Backwards, over two years, without a beginning, or another column's text."""
    assert Status.UNKNOWN is read_window(text).status


def test_days_inside_months_make_the_window_an_inference() -> None:
    """A window has whole months."""
    assert Status.INFERRED is read_window("3月15日-10月20日").status


EVERY = ("A", "B", "C", "D")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("none", False, False, ())),
        (
            "根据企业信用风险分类结果，对低风险、一般风险、较高风险、高风险企业分别递加抽查比例、频次。",
            ("rising", True, True, EVERY),
        ),
        ("对低风险、一般风险、较高风险、高风险企业分别递增比例抽查", ("rising", True, False, EVERY)),
        (
            "根据企业信用风险分类结果，对较高风险、高风险企业分别提高抽查频次",
            ("rising", False, True, ("C", "D")),
        ),
        ("根据风险等级提升递加抽检频次", ("rising", False, True, ())),
        ("根据企业安全生产信用等级分类结果，确定抽查比例、频次。", ("own", True, True, ())),
    ],
)
def test_a_risk_requirement_is_read(text: str, expected: tuple[Any, ...]) -> None:
    """None, rising, or the trade's own classification."""
    field = read_risk(text)
    assert field.value is not None
    value = field.value
    assert (expected, Status.READ) == (
        (value.kind, value.ratio, value.frequency, value.classes),
        field.status,
    )


def test_a_text_about_something_else_is_no_risk_requirement() -> None:
    """Another cell's text under 智慧监管要求."""
    assert Status.UNKNOWN is read_risk("对学校开展气象灾害防御教育的检查").status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("县抽县查", ("county", "county")),
        ("市抽县查", ("city", "county")),
        ("县抽查", ("county", "county")),
        ("区抽区查", ("county", "county")),
        ("市抽查", ("city", None)),
        ("省抽市查", ("province", "city")),
    ],
)
def test_a_mode_is_read(text: str, expected: tuple[Any, ...]) -> None:
    """县抽查 is short for 县抽县查; 市抽查 names only who draws."""
    field = read_mode(text)
    assert field.value is not None
    assert (expected, Status.READ) == ((field.value.draw, field.value.check), field.status)


def test_two_modes_in_one_cell_are_unknown() -> None:
    """市县抽查 市抽查: a person says which."""
    assert Status.UNKNOWN is read_mode("市县抽查 市抽查").status
