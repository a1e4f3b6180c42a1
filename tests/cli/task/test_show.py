"""What a task's list and page tell."""

from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import OFFICE_DESK, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, data

OFFICE_STAFF = person(OFFICE_DESK, Role.OFFICE)


def test_list_finds_tasks_by_stage_department_and_lateness(say: Say, at: At) -> None:
    """The filters narrow the list; a task whose waits are long due is overdue."""
    at("offered")
    assert [TASK] == [one["task"] for one in data(say, "task", "list")]
    assert [TASK] == [one["task"] for one in data(say, "task", "list", "--stage", "2", "--overdue")]
    assert "⚠ 已逾期" in say("task", "list", "--overdue").out
    assert [] == data(say, "task", "list", "--stage", "抽取检查对象")
    assert [] == data(say, "task", "list", "--department", "局外局")


def test_show_tells_all_waits_of_the_task(say: Say, at: At) -> None:
    """What is shown and what is printed as JSON name the same waits, with the command to type."""
    at("offered")
    shown = say("task", "show", f"joint-task/{TASK}").out
    waits = data(say, "task", "show", TASK)["waits"]
    assert {SECOND, THIRD} == {wait["department"] for wait in waits}
    assert f"starter.py task claim {TASK}" in shown
    assert "第2步，共8步" in shown


def test_show_names_disposals_and_what_must_come_first(say: Say, at: At) -> None:
    """The cases' waits stand with their own commands, and the task is not said to be idle."""
    at("published")
    listed = [one["disposal"] for one in data(say, "disposal", "list", TASK, "--open")]
    shown = say("task", "show", TASK).out
    assert [] == [one for one in listed if f"starter.py disposal step {one}" not in shown]
    assert f"此前须办完下列{len(listed)}项处置与更正" in shown


def test_show_keeps_released_departments(say: Say, at: At) -> None:
    """A department that was released stays listed as such."""
    at("offered")
    release = ("task", "release", TASK, "协同局", "--reason", "同意", "--as", OFFICE_STAFF)
    assert "协同局" in say(*release).out
    assert "已免除" in say("task", "show", TASK).out
