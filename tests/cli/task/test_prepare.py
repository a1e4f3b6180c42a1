"""Scope, items and periods are proposed and confirmed by command."""

from datetime import timedelta
from pathlib import Path

import pytest

from models.task import Aspect
from rules.roles import Role
from rules.stages import Stage
from tests.activities.world import TASK, item_of
from tests.builders import LEAD, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

HANDLER, APPROVER = person(LEAD, Role.HANDLER), person(LEAD, Role.APPROVER)


def test_scope_is_suggested_proposed_and_confirmed(say: Say, at: At) -> None:
    """Without conditions it is only suggested; proposed it has a live count; its proposer can't confirm it."""
    driver = at("launched")
    suggested = data(say, "task", "scope", TASK, "--as", HANDLER)
    assert "全县学校" == suggested["prose"]
    assert [] == data(say, "task", "show", TASK)["proposals"]
    proposed = data(say, "task", "scope", TASK, "--kind", "学校", "--area", "东镇", "--as", HANDLER)
    assert 6 == proposed["count"]
    assert (3, "SecondPersonNeeded") == refused(
        say("task", "confirm", TASK, "scope", "--yes", "--as", HANDLER)
    )
    assert 0 == say("task", "confirm", TASK, "scope", "--as", APPROVER, input="y\n").code
    (shown,) = data(say, "task", "show", TASK)["proposals"]
    assert (proposed["sha256"], True) == (shown["sha256"], shown["confirmed"])
    assert Stage.INITIATE is driver.job().stage


def test_hand_picked_scope_needs_its_reason(say: Say, at: At, tmp_path: Path) -> None:
    """A list without a reason is refused in words; with one it is proposed."""
    at("launched")
    file = tmp_path / "名单.txt"
    file.write_text("XK0000000000000001\nXK0000000000000002\n", encoding="utf-8")
    command = ("task", "scope", TASK, "--hand-picked", str(file), "--as", HANDLER)
    assert (3, "PaperInvalid") == refused(say(*command))
    assert 2 == data(say, *command, "--reason", "专项整治")["count"]


def test_hand_picked_codes_and_conditions_are_of_the_register(say: Say, at: At, tmp_path: Path) -> None:
    """Unknown codes are named by line, unknown values with those that exist, and nobody is no scope."""
    at("launched")
    file = tmp_path / "名单.txt"
    file.write_text("XK0000000000000001\nXK9\n", encoding="utf-8")
    picked = say("task", "scope", TASK, "--hand-picked", str(file), "--reason", "专项", "--as", HANDLER)
    assert (3, "SubjectUnknown") == refused(picked)
    assert "第2行 XK9" in picked.err
    for option in ("--kind", "--tag", "--area", "--class"):
        said = say("task", "scope", TASK, option, "无此值", "--as", HANDLER)
        assert (3, "ScopeValueUnknown") == refused(said)
    nobody = say("task", "scope", TASK, "--kind", "学校", "--min-capital", "99999999", "--as", HANDLER)
    assert (3, "ScopeEmpty") == refused(nobody)
    wrong = say("task", "scope", TASK, "--min-capital", "abc", "--as", HANDLER)
    assert (2, True) == (wrong.code, "不是整数" in wrong.err)
    assert [] == data(say, "task", "show", TASK)["proposals"]


def test_second_person_sees_whom_the_scope_takes_in(say: Say, at: At) -> None:
    """Before the question stand the live count and a sample."""
    at("launched")
    say("task", "scope", TASK, "--kind", "学校", "--area", "东镇", "--as", HANDLER)
    shown = say("task", "confirm", TASK, "scope", "--as", APPROVER, input="n\n").out
    assert "现有6户" in shown
    assert "样例" in shown


def test_items_are_given_by_department(say: Say, at: At) -> None:
    """An item alone is told its form."""
    at("launched")
    assert (3, "ItemFormWrong") == refused(say("task", "items", TASK, "--item", "foo", "--as", HANDLER))


def test_items_of_one_department_may_be_given_one_by_one(say: Say, at: At) -> None:
    """A second option adds to the first; which of them the lists hold is for the ruling."""
    at("launched")
    others = [f"--item={one}={item_of(one)}" for one in (LEAD, SECOND, THIRD)]
    said = say("task", "items", TASK, *others, f"--item={LEAD}=ZZ-99", "--as", HANDLER)
    assert (3, "ItemUnknown", True) == (*refused(said), "ZZ-99" in said.err)
    assert item_of(LEAD) not in said.err


def test_items_and_periods_bring_the_task_to_its_partners(say: Say, at: At) -> None:
    """All three confirmed at once: the task goes on to stage 2."""
    driver = at("launched")
    day = driver.today
    items = [
        f"--item={name}={item_of(department)}"
        for name, department in ((LEAD, LEAD), ("配合局", SECOND), ("协同局", THIRD))
    ]
    listed = data(say, "task", "items", TASK, "--as", HANDLER)
    assert {item_of(one) for one in (LEAD, SECOND, THIRD)} == {one["code"] for one in listed}
    say("task", "scope", TASK, "--kind", "学校", "--as", HANDLER)
    assert 0 == say("task", "items", TASK, *items, "--as", HANDLER).code
    halves = [f"--period={day}~{day + timedelta(days=9)}", f"--period={day}~{day + timedelta(days=20)}"]
    assert 0 == say("task", "periods", TASK, *halves, "--as", HANDLER).code
    shown = {one["aspect"]: one for one in data(say, "task", "show", TASK)["proposals"]}
    assert [50, 50] == [one["share"] for one in shown[Aspect.PERIODS]["content"]["periods"]]
    assert 0 == say("task", "confirm", TASK, "--yes", "--as", APPROVER).code
    assert Stage.NOTIFY is driver.job().stage


@pytest.mark.parametrize("text", ["2026-04-01", "2026-04-01~昨天", "2026-04-01~2026-04-09=一半"])
def test_unreadable_period_is_refused(say: Say, at: At, text: str) -> None:
    """A period is two days and a share."""
    at("launched")
    said = say("task", "periods", TASK, "--period", text, "--as", HANDLER)
    assert refused(said) in {(3, "PeriodInvalid"), (3, "DateInvalid")}
