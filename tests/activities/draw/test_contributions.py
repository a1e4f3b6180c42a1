"""Commit and reveal to the end: who misses a deadline is logged and left out by rule, and nothing hangs."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from activities.clocks.waits import Clocks
from activities.draw.contributing import open_commitments
from activities.draw.export import export_record
from models.papers import (
    ApproveDraw,
    CommitSecret,
    PublicSource,
    PublicValue,
    RefuseDraw,
    RequestDraw,
    RevealLink,
    SetPolicy,
)
from models.task import ActStep, Commitment, DrawStep
from models.trail import AuditEvent, Outcome
from rules.draw_commitments import commitment, link
from rules.draw_record import Kind
from rules.ladder import SHORT_LADDER
from rules.ladder_data import dump_ladder
from rules.policy import PolicyKey
from rules.roles import Role
from rules.stages import Stage
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.draw.contributing import (
    any_missed,
    commit,
    fix,
    missed,
    owed,
    reveal,
    ring,
    ring_until,
    verified,
)
from tests.activities.scenes import claimed, secret
from tests.activities.world import OFFICE_TARGET, PARTS
from tests.builders import LEAD, OFFICE_DESK, SECOND, THIRD, actor
from workflows.projection import task_details


def test_who_does_not_commit_in_time_is_logged_and_left_out(at: At, tmp_path: Path) -> None:
    """The draw goes on with the others, and the record names who was left out."""
    driver = at("claimed")
    commit(driver, LEAD, SECOND)
    ring_until(driver, any_missed)
    assert {(THIRD, "commit")} == missed(driver)
    events = driver.read(lambda session: session.exec(select(AuditEvent)).all())
    assert [THIRD] == [event.department for event in events if event.event == "draw.missed"]
    late = driver.say(CommitSecret(commitment=commitment(secret(THIRD))), actor(THIRD, Role.HANDLER))
    assert (Outcome.REFUSED, "NotTakingPart") == (late.outcome, late.type)
    fix(driver)
    reveal(driver, 1, LEAD, SECOND)
    driver.steps.execute_draw(driver.step())
    assert Stage.MATCH is driver.progress().stage
    record = driver.read(lambda session: export_record(session, driver.task))
    assert [THIRD] == record["acts"][0]["left_out"]  # type: ignore[index]  # a document
    assert 0 == verified(driver, tmp_path)[0]


def test_the_timer_comes_at_the_due_moment_whatever_the_ladder(at: At) -> None:
    """Eight working hours after the claims at ten: the next working day at half past ten."""
    driver = at("offered")
    late = SetPolicy(
        key=PolicyKey.SHORT_LADDER,
        value=dump_ladder(SHORT_LADDER[2:]),
        clause="会议纪要",
        valid_from=driver.today,
    )
    driver.act(OFFICE_DESK, Role.OFFICE, late, target=OFFICE_TARGET)
    claimed(driver)
    commit(driver, LEAD, SECOND)
    assert datetime.fromisoformat("2026-04-02T10:30:00+08:00") == driver.progress().next_rung
    ring(driver)
    assert {(THIRD, "commit")} == missed(driver)


def test_the_office_is_witness_where_misses_leave_fewer_than_two(at: At) -> None:
    """Two departments keep silent: the third is never left out, and the office owes a commitment."""
    driver = at("claimed")
    commit(driver, LEAD)
    ring_until(
        driver,
        lambda session: (
            len(session.exec(select(DrawStep).where(col(DrawStep.step) == ActStep.MISSED)).all()) == 2
        ),
    )
    assert {OFFICE_DESK} == owed(driver, WaitKind.COMMIT)
    commit(driver, OFFICE_DESK)
    fix(driver)
    reveal(driver, 1, LEAD, OFFICE_DESK)
    driver.steps.execute_draw(driver.step())
    assert Stage.MATCH is driver.progress().stage


def test_the_last_contributor_is_waited_for(at: At) -> None:
    """Nobody commits: two are left out, the last one's wait climbs the ladder and stays open."""
    driver = at("claimed")
    for _ in range(12):
        ring(driver)
    assert 2 == len(missed(driver))
    assert 2 == len(owed(driver, WaitKind.COMMIT))


def test_who_does_not_reveal_in_time_is_logged_and_the_draw_goes_on(at: At, tmp_path: Path) -> None:
    """A missing link is a fact with a rule, not a hang; the verifier finds it recorded."""
    driver = at("fixed")
    reveal(driver, 1, LEAD, THIRD)
    assert not driver.progress().act.to_draw
    ring_until(driver, any_missed)
    assert {(SECOND, "reveal")} == missed(driver)
    late = driver.say(RevealLink(link=link(secret(SECOND), 1)), actor(SECOND, Role.HANDLER))
    assert (Outcome.REFUSED, "RevealLate") == (late.outcome, late.type)
    driver.steps.execute_draw(driver.step())
    with driver.database.read() as session:
        act = export_record(session, driver.task)["acts"][0]  # type: ignore[index]  # a document
    assert [SECOND] == act["missing"]
    assert {LEAD, THIRD} == {one["department"] for one in act["links"]}
    assert 0 == verified(driver, tmp_path)[0]


