"""The machine's part in a draw: what is fixed, what is drawn from it, and who can check it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from activities.draw.drawing import quota_of
from activities.draw.export import export_record, export_snapshots
from activities.draw.papers import DIRECTORY, PLAN, load, load_plan, officers_file
from models.papers import ApproveDraw, ConfirmAspect, ProposeScope, RequestDraw, RevealLink
from models.registers import Subject
from models.task import ActStep, Aspect, Commitment, DrawPaper, DrawStep
from models.trail import Outcome
from rules.digests import canonical_json
from rules.draw import draw
from rules.draw_commitments import link
from rules.draw_record import Kind
from rules.roles import Role
from rules.scope import ScopeFilter
from tests.activities.conftest import At
from tests.activities.draw.contributing import drawn_codes, later_act
from tests.activities.driver import Driver
from tests.activities.scenes import secret
from tests.activities.world import PARTS, TRAIL, dump
from tests.builders import LEAD, OFFICE_DESK, actor

VERIFIER = Path(__file__).resolve().parents[3] / "docs" / "verify-draw.py"


def step(driver: Driver, what: ActStep, act: int = 1) -> dict[str, object]:
    """What the machine wrote down at a step of an act."""
    return driver.read(lambda session: session.get_one(DrawStep, (driver.task, act, what, "")).content)


def verdict(driver: Driver, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the stand-alone verifier says of the exported record."""
    record, snapshots = driver.read(
        lambda session: (export_record(session, driver.task), export_snapshots(session, driver.task))
    )
    (folder / "record.json").write_bytes(canonical_json(record))
    files = []
    for act, body in snapshots.items():
        files.append(str(folder / f"directory-{act}"))
        Path(files[-1]).write_bytes(body)
    command = [sys.executable, str(VERIFIER), str(folder / "record.json"), *files]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_fixing_an_act_again_changes_nothing(at_each: At) -> None:
    """The activity may run twice: the frozen papers, the waits and the trail are written once."""
    driver = at_each("fixed")
    before = dump(driver.database, without=("joint_task",))
    driver.steps.fix_draw(driver.step())
    assert before == dump(driver.database, without=("joint_task",))


def test_drawing_and_matching_again_changes_nothing(at_each: At) -> None:
    """Nor may any later step of the machine act twice."""
    driver = at_each("matched")
    before = dump(driver.database, without=("joint_task",))
    driver.steps.execute_draw(driver.step())
    for department in PARTS:
        driver.steps.match_officers(driver.step(department=department))
    driver.steps.offer_to_partners(driver.step())
    assert before == dump(driver.database, without=("joint_task",))


def test_the_published_hashes_are_of_the_frozen_papers(at_each: At) -> None:
    """Directory and plan are hashed before any link is open; the plan names the officers' files."""
    driver = at_each("fixed")
    fixed = step(driver, ActStep.FIXED)

    def sha(name: str) -> str:
        with driver.database.read() as session:
            return hashlib.sha256(load(session, driver.task, 1, name)).hexdigest()

    assert (sha(DIRECTORY), sha(PLAN)) == (fixed["directory"], fixed["plan"])
    assert sorted(PARTS) == fixed["contributors"]
    plan = driver.read(lambda session: load_plan(session, driver.task, 1))
    for department in PARTS:
        assert plan["officers"][department] == sha(officers_file(department))
    papers = driver.read(lambda session: session.exec(select(DrawPaper)).all())
    assert {DIRECTORY, PLAN, "annex", "root-key", *map(officers_file, PARTS)} == {
        paper.name for paper in papers
    }


def test_what_was_confirmed_is_what_is_hashed(at: At) -> None:
    """Scope, items and periods of the plan are the confirmed proposals, and nothing else can come in."""
    driver = at("fixed")
    plan = driver.read(lambda session: load_plan(session, driver.task, 1))
    assert ["学校"] == plan["scope"]["kinds"]
    assert {"test/lead": ["lead-1"], "test/second": ["second-1"], "test/third": ["third-1"]} == plan["items"]
    assert (12, 9) == (plan["population"], plan["quota"]["total"])


def test_an_open_proposal_keeps_a_draw_from_being_asked_for(at: At) -> None:
    """A newer scope that nobody confirmed would be neither hashed nor ever confirmable."""
    driver = at("claimed")
    answer = driver.act(
        LEAD, Role.HANDLER, ProposeScope(filter=ScopeFilter(kinds=("学校",), areas=("东镇",)))
    )
    refusal = driver.say(RequestDraw(reason="按计划"), actor(LEAD, Role.HANDLER))
    assert (Outcome.REFUSED, "ProposalOpen") == (refusal.outcome, refusal.type)
    confirm = ConfirmAspect(aspect=Aspect.SCOPE, sha256=answer.data["sha256"])
    driver.act(LEAD, Role.APPROVER, confirm)
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划"))


def test_the_seed_is_the_hash_of_all_that_was_fixed_and_opened(at: At) -> None:
    """Recomputed here by hand, field by field, each after its length."""
    driver = at("drawn")
    fixed = step(driver, ActStep.FIXED)
    fields = [
        driver.task.encode(),
        b"1",
        bytes.fromhex(str(fixed["plan"])),
        bytes.fromhex(str(fixed["directory"])),
    ]
    for department in sorted(PARTS):
        opened = secret(department)
        for _ in range(63):
            opened = hashlib.sha256(opened).digest()
        fields += [department.encode(), opened]
    fields.append(b"")
    body = b"".join(len(one).to_bytes(8, "big") + one for one in fields)
    assert hashlib.sha256(body).hexdigest() == step(driver, ActStep.DRAWN)["seed"]


