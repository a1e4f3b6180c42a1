"""The papers of an office outside any task, each in its place and out of it."""

from datetime import date, timedelta

from models.papers import (
    AddAlias,
    AddDepartment,
    ConfirmRegister,
    IssueToken,
    Paper,
    PostPerson,
    RevokeTokens,
    SetPolicy,
)
from rules.policy import PolicyKey
from rules.roles import Role
from tests.activities.calendars import a_calendar
from tests.activities.cases.base import Case, office
from tests.activities.driver import Driver
from tests.activities.world import SHA
from tests.builders import LEAD, SECOND, person


def _policy(driver: Driver) -> Paper:
    return SetPolicy(key=PolicyKey.CLAIM_DAYS, value=3, clause="会议纪要", valid_from=driver.today)


def _post(driver: Driver) -> Paper:
    return PostPerson(
        person="p-new", name="新人", department=SECOND, role=Role.HANDLER, from_day=date(2026, 4, 1)
    )


CASES: dict[str, Case] = {
    "register.confirm": office(
        lambda _: ConfirmRegister(directory="subjects"), by=(LEAD, Role.KEEPER), stranger=("", "")
    ),
    "policy.set": office(_policy),
    "alias.add": office(lambda _: AddAlias(alias="牵头管理局", department=LEAD)),
    "department.add": office(lambda _: AddDepartment(code="new", name="新设局", aliases=("新局",))),
    "person.post": office(_post),
    "person.token": office(
        lambda driver: IssueToken(
            person=person(LEAD, Role.HANDLER), sha256=SHA, expires_on=driver.today + timedelta(days=90)
        )
    ),
    "person.revoke": office(lambda _: RevokeTokens(person=person(LEAD, Role.HANDLER), reason="离职")),
    "calendar.load": office(lambda _: a_calendar(2027)),
}
