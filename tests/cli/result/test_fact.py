"""Facts about a subject by command, and what they end."""

from datetime import timedelta

from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

OFFICER = person(SECOND, Role.OFFICER)
APPROVER = person(SECOND, Role.APPROVER)


def test_a_gone_subject_is_recorded_and_its_visit_closed(say: Say, at: At) -> None:
    """The officer records, the approver closes; the rates no longer ask for it."""
    driver = at("matched")
    visit, day = driver.visits(SECOND)[0].id, driver.today.isoformat()
    add = ("result", "fact", "add", TASK, visit, "注销", "--on", day, "--source", "登记机关公告")
    assert 0 == say(*add, "--as", OFFICER).code
    (row,) = data(say, "result", "fact", "list", TASK)
    assert "注销" == row["fact_name"]
    close = ("result", "fact", "close", TASK, visit, "--reason", "已注销")
    assert (3, "WrongRole") == refused(say(*close, "--as", OFFICER))
    assert 0 == say(*close, "--as", APPROVER).code
    mine = next(one for one in data(say, "result", "rates", TASK) if one["department"] == SECOND)
    assert (8, 1) == (mine["subjects"], mine["exempt"])


def test_letters_are_typed_with_their_days(say: Say, at: At) -> None:
    """A number and a day each; anything else is told how to write it."""
    driver = at("matched")
    visit, day = driver.visits(SECOND)[0].id, driver.today
    add = ("result", "fact", "add", TASK, visit, "无法联系", "--on", day.isoformat(), "--source", "退信")
    sent = [f"XA{days}={day - timedelta(days=days)}" for days in (20, 3)]
    assert (3, "LetterUnclear") == refused(say(*add, "--letter", "XA1", "--as", OFFICER))
    assert 0 == say(*add, "--letter", sent[0], "--letter", sent[1], "--as", OFFICER).code
    (row,) = data(say, "result", "fact", "list", TASK)
    assert 2 == len(row["letters"])


def test_only_a_fact_that_may_end_the_check_is_told_so(say: Say, at: At) -> None:
    """The next step is a command that is not refused: a subject that cannot be found gets a result."""
    driver = at("matched")
    (first, second), day = driver.visits(SECOND)[:2], driver.today
    add = ("--on", day.isoformat(), "--source", "核实", "--as", OFFICER)
    sent = [f"--letter=XA{days}={day - timedelta(days=days)}" for days in (20, 3)]
    assert "fact close" in say("result", "fact", "add", TASK, first.id, "注销", *add).out
    assert "fact close" not in say("result", "fact", "add", TASK, second.id, "无法联系", *add, *sent).out