def test_every_link_hashes_down_to_its_commitment(at: At) -> None:
    """64 links from the secret to the commitment, of which act 1 opens the last but one."""
    driver = at("drawn")
    commitments = driver.read(lambda session: session.exec(select(Commitment)).all())
    links = dict(step(driver, ActStep.DRAWN)["links"])  # type: ignore[call-overload]  # JSON has no static shape
    assert set(PARTS) == {one.department for one in commitments} == set(links)
    for one in commitments:
        assert one.commitment == hashlib.sha256(bytes.fromhex(links[one.department])).hexdigest()


def test_the_drawn_list_is_what_the_rule_draws_from_the_frozen_directory(at_each: At) -> None:
    """Lowest tickets first: whoever has seed, directory and plan gets the same list."""
    driver = at_each("drawn")
    body, plan = driver.read(
        lambda session: (load(session, driver.task, 1, DIRECTORY), load_plan(session, driver.task, 1))
    )
    entries = [tuple(line.split(",")) for line in body.decode().splitlines()]
    assert entries == sorted(entries)
    seed = str(step(driver, ActStep.DRAWN)["seed"])
    drawn = draw(seed, [(code, class_) for code, class_ in entries], quota_of(plan))
    tickets = [hashlib.sha256(b"SJC1|" + bytes.fromhex(seed) + one.code.encode()).digest() for one in drawn]
    assert tickets == sorted(tickets)
    assert [(one.code, one.class_, one.stratum, one.rank) for one in drawn] == driver.read(
        lambda session: drawn_codes(session, driver.task)
    )


def test_a_register_that_moves_on_after_the_fix_does_not_move_the_draw(at: At) -> None:
    """Class and date are frozen with the list: a firm that is struck off meanwhile is still drawn from."""
    undisturbed = at("drawn").read(lambda session: drawn_codes(session, "test-2026/1/1"))
    driver = at("fixed")
    with driver.database.write() as session:
        for subject in session.exec(select(Subject)):
            subject.status, subject.credit_class = "注销", "D"
    for department in PARTS:
        driver.act(department, Role.HANDLER, RevealLink(link=link(secret(department), 1)))
    driver.steps.execute_draw(driver.step())
    assert undisturbed == driver.read(lambda session: drawn_codes(session, driver.task))


def test_the_exported_record_stands_before_the_verifier(at_each: At, tmp_path: Path) -> None:
    """One file of standard Python recomputes hashes, chains, seed, order and quotas."""
    said = verdict(at_each("closed"), tmp_path)
    assert 0 == said.returncode, said.stdout + said.stderr


def test_the_record_of_a_replacement_and_an_added_size_stands_too(at: At, tmp_path: Path) -> None:
    """Each later act with links of its own, from the first directory less those drawn."""
    driver = at("matched")
    first = driver.read(lambda session: drawn_codes(session, driver.task))
    paper = RequestDraw(
        act=Kind.REPLACEMENT, reason="注销", replaces=(first[0][0],), evidence="登记机关注销通知"
    )
    later_act(driver, paper, 2)
    later_act(driver, RequestDraw(act=Kind.ADDED, reason="扩大", size=2, evidence="纪要5号"), 3)
    said = verdict(driver, tmp_path)
    assert 0 == said.returncode, said.stdout + said.stderr
    with driver.database.read() as session:
        assert [1, 2] == [len(drawn_codes(session, driver.task, act)) for act in (2, 3)]
    assert 11 == driver.part(LEAD).subjects


@pytest.mark.parametrize("paper", [{"act": Kind.ADDED, "size": 2}, {"act": Kind.REDRAW}])
def test_a_later_act_is_asked_for_with_evidence(at: At, paper: dict[str, Any]) -> None:
    """A reason is the requester's own word; the evidence stands in the hashed plan."""
    driver = at("matched")
    asked = driver.say(RequestDraw(reason="扩大", **paper), actor(LEAD, Role.HANDLER))
    assert (Outcome.REFUSED, "EvidenceMissing") == (asked.outcome, asked.type)
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="扩大", evidence="纪要5号", **paper))
    by = (OFFICE_DESK, Role.OFFICE) if paper["act"] is Kind.REDRAW else (LEAD, Role.APPROVER)
    driver.act(*by, ApproveDraw(act=2))
    driver.steps.fix_draw(driver.step(act=2))
    assert "纪要5号" == driver.read(lambda session: load_plan(session, driver.task, 2))["evidence"]


def test_a_tampered_record_falls_before_the_verifier(at: At, tmp_path: Path) -> None:
    """A subject put in another's place is named."""
    driver = at("closed")
    verdict(driver, tmp_path)
    record = json.loads((tmp_path / "record.json").read_text("utf-8"))
    drawn = record["acts"][0]["drawn"]
    drawn[0]["code"], drawn[1]["code"] = drawn[1]["code"], drawn[0]["code"]
    (tmp_path / "record.json").write_bytes(canonical_json(record))
    command = [sys.executable, str(VERIFIER), str(tmp_path / "record.json"), str(tmp_path / "directory-1")]
    assert 1 == subprocess.run(command, capture_output=True, check=False).returncode


def test_a_wrong_link_is_refused_and_opens_nothing(at: At) -> None:
    """Only the link that hashes down to the commitment opens the act."""
    driver = at("fixed")
    before = dump(driver.database, without=TRAIL)
    wrong = driver.say(RevealLink(link=link(secret("another"), 1)), actor(LEAD, Role.HANDLER))
    assert (Outcome.REFUSED, "LinkWrong") == (wrong.outcome, wrong.type)
    assert before == dump(driver.database, without=TRAIL)
