"""Names of departments in a cell."""

import pytest

from rules.plan.departments import read_initiator, read_partners, split
from rules.plan.reading import Status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("县市场监管局", ["县市场监管局"]),
        ("县教育局、", ["县教育局"]),
        ("县卫健局 县公安局", ["县卫健局", "县公安局"]),
        ("县卫健局\n县公安局", ["县卫健局", "县公安局"]),
        ("市市场监管局、公安局、生态环境局", ["市市场监管局", "市公安局", "市生态环境局"]),
        ("市市场监管、市交通运输局", ["市市场监管局", "市交通运输局"]),
        ("市生态环境局 阳城分局", ["市生态环境局阳城分局"]),
        ("县市场监管局 市生态环境局 阳城分局", ["县市场监管局", "市生态环境局阳城分局"]),
        ("晋城市环境保护局高平分局", ["晋城市环境保护局高平分局"]),
        ("市委宣传部 (市新闻出版局)", ["市委宣传部 (市新闻出版局)"]),
        ("市公安局（治安支队）、市商务局", ["市公安局（治安支队）", "市商务局"]),
        ("县公安局/县交通局", ["县公安局", "县交通局"]),
        ("市烟草专卖局-市公安局", ["市烟草专卖局", "市公安局"]),
        ("县市场监管局县公安局", ["县市场监管局", "县公安局"]),
        ("县文化和旅游局和县公安局", ["县文化和旅游局", "县公安局"]),
        ("泽州县市场监管局、教育局", ["泽州县市场监管局", "泽州县教育局"]),
        ("县城市管理局、县发展和改革局", ["县城市管理局", "县发展和改革局"]),
        ("县 教 育 局、县 公 安 局", ["县教育局", "县公安局"]),
        ("市卫生健康委\n员会", ["市卫生健康委员会"]),
        ("县市场监管局、晋城海关", ["县市场监管局", "晋城海关"]),
        ("无", []),
    ],
)
def test_plainly_printed_departments_are_read(text: str, expected: list[str]) -> None:
    """As printed, a shared prefix or suffix restored, never an alias."""
    field = read_partners(text)
    assert (tuple(expected), Status.READ) == (field.value, field.status)


@pytest.mark.parametrize("text", ["县公安局或县交通局", "高平市市场监", "各类企业", "10%"])
def test_what_names_nobody_for_certain_is_unknown(text: str) -> None:
    """A choice, half a name, no name."""
    assert Status.UNKNOWN is read_partners(text).status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("县卫健局等", ["县卫健局"]),
        ("县市场监管局、税务局", ["县市场监管局", "税务局"]),
        ("县市场监管局公安局", ["县市场监管局", "县公安局"]),
    ],
)
def test_what_is_probably_meant_is_inferred(text: str, expected: list[str]) -> None:
    """An open list, a body that goes without a prefix, names joined by nothing."""
    field = read_partners(text)
    assert (tuple(expected), Status.INFERRED) == (field.value, field.status)


def test_several_initiators_are_a_list_led_by_the_first() -> None:
    """One name is a string, several are a list."""
    assert "县公安局" == read_initiator("县公安局").value
    assert ("县公安局", "县交通局") == read_initiator("县公安局、县交通局").value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("县人力资源和社\n会保障局", ("县人力资源和社会保障局",)),
        ("县委网络安全和信息化委员会 办公室、县公安局", ("县委网络安全和信息化委员会办公室", "县公安局")),
        ("县供销合作社 县商务局", ("县供销合作社", "县商务局")),
    ],
)
def test_a_line_break_inside_a_name_makes_no_two(raw: str, expected: tuple[str, ...]) -> None:
    """Though the first half ends as names do."""
    assert expected == split(raw).names
