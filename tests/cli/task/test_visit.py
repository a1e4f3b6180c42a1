"""A department's visits, by command."""

from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data


def test_visits_mask_names_and_show_ones_own_department_only(say: Say, at: At) -> None:
    """Officers stand by certificate number; another department's visits are not shown."""
    driver = at("matched")
    visits = data(say, "task", "visits", TASK, "--as", person(SECOND, Role.HANDLER))
    assert {visit.id for visit in driver.visits(SECOND)} == {one["visit"] for one in visits}
    assert {"ZF-second"} == {code[:9] for one in visits for code in one["officers"]}
    assert all("*" in name for one in visits for name in one["officer_names"])
