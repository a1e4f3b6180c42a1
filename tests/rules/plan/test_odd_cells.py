"""Cells and columns as notices of many places print them."""

from typing import Any

import pytest

from rules.plan.cells import read_risk, read_window
from rules.plan.departments import read_initiator, read_partners
from rules.plan.ratios import read_ratio_and_frequency
from tests.rules.plan.notices import GUARDS, HEADER, HOTELS, PAWN, cells, fields, read, seqs


def test_a_digit_misread_as_a_letter_is_an_inference() -> None:
    """l0% may be 10%; nobody reads it plainly."""
    ratio, frequency = read_ratio_and_frequency("l0%；l次/年")
    window = read_window("3月-1l月")
    assert ("10", "inferred") == (ratio.value and ratio.value.percent, ratio.status.value)
    assert (1, "inferred") == (frequency.value and frequency.value.times, frequency.status.value)
    assert (11, "inferred") == (window.value and window.value.to_month, window.status.value)


def test_all_of_a_small_base_is_no_floor() -> None:
    """5%, and everybody where there are fewer than three."""
    ratio, frequency = read_ratio_and_frequency("5%（不足3户的全部抽取）；1次/年")
    assert ("5", None) == (ratio.value and ratio.value.percent, ratio.value and ratio.value.min_count)
    assert ("inferred", "read") == (ratio.status.value, frequency.status.value)


def test_words_about_the_ratio_alone_leave_the_frequency_plain() -> None:
    """No frequency is printed."""
    ratio, frequency = read_ratio_and_frequency("一般企业3%，重点企业10%")
    assert ("unknown", "read") == (ratio.status.value, frequency.status.value)


@pytest.mark.parametrize(
    ("raw", "expected", "status"),
    [
        ("市场监管局（牵头）、公安局", ("市场监管局", "公安局"), "read"),
        ("公安局、市场监管局（牵头）", ("市场监管局", "公安局"), "read"),
        ("市场监管局（牵头）、公安局（配合）", None, "unknown"),
        ("县直相关部门", None, "unknown"),
        ("自治区公安厅", "自治区公安厅", "read"),
        ("县卫健局,县商务局.", ("县卫健局", "县商务局"), "read"),
    ],
)
def test_roles_in_brackets_are_no_part_of_a_name(raw: str, expected: Any, status: str) -> None:
    """The one that leads comes first."""
    found = read_initiator(raw)
    assert (expected, status) == (found.value, found.status.value)


def test_provincial_departments_share_a_prefix() -> None:
    """自治区 is a level as 省 is."""
    assert ("自治区生态环境厅", "自治区公安厅") == read_partners("自治区生态环境厅、公安厅").value


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        ("对D级企业提高抽查比例", "rising", "read"),
        ("适当降低低风险企业、提高高风险企业抽查比例", "rising", "inferred"),
        ("对信用风险等级为A级、B级的企业抽查比例分别为1%、2%", "unknown", "inferred"),
    ],
)
def test_requirements_of_other_places(raw: str, kind: str, status: str) -> None:
    """What raises for some and lowers for others is not plainly one thing."""
    found = read_risk(raw)
    assert (kind, status) == (found.value and found.value.kind.value, found.status.value)


def test_labels_inside_a_shared_cell_tell_who_leads() -> None:
    """发起：… 配合：… is plainly read."""
    header = [*HEADER[:7], "部门（发起/配合）"]
    rows = [
        [*cells(i, task)[:7], "发起：县公安局 配合：县文旅局、县商务局"]
        for i, task in enumerate((GUARDS, HOTELS), 1)
    ]
    found = fields(read(*rows, header=header), 2)
    assert ("县公安局", "read") == (found["initiator"]["value"], found["initiator"]["status"])
    assert (["县文旅局", "县商务局"], "read") == (found["partners"]["value"], found["partners"]["status"])


def test_marks_under_departments_name_the_partners() -> None:
    """A matrix of √, as an inference; a row without a mark has none."""
    header = [*HEADER[:8], "公安局", "市场监管局", "消防救援大队"]
    rows = [
        [*cells(1, GUARDS)[:8], "", "√", "√"],
        [*cells(2, HOTELS)[:8], "√", "", ""],
        [*cells(3, PAWN)[:8], "", "", ""],
    ]
    reading = read(*rows, header=header)
    found = [fields(reading, i)["partners"] for i in (1, 2, 3)]
    assert [["市场监管局", "消防救援大队"], ["公安局"], []] == [each["value"] for each in found]
    assert {"inferred"} == {each["status"] for each in found}


def test_sums_page_marks_and_numbers_of_columns_are_no_rows() -> None:
    """Nor the rest of the row above."""
    numbers = [str(i) for i in range(1, 10)]
    reading = read(numbers, cells(1, GUARDS), "— 3 —", cells(2, HOTELS), ["合计", "2项", *[""] * 7])
    assert ["1", "2"] == seqs(reading)
    assert "旅馆业" in fields(reading, 2)["name"]["value"]
    assert "read" == fields(reading, 1)["partners"]["status"]
