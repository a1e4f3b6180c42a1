"""Commissions by command, from opening to report."""

from rules.roles import Role
from tests.activities.world import TASK, item_of
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data

HANDLER = person(SECOND, Role.HANDLER)


def test_a_commission_is_opened_listed_and_reported(say: Say, at: At) -> None:
    """With institution, qualification, day and conclusion."""
    driver = at("visited")
    visit, day = driver.visits(SECOND)[0].id, driver.today.isoformat()
    opened = ("--item", item_of(SECOND), "--institution", "检测中心", "--qualification", "CMA1", "--due", day)
    assert 0 == say("result", "commission", "open", TASK, visit, *opened, "--as", HANDLER).code
    (row,) = data(say, "result", "commission", "list", TASK, "--as", HANDLER)
    report = ("result", "commission", "report", TASK, row["commission"], "--on", day, "--conclusion", "合格")
    assert 0 == say(*report, "--as", HANDLER).code
    (row,) = data(say, "result", "commission", "list", TASK, "--as", HANDLER)
    assert "合格" == row["conclusion"]
