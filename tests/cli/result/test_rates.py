"""Rates of entry and publication, by command."""

from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import LEAD, SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data

OFFICER = person(SECOND, Role.OFFICER)


def test_who_is_unchecked_is_told_to_the_own_department_alone(say: Say, at: At) -> None:
    """To all others these subjects are a number: the list stays private until each check."""
    at("matched")
    asked = {one["department"]: one for one in data(say, "result", "rates", TASK, "--as", OFFICER)}
    assert 9 == len(asked[SECOND]["missing"])
    assert ([], 9) == (asked[LEAD]["missing"], asked[LEAD]["unchecked"])
