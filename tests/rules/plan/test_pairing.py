"""Rows of a plan issued anew are paired with the former ones by content."""

from pathlib import Path
from typing import Any

from adapters.plan_files import read_plan
from rules.plan.difference import Change, difference
from rules.plan.pairing import Keyed, Pair, pair

PLANS = Path(__file__).resolve().parents[3] / "examples" / "plans"


def row(seq: str, name: str, **values: Any) -> Keyed:
    """A row of few words."""
    window = {"from_month": 3, "to_month": 10}
    return Keyed(
        seq,
        {
            "name": name,
            "items": f"{name}检查",
            "scope": "全县",
            "initiator": "县局",
            "window": window,
            **values,
        },
    )


def test_rows_that_were_only_renumbered_keep_their_keys() -> None:
    """A whole notice in reverse order, numbered anew from 1."""
    rows = [
        Keyed(one.seq, {name: field.to_json()["value"] for name, field in one.fields.each()})
        for one in read_plan(PLANS / "yangcheng-2024.md").rows
    ]
    issued = [Keyed(str(number), one.values) for number, one in enumerate(reversed(rows), start=1)]
    found = pair(rows, issued)
    assert [one.seq for one in reversed(rows)] == [one.key for one in found]
    assert {1.0} == {one.likeness for one in found}


def test_a_changed_row_is_still_itself_and_a_strange_one_is_new() -> None:
    """Some words changed, the ratio changed; another task altogether has no key."""
    former = [row("1", "学校食堂食品安全抽查"), row("2", "加油站计量抽查")]
    issued = [row("1", "加油站计量抽查", ratio={"percent": "9"}), row("2", "旅行社经营活动抽查")]
    found = pair(former, issued)
    assert ["2", None] == [one.key for one in found]
    assert found[0].likeness > 0.9


def test_two_rows_alike_but_for_the_window_stay_two_rows() -> None:
    """The window tells them apart."""
    spring, autumn = {"from_month": 3, "to_month": 5}, {"from_month": 9, "to_month": 11}
    former = [row("1", "学校抽查", window=spring), row("2", "学校抽查", window=autumn)]
    issued = [row("1", "学校抽查", window=autumn), row("2", "学校抽查", window=spring)]
    assert [Pair("1", "2", 1.0), Pair("2", "1", 1.0)] == pair(former, issued)


def test_the_difference_names_what_was_changed_added_and_removed() -> None:
    """In the words of the trade, field by field, before and after."""
    before = {"1": row("1", "甲抽查").values, "2": row("2", "乙抽查").values}
    after = {"1": row("1", "甲抽查", scope="全市").values, "10": row("10", "丙抽查").values}
    lines = difference(before, after)
    assert [Change.CHANGED, Change.REMOVED, Change.ADDED] == [line.change for line in lines]
    assert "调整 序号1《甲抽查》：抽查对象范围由“全县”改为“全市”" == lines[0].words
    assert ["减 序号2《乙抽查》", "增 序号10《丙抽查》"] == [line.words for line in lines[1:]]
    assert [] == difference(before, before)
