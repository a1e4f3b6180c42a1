"""A list drawn by the level above, received: for the tests of what it stands for."""

from models.papers import (
    AdjustedRow,
    AdjustPlan,
)
from rules.roles import Role
from tests.activities.driver import Driver
from tests.activities.world import OFFICE_TARGET
from tests.builders import DOCUMENT, OFFICE_DESK, set_field


def of_the_city(driver: Driver) -> Driver:
    """The row is 市抽县查."""
    row = AdjustedRow(seq="1", fields={"mode": set_field({"draw": "city", "check": "county"})})
    paper = AdjustPlan(document=DOCUMENT, number="申1", approval="批1", reason="市级抽取", changed=(row,))
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
    return driver
