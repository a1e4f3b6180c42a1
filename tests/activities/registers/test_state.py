"""A draw uses registers that their keeper has confirmed lately and that hold no half file."""

import gzip
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from activities.draw.later_acts import gone_from
from activities.draw.papers import load_plan
from activities.registers.days import directory_of_act
from activities.registers.loading import CHUNK, import_register
from models.papers import ApproveDraw, ConfirmRegister, RequestDraw, SetPolicy
from models.registers import RegisterConfirmation, Subject
from models.task import DrawPaper
from models.trail import Outbox, Outcome
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_rows import RawRow, numbered
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.draw.contributing import commit
from tests.activities.draw.freezing import LOW, freeze, other_task
from tests.activities.driver import Driver
from tests.activities.register_data import subject
from tests.activities.world import OFFICE_TARGET, PARTS
from tests.builders import LEAD, OFFICE, OFFICE_DESK, actor, subject_code

ASK = RequestDraw(reason="按计划")
HANDLER, KEEPER = actor(LEAD, Role.HANDLER), actor(LEAD, Role.KEEPER)


def half_a_file(driver: Driver) -> None:
    """A file of subjects breaks off after its first part."""

    def rows() -> Iterator[RawRow]:
        yield from numbered(subject(10_000 + number) for number in range(CHUNK + 1))
        raise Refusal("FileUnreadable", "文件损坏")

    with pytest.raises(Refusal):
        import_register(driver.database, OFFICE, Register.SUBJECTS, rows(), now=driver.now, actor="test")


@pytest.mark.parametrize("register", [Register.SUBJECTS, Register.OFFICERS])
def test_a_draw_from_a_register_that_nobody_confirmed_lately_names_the_command(
    at: At, register: Register
) -> None:
    """One day beyond the policy's age; confirmed again, by whom and when on record, the draw is taken."""
    driver = at("claimed")
    driver.now += timedelta(days=31)
    commit(driver, *PARTS)
    for other in {Register.SUBJECTS, Register.OFFICERS} - {register}:
        driver.act(LEAD, Role.KEEPER, ConfirmRegister(directory=other.value), target=OFFICE_TARGET)
    refused = driver.say(ASK, HANDLER)
    assert (Outcome.REFUSED, "RegisterOutOfDate") == (refused.outcome, refused.type)
    assert f"register confirm {register.value}" in refused.words
    driver.act(LEAD, Role.KEEPER, ConfirmRegister(directory=register.value), target=OFFICE_TARGET)
    assert Outcome.ACCEPTED is driver.say(ASK, HANDLER).outcome
    newest = driver.read(
        lambda session: session.exec(
            select(RegisterConfirmation).order_by(col(RegisterConfirmation.id).desc())
        ).first()
    )
    assert newest is not None
    assert (register.value, KEEPER.person, driver.today) == (
        newest.directory,
        newest.confirmed_by,
        newest.confirmed_on,
    )


def test_a_draw_from_half_a_file_is_refused_until_the_file_is_through(at: At) -> None:
    """Asked for, approved, and the keeper's word alike: each says how to go on."""
    driver = at("claimed")
    commit(driver, *PARTS)
    half_a_file(driver)
    for paper, who, target in (
        (ASK, HANDLER, None),
        (ConfirmRegister(directory="subjects"), KEEPER, OFFICE_TARGET),
    ):
        refused = driver.say(paper, who, target=target) if target else driver.say(paper, who)
        assert (Outcome.REFUSED, "RegisterLoading") == (refused.outcome, refused.type)
        assert f"已处理{CHUNK}行" in refused.words
        assert "register import subjects" in refused.words
    rows = numbered([subject(10_000)])
    import_register(driver.database, OFFICE, Register.SUBJECTS, rows, now=driver.now, actor="test")
    assert Outcome.ACCEPTED is driver.say(ASK, HANDLER).outcome
    half_a_file(driver)
    refused = driver.say(ApproveDraw(), actor(LEAD, Role.APPROVER))
    assert "RegisterLoading" == refused.type


def test_a_file_that_begins_after_the_approval_holds_the_freeze_until_it_is_through(at: At) -> None:
    """Nothing is frozen, the office is told what to do, and the end of the import wakes the task."""
    driver = at("requested")
    driver.act(LEAD, Role.APPROVER, ApproveDraw())
    half_a_file(driver)
    held = driver.steps.fix_draw(driver.step())
    assert not held.act.to_fix
    assert [WaitKind.REGISTER_LOAD] == [one.kind for one in held.waits]
    assert not driver.steps.fix_draw(driver.step()).act.to_fix
    rows = numbered([subject(10_000)])
    import_register(driver.database, OFFICE, Register.SUBJECTS, rows, now=driver.now, actor="test")
    woken = driver.read(
        lambda session: session.exec(select(Outbox).where(col(Outbox.source) == f"office/{OFFICE}")).all()
    )
    assert [(f"joint-task/{driver.task}", "register loaded")] == [
        (row.workflow, row.argument["kind"]) for row in woken
    ]
    assert driver.steps.read_task(driver.step()).act.to_fix
    fixed = driver.steps.fix_draw(driver.step())
    assert WaitKind.REGISTER_LOAD not in {one.kind for one in fixed.waits}
    with driver.database.read() as session:
        assert 1 <= load_plan(session, driver.task, 1)["population"]


def test_a_firm_that_closes_next_month_is_still_in_force_for_a_later_act(at: At) -> None:
    """A status takes effect from its date, in a replacement as in the first draw."""
    driver = at("matched")
    frozen = subject_code(1)
    with driver.database.write() as session:
        row = session.exec(select(Subject).where(col(Subject.code) == frozen)).one()
        row.status, row.status_date = "注销", driver.today + timedelta(days=10)
    with driver.database.read() as session:
        task = driver.job()
        assert {} == gone_from(session, task, 2, driver.today + timedelta(days=9))
        assert {frozen: "注销"} == gone_from(session, task, 2, driver.today + timedelta(days=10))


def test_a_directory_made_again_knows_of_ceilings_and_of_the_trades_table(at: At) -> None:
    """Byte for byte what was frozen: the table from the plan, who was left out from the annex."""
    driver = at("claimed")
    other_task(driver, LOW)
    with driver.database.write() as session:
        row = session.exec(select(Subject).where(col(Subject.code) == subject_code(1))).one()
        row.trade_class, row.trade_date = "Ⅳ级", driver.today
        gone = session.exec(select(Subject).where(col(Subject.code) == subject_code(4))).one()
        gone.status = "注销"
    table = SetPolicy(
        key=PolicyKey.TRADE_CLASSES, value={"Ⅳ级": "D"}, clause="行业办法", valid_from=driver.today
    )
    driver.act(OFFICE_DESK, Role.OFFICE, table, target=OFFICE_TARGET)
    leave_out = {subject_code(2): "县政府会议纪要3号"}
    freeze(driver, RequestDraw(reason="按计划", ceiling="exclude", leave_out=leave_out))
    with driver.database.read() as session:
        frozen = gzip.decompress(session.get_one(DrawPaper, (driver.task, 1, "directory")).body)
        assert {"ceiling": 1, "approval": 1, "not_in_force": 1} == load_plan(session, driver.task, 1)[
            "left_out"
        ]
        assert f"{subject_code(1)},D".encode() in frozen
        assert frozen == directory_of_act(session, driver.job(), 1)
