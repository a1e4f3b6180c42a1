"""What lies behind a result: evidence, facts about the subject, commissions."""

from datetime import timedelta
from pathlib import Path

from rules.roles import Role
from tests.activities.world import TASK, item_of
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

OFFICER, HANDLER = person(SECOND, Role.OFFICER), person(SECOND, Role.HANDLER)
APPROVER = person(SECOND, Role.APPROVER)
PDF = b"%PDF-1.7\nproof"


def test_evidence_is_kept_listed_and_checked(say: Say, at: At, tmp_path: Path) -> None:
    """The file lies in the store under its hash; a touched one is found out."""
    driver = at("visited")
    visit = driver.visits(SECOND)[0].id
    file = tmp_path / "现场记录.pdf"
    file.write_bytes(PDF)
    assert 0 == say("result", "evidence", "add", TASK, visit, str(file), "--as", OFFICER).code
    (row,) = data(say, "result", "evidence", "list", TASK, "--check", "--as", OFFICER)
    assert ("现场记录.pdf", len(PDF), "") == (row["name"], row["size"], row["fault"])
    kept = tmp_path / "data" / "evidence" / row["sha256"][:2] / row["sha256"]
    assert PDF == kept.read_bytes()
    kept.chmod(0o600)
    kept.write_bytes(b"%PDF-else")
    said = say("result", "evidence", "list", TASK, "--check", "--as", OFFICER)
    assert (3, "EvidenceDamaged") == refused(said)
    wrong = tmp_path / "假.jpg"
    wrong.write_bytes(PDF)
    said = say("result", "evidence", "add", TASK, visit, str(wrong), "--as", OFFICER)
    assert (3, "EvidenceContent") == refused(said)


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
