"""Taking back by command: facts, evidence, proofs of publication; who asks, who signs, and what is shown then."""

import json
from pathlib import Path

import pytest

from models.outcomes import PublicationKind
from rules.channel import Channel
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.world import TASK
from tests.builders import OFFICE_DESK, SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

OFFICER, HANDLER = person(SECOND, Role.OFFICER), person(SECOND, Role.HANDLER)
HEAD = person(SECOND, Role.HEAD)
PDF = b"%PDF-1.7\nproof"


def test_a_wrong_fact_is_taken_back_and_its_visit_goes_on(say: Say, at: At) -> None:
    """By its number; both sides stand in the list of corrections, and the fact is marked."""
    driver = at("closed_on_it")
    (row,) = data(say, "result", "fact", "list", TASK)
    assert (3, "GroundUnknown") == refused(
        say("result", "fact", "withdraw", TASK, "没有", "--reason", "误认", "--as", OFFICER)
    )
    asked = say("result", "fact", "withdraw", TASK, row["fact"], "--reason", "误认同名企业", "--as", OFFICER)
    assert 0 == asked.code
    number = f"{row['visit']}/1"
    assert f"result sign {number}" in asked.out + asked.err
    signed = say("result", "sign", number, "--as", HEAD)
    assert "恢复检查" in signed.out + signed.err
    (row,) = data(say, "result", "fact", "list", TASK)
    assert number == row["retraction"]
    (line,) = data(say, "result", "corrections", TASK, "--as", OFFICER)
    assert ("误认同名企业", ["撤回对象情况"], "已签字") == (line["reason"], line["after"], line["decision"])
    assert VisitStage.UNMATCHED is driver.visits(SECOND)[0].stage


@pytest.mark.parametrize("erase", [False, True])
def test_evidence_is_taken_back_and_erased_where_it_must_not_be_kept(
    say: Say, at: At, tmp_path: Path, erase: bool
) -> None:
    """It is listed no more; its hash stays, its content only where that may be."""
    driver = at("visited")
    file = tmp_path / "现场.pdf"
    file.write_bytes(PDF)
    visit = driver.visits(SECOND)[0].id
    assert 0 == say("result", "evidence", "add", TASK, visit, str(file), "--as", OFFICER).code
    (row,) = data(say, "result", "evidence", "list", TASK, "--as", OFFICER)
    kept = tmp_path / "data" / "evidence" / row["sha256"][:2] / row["sha256"]
    how = ("--erase",) if erase else ()
    ask = ("result", "evidence", "withdraw", TASK, row["evidence"], "--reason", "拍的是另一户", *how)
    assert 0 == say(*ask, "--as", OFFICER).code
    assert kept.exists()
    assert 0 == say("result", "sign", f"{visit}/1", "--as", HEAD).code
    assert erase is not kept.exists()
    assert [] == data(say, "result", "evidence", "list", TASK, "--check", "--as", OFFICER)
    (gone,) = data(say, "result", "evidence", "list", TASK, "--withdrawn", "--check", "--as", OFFICER)
    assert row["sha256"] == gone["sha256"]
    assert 0 == say("result", "evidence", "erase", TASK, "--as", OFFICER).code


def test_a_record_says_what_was_taken_back_and_leaves_its_content_out(
    say: Say, at: At, tmp_path: Path
) -> None:
    """The archive of a cancelled task: hash, name and reason, and no file."""
    driver = at("evidence_asked")
    assert 0 == say("result", "sign", f"{driver.visits(SECOND)[0].id}/1", "--as", HEAD).code
    desk = person(OFFICE_DESK, Role.OFFICE)
    assert 0 == say("task", "cancel", TASK, "--number", "批1", "--reason", "计划调整", "--as", desk).code
    record = tmp_path / "record"
    said = say("task", "archive", TASK, "--to", str(record), "--as", desk)
    assert 0 == said.code, said.err
    about = json.loads((record / "record.json").read_text("utf-8"))
    assert ["拍的是另一户"] == [one["reason"] for one in about["withdrawn"]]
    assert [] == about["faults"]
    assert not (record / "evidence").exists()


def test_a_proof_is_voided_by_the_head_and_asked_for_again(say: Say, at: At, tmp_path: Path) -> None:
    """The list says so until there is another; the handler gives it as the first."""
    driver = at("published")
    row = next(
        one
        for one in driver.publications(PublicationKind.RESULT, Channel.OWN_SITE)
        if one.department == SECOND
    )
    void = ("publication", "void", TASK, row.id, "--reason", "页面上没有该户")
    assert (3, "WrongRole") == refused(say(*void, "--as", HANDLER))
    assert 0 == say(*void, "--as", HEAD).code
    (line,) = data(say, "publication", "list", TASK, "--open")
    assert (row.id, 1, None) == (line["publication"], line["voided"], line["published_at"])
    said = say("publication", "list", TASK)
    assert "已作废" in said.out + said.err
    file = tmp_path / "页面.html"
    file.write_text("<p>公示</p>", "utf-8")
    prove = ("publication", "prove", TASK, "--all", "--address", "https://right.invalid")
    day = driver.today.isoformat()
    assert 0 == say(*prove, "--on", day, "--file", str(file), "--as", HANDLER).code
    assert [] == data(say, "publication", "list", TASK, "--open")
