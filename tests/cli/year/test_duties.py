"""The duties of a moment: each read once for its clock, anew where the clock or who owes it has changed."""

from cli.year.duties import Duties
from models.trail import Deadline, Wait
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.waits import clock_of, wait_of
from tests.builders import SECOND, THIRD


def test_a_duty_is_read_once_and_anew_when_another_role_owes_it(at: At) -> None:
    """The same objects again; only the reassigned one is another."""
    driver, duties = at("visited"), Duties()
    entry = wait_of(driver, WaitKind.ENTRY, SECOND)
    first = {one.wait: one for one in driver.read(duties.open)}
    assert Role.OFFICER == first[entry.id].role
    with driver.database.write() as session:
        session.get_one(Wait, entry.id).role = Role.HANDLER
    second = {one.wait: one for one in driver.read(duties.open)}
    assert {entry.id} == {wait for wait, duty in second.items() if first[wait] is not duty}
    assert Role.HANDLER == second[entry.id].role


def test_what_stands_still_or_is_answered_is_no_duty(at: At) -> None:
    """A suspended clock, and a wait that was closed."""
    driver, duties = at("visited"), Duties()
    waits = [wait_of(driver, WaitKind.ENTRY, SECOND), wait_of(driver, WaitKind.ENTRY, THIRD)]
    owed = {one.wait for one in driver.read(duties.open)}
    assert {one.id for one in waits} < owed
    with driver.database.write() as session:
        session.get_one(Deadline, clock_of(driver, waits[0]).id).suspended = True
        session.get_one(Wait, waits[1].id).closed_at = driver.now
    assert owed - {one.id for one in waits} == {one.wait for one in driver.read(duties.open)}
