"""Results are approved and corrected by command."""

from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data


def test_results_are_approved_in_bulk_by_a_second_person(say: Say, at: At) -> None:
    """Without ids the waiting results are listed; `--all` approves what waits."""
    driver = at("submitted")
    approver = person(SECOND, Role.APPROVER)
    assert "result approve" in say("result", "approve", TASK, "--as", approver).out
    assert 0 == say("result", "approve", TASK, "--all", "--as", approver).code
    assert len(driver.visits(SECOND)) == driver.part(SECOND).approved


def test_correction_is_asked_for_and_signed(say: Say, at: At) -> None:
    """The number follows by itself; a repeated message keeps it; the head signs."""
    driver = at("published")
    result = driver.result(driver.visits(SECOND)[-1])
    handler, head = person(SECOND, Role.HANDLER), person(SECOND, Role.HEAD)
    after = ("--category", "未按规定公示应当公示的信息", "--finding", "漏记", "--reason", "核对")
    command = ("result", "correct", result.id, *after, "--as", handler, "--message-id", "c1")
    assert 0 == say(*command).code
    assert f"{result.id}/1" in say(*command).out
    assert 0 == say("result", "sign", f"{result.id}/1", "--as", head).code
    (one,) = data(say, "result", "corrections", TASK, "--as", handler)
    assert ("已签字", ["未按规定公示应当公示的信息", "漏记"]) == (one["decision"], one["after"])


def test_whoever_signs_a_correction_sees_every_follow_up_that_it_proposes(say: Say, at: At) -> None:
    """Each kind, with its days and whom it goes to; a list of results shows the same of what was entered."""
    driver = at("published")
    result = driver.result(driver.visits(SECOND)[-1])
    proposed = ("--disposal", "责令改正", "--disposal", "立案", "--disposal", "移送司法机关")
    after = ("--category", "发现问题待后续处理", "--finding", "涉嫌犯罪", "--reason", "核对")
    more = ("--days", "10", "--outside", "某县公安局")
    command = ("result", "correct", result.id, *after, *proposed, *more)
    assert 0 == say(*command, "--as", person(SECOND, Role.HANDLER)).code
    (one,) = data(say, "result", "corrections", TASK, "--as", person(SECOND, Role.HEAD))
    assert "责令改正（10日）、立案、移送司法机关（某县公安局）" == one["disposal"]
