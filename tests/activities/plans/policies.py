"""Policies as a plan's notice rules them, for tests."""

from typing import Any

from models.papers import SetPolicy
from rules.policy import PolicyKey
from rules.roles import Role
from tests.activities.driver import Driver
from tests.activities.world import OFFICE_TARGET
from tests.builders import DOCUMENT, OFFICE_DESK

CLAUSE = "测双随机办〔2026〕1号：二、抽取户数不得低于5户"


def rule(driver: Driver, key: PolicyKey, value: Any, plan: str = DOCUMENT) -> None:
    """The office confirms a rule of a plan's notice."""
    paper = SetPolicy(key=key, value=value, clause=CLAUSE, valid_from=driver.today, plan=plan)
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