def test_too_few_links_make_an_act_void_and_the_next_has_a_witness(at: At, tmp_path: Path) -> None:
    """One link is no draw: nobody is drawn, the silent ones are left out, the office commits before it knows more."""
    driver = at("fixed")
    reveal(driver, 1, LEAD)
    ring_until(driver, lambda _: len(missed(driver)) == 2)
    driver.steps.execute_draw(driver.step())
    assert Stage.DRAW is driver.progress().stage
    assert ({OFFICE_DESK}, {LEAD}) == (owed(driver, WaitKind.COMMIT), owed(driver, WaitKind.REQUEST_DRAW))
    commit(driver, OFFICE_DESK)
    fix(driver, 2)
    reveal(driver, 2, LEAD, OFFICE_DESK)
    driver.steps.execute_draw(driver.step(act=2))
    assert Stage.MATCH is driver.progress().stage
    code, output = verified(driver, tmp_path)
    assert (0, "相符 2 次抽取全部核验一致。") == (code, output.splitlines()[0])


def test_a_public_value_is_announced_in_the_plan_and_mixed_in_last(at: At, tmp_path: Path) -> None:
    """It is refused while links are open, waited for when they are settled, and never changed."""
    driver = at("claimed")
    commit(driver, *PARTS)
    fix(
        driver,
        1,
        RequestDraw(
            reason="按计划", public=PublicSource(name="双色球第2026045期", source="福彩网", length=6)
        ),
    )
    value = PublicValue(value="01 02 03")
    early = driver.say(value, actor(OFFICE_DESK, Role.OFFICE))
    assert "RevealsOpen" == early.type
    reveal(driver, 1, *PARTS)
    assert not driver.progress().act.to_draw
    assert {OFFICE_DESK} == owed(driver, WaitKind.PUBLIC_VALUE)
    driver.act(OFFICE_DESK, Role.OFFICE, value)
    assert driver.progress().act.to_draw
    other = driver.say(PublicValue(value="09"), actor(OFFICE_DESK, Role.OFFICE))
    assert "AlreadyPublished" == other.type
    driver.steps.execute_draw(driver.step())
    with driver.database.read() as session:
        act = export_record(session, driver.task)["acts"][0]  # type: ignore[index]  # a document
    assert ("双色球第2026045期 010203", []) == (act["public_value"], act["cautions"])
    assert 0 == verified(driver, tmp_path)[0]


def test_a_new_chain_is_committed_to_before_act_65(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """With chains of one link each act needs a new commitment before it is asked for."""
    monkeypatch.setattr("activities.draw.contributions.CHAIN_LINKS", 1)
    monkeypatch.setattr("activities.acts.draws.CHAIN_LINKS", 1)
    driver = at("drawn")
    with driver.database.write() as session:
        open_commitments(Clocks(session, driver.job().office, driver.now), driver.job(), 2, by="chain ends")
    assert set(PARTS) == owed(driver, WaitKind.COMMIT)
    request = RequestDraw(act="added", size=1, reason="举报较多", evidence="举报件3号")
    early = driver.say(request, actor(LEAD, Role.HANDLER))
    assert "CommitFirst" == early.type
    other = {name: bytes(31) + bytes([place]) for place, name in enumerate(PARTS)}
    for department in PARTS:
        driver.act(department, Role.HANDLER, CommitSecret(commitment=commitment(other[department])))
    fix(driver, 2, request)
    for department in PARTS:
        opened = link(other[department], 1)
        driver.act(department, Role.HANDLER, RevealLink(act=2, link=opened))
    driver.steps.execute_draw(driver.step(act=2))
    rows = driver.read(lambda session: session.exec(select(Commitment.since)).all())
    assert [1, 1, 1, 2, 2, 2] == sorted(rows)


def test_nobody_commits_twice(at: At) -> None:
    """Another commitment, or another keeper, is refused; the same again is answered."""
    driver = at("claimed")
    commit(driver, SECOND)
    commit(driver, SECOND)
    for paper in (CommitSecret(commitment="0" * 64), CommitSecret(keep="service")):
        assert "AlreadyCommitted" == driver.say(paper, actor(SECOND, Role.HANDLER)).type


def test_the_trail_and_the_messages_do_not_give_the_seed_away(at: At) -> None:
    """Codes are public: before the last check neither trail nor progress holds seed or link."""
    driver = at("drawn")
    seed = driver.read(
        lambda session: session.get_one(DrawStep, (driver.task, 1, ActStep.DRAWN, "")).content["seed"]
    )
    events = driver.read(lambda session: session.exec(select(AuditEvent)).all())
    told = json.dumps([event.detail for event in events]) + driver.progress().model_dump_json()
    assert seed not in told


def test_who_only_missed_the_commitment_is_asked_again_where_nobody_else_is_left(
    at: At, tmp_path: Path
) -> None:
    """One commits and then keeps silent: the act is void, and those left out before owe a commitment anew."""
    driver = at("claimed")
    commit(driver, LEAD)
    ring_until(driver, lambda _: len(missed(driver)) == 2)
    commit(driver, OFFICE_DESK)
    fix(driver)
    reveal(driver, 1, OFFICE_DESK)
    ring_until(driver, lambda _: len(missed(driver)) == 3)
    driver.steps.execute_draw(driver.step())
    assert {SECOND, THIRD} == owed(driver, WaitKind.COMMIT)
    commit(driver, SECOND)
    ring_until(driver, lambda _: not owed(driver, WaitKind.COMMIT))
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="再次申请"))
    driver.act(LEAD, Role.APPROVER, ApproveDraw(act=2))
    assert driver.progress().act.to_fix
    driver.steps.fix_draw(driver.step(act=2))
    reveal(driver, 2, SECOND, OFFICE_DESK)
    driver.steps.execute_draw(driver.step(act=2))
    assert Stage.MATCH is driver.progress().stage
    with driver.database.read() as session:
        acts = export_record(session, driver.task)["acts"]
    assert [[SECOND, THIRD], [THIRD]] == [one["left_out"] for one in acts]  # type: ignore[attr-defined]  # a document
    code, output = verified(driver, tmp_path)
    assert (0, True) == (code, output.startswith("相符 2 次抽取全部核验一致。\n"))


def test_an_act_that_is_refused_is_on_record_and_may_be_asked_for_again(at: At, tmp_path: Path) -> None:
    """The approver refuses, the handler takes the next one back; the third is drawn, and all three are verified."""
    driver = at("claimed")
    commit(driver, *PARTS)
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划抽取"))
    stranger = driver.say(RefuseDraw(reason="不同意"), actor(SECOND, Role.APPROVER))
    assert "InitiatorOnly" == stranger.type
    driver.act(LEAD, Role.APPROVER, RefuseDraw(reason="范围有误"))
    assert ({LEAD}, set()) == (owed(driver, WaitKind.REQUEST_DRAW), owed(driver, WaitKind.APPROVE_DRAW))
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划抽取"))
    driver.act(LEAD, Role.HANDLER, RefuseDraw(act=2, reason="填写有误"))
    fix(driver, 3)
    late = driver.say(RefuseDraw(act=3, reason="后悔"), actor(LEAD, Role.APPROVER))
    assert "AlreadyApproved" == late.type
    reveal(driver, 3, *PARTS)
    driver.steps.execute_draw(driver.step(act=3))
    assert Stage.MATCH is driver.progress().stage
    code, output = verified(driver, tmp_path)
    assert (0, True) == (code, output.startswith("相符 3 次抽取全部核验一致。\n"))
    assert 1 == output.count("请与锁定时公布的对照")


def test_a_request_that_cannot_be_filled_is_refused_at_once(at: At) -> None:
    """Not by the approver later, when nobody could take it back."""
    driver = at("matched")
    paper = RequestDraw(act=Kind.ADDED, reason="举报集中", size=900, evidence="会议纪要1号")
    assert "StratumExhausted" == driver.say(paper, actor(LEAD, Role.HANDLER)).type
    assert set() == owed(driver, WaitKind.APPROVE_DRAW)


def test_the_task_says_what_became_of_the_act_under_way(at: At) -> None:
    """Left out, void, kept by the service, announced: whoever looks need not guess why they wait."""
    driver = at("claimed")
    commit(driver, LEAD, SECOND)
    ring_until(driver, any_missed)
    assert any("逾期未提交随机承诺值" in one for one in driver.progress().act.notes)
    request = RequestDraw(
        reason="按计划", public=PublicSource(name="双色球第2026045期", source="福彩网", length=6)
    )
    fix(driver, 1, request)
    assert any("双色球第2026045期（福彩网，6位）" in one for one in driver.progress().act.notes)
    reveal(driver, 1, LEAD)
    ring_until(driver, lambda _: len(missed(driver)) == 2)
    driver.steps.execute_draw(driver.step())
    notes = driver.progress().act.notes
    assert "第1次（首次抽取）揭示不足两家，已作废，须重新申请" == notes[0]
    assert "抽取：第1次（首次抽取）揭示不足两家" in task_details(driver.progress())
