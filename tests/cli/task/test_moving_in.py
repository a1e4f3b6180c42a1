"""Moving in the open tasks of an old portal: whole or not at all, each fault by sheet, row, field and remedy."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from activities.clocks.rungs import fire_due
from activities.clocks.waits import Clocks
from models.moving import Sheet
from models.operations import MovedIn
from models.outcomes import Publication
from models.task import Assignment, JointTask
from models.trail import AuditEvent, Deadline, Wait
from rules.calendar import local_day
from rules.ladder import Level
from rules.roles import Role
from rules.stages import Claim, Stage
from rules.waits import WaitKind
from tests.activities.driver import Driver
from tests.activities.world import TASK, TRAIL, dump
from tests.builders import DEPARTMENTS, LEAD, OFFICE, OFFICE_DESK, SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Said, Say, refused
from tests.moved import NUMBER, OWED, PORTAL, RECORD, SUBJECTS, Rows, stage_5, stage_6, undrawn, write

STAFF = person(OFFICE_DESK, Role.OFFICE)
Import = Callable[..., Said]


@pytest.fixture
def move(say: Say, at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Driver, Import]:
    """The small office with its adopted plan, and the command on a workbook of rows."""
    driver = at("adopted")
    template = tmp_path / "空白.xlsx"
    assert 0 == say("task", "import", "--template", str(template)).code

    file = tmp_path / "移入.xlsx"

    def run(rows: Rows | None, *words: str, by: str = STAFF) -> Said:
        if rows is not None:
            write(file, rows, template)
        return say("task", "import", str(file), "--portal", PORTAL, *words, "--as", by)

    class Frozen:
        @staticmethod
        def now(_: Any) -> Any:
            return driver.now

    monkeypatch.setattr("cli.task.moving_in.datetime", Frozen)
    return driver, run


def waits(driver: Driver) -> dict[str, tuple[int, str]]:
    """The open waits: how many they are of, and their last day, by kind."""
    statement = (
        select(Wait, Deadline)
        .join(Deadline, col(Deadline.wait) == col(Wait.id))
        .where(col(Wait.closed_at).is_(None), col(Deadline.current).is_(True), col(Wait.task) == TASK)
    )
    found: dict[str, tuple[int, str]] = {}
    for wait, deadline in driver.read(lambda session: session.exec(statement).all()):
        found[wait.kind] = (found.get(wait.kind, (0, ""))[0] + wait.open, str(deadline.due_day))
    return found


def test_task_in_stage_5_stands_there_with_its_visits_and_clocks(move: tuple[Driver, Import]) -> None:
    """The clock of a done check runs from its own day; those to come end with the period."""
    driver, run = move
    said = run(stage_5(driver.today))
    assert 0 == said.code, said.err
    task = driver.job()
    assert (Stage.INSPECT, "2026-03-02") == (task.stage, str(local_day(task.opened_at)))
    assert {"visit": (9, "2026-04-11"), "entry": (3, "2026-04-20")} == waits(driver)
    assert (4, 4, 1) == (driver.part(LEAD).subjects, driver.part(LEAD).matched, driver.part(LEAD).visited)
    assert 24 == len(driver.read(lambda session: session.exec(select(Assignment)).all()))


def test_what_was_late_on_the_old_portal_is_urged_at_once(move: tuple[Driver, Import]) -> None:
    """Its missed rungs are merged into the highest, which tells the office; what is not yet due waits for its own."""
    driver, run = move
    rows = stage_5(driver.today)
    driver.now += timedelta(days=21)
    assert 0 == run(rows).code
    assert {"visit": (9, "2026-04-11"), "entry": (3, "2026-04-20")} == waits(driver)
    with driver.database.write() as session:
        clocks = Clocks(session, OFFICE, driver.now)
        assert 0 < fire_due(clocks, f"joint-task/{TASK}")
        assert 0 == fire_due(clocks, f"joint-task/{TASK}")
    levels = driver.read(lambda session: session.exec(select(Wait.kind, Wait.level).distinct()).all())
    assert {("visit", Level.OFFICE), ("entry", Level.HEAD)} <= {(kind, level) for kind, level in levels}


def test_task_in_stage_6_keeps_what_was_entered_and_published(move: tuple[Driver, Import]) -> None:
    """What the platform has is never sent again; proof, entry and disposal are owed, each on its own clock."""
    driver, run = move
    assert 0 == run(stage_6(driver.today)).code
    part = driver.part(SECOND)
    assert (Stage.ENTER, 4, 2, 1, 1) == (
        driver.job().stage,
        part.visited,
        part.receipted,
        part.published,
        part.disposals_open,
    )
    owed = waits(driver)
    assert (6, 3, 1) == tuple(owed[kind][0] for kind in (WaitKind.ENTRY, WaitKind.PROOF, WaitKind.DISPOSAL))
    assert "2026-04-10" == owed[WaitKind.DISPOSAL][1]
    rows = driver.read(lambda session: session.exec(select(Publication)).all())
    assert {f"moved-in/{NUMBER}"} == {row.batch for row in rows}
    driver.trade()
    assert {f"moved-in/{NUMBER}"} == {row.batch for row in rows}
    assert {OWED} == {row.key.split("|")[2] for row in rows if row.published_at is None}


def test_it_is_marked_as_moved_in_and_its_draw_as_not_verifiable(
    say: Say, move: tuple[Driver, Import]
) -> None:
    """In the record with the workbook's hash, to whoever looks, and to whoever asks for the draw."""
    driver, run = move
    run(stage_5(driver.today))
    row = driver.read(lambda session: session.get_one(MovedIn, TASK))
    event = driver.read(
        lambda s: s.exec(select(AuditEvent).where(col(AuditEvent.event) == "task.moved_in")).one()
    )
    assert (PORTAL, NUMBER, row.file_sha256, STAFF) == (
        row.portal,
        row.number,
        event.detail["file"],
        event.actor,
    )
    shown = say("task", "show", TASK).out
    assert "不能复核" in shown
    assert RECORD in shown
    export = say("draw", "export", TASK, "--to", "/nowhere", "--as", person(LEAD, Role.HANDLER))
    assert (3, "DrawnElsewhere") == refused(export)
    request = ("task", "draw", "request", TASK, "--kind", "替换补抽", "--reason", "停业")
    asked = say(*request, "--replaces", SUBJECTS[0], "--as", person(LEAD, Role.HANDLER))
    assert (3, "DrawnElsewhere") == refused(asked)
    assert 0 == say("audit", "verify").code


def test_dry_run_checks_everything_and_leaves_no_trace(move: tuple[Driver, Import]) -> None:
    """It says at which stage the task would stand."""
    driver, run = move
    before = dump(driver.database)
    said = run(stage_6(driver.today), "--dry-run", "--json")
    (line,) = json.loads(said.out)["tasks"]
    assert (TASK, 6, []) == (line["task"], line["stage"], line["faults"])
    assert before == dump(driver.database)


def test_same_workbook_again_changes_nothing(move: tuple[Driver, Import]) -> None:
    """A second import of the round from another workbook is refused."""
    driver, run = move
    run(stage_5(driver.today))
    before = dump(driver.database)
    assert 0 == run(None).code
    assert before == dump(driver.database)
    said = run(stage_6(driver.today))
    assert (3, True) == (said.code, "AlreadyLaunched" in said.err)


def test_what_has_no_officers_yet_is_matched_here(move: tuple[Driver, Import]) -> None:
    """A subject left out of the visits stands in stage 4, and the match of this system takes it."""
    driver, run = move
    rows = stage_5(driver.today)
    rows[Sheet.TASKS][0]["所在步骤"] = "4"
    rows[Sheet.VISITS] = [row for row in rows[Sheet.VISITS] if row["代码"] != SUBJECTS[3]]
    assert 0 == run(rows).code
    assert Stage.MATCH is driver.job().stage
    for department in (one.department for one in driver.progress().branches if one.to_match):
        driver.steps.match_officers(driver.step(department=department))
    assert Stage.INSPECT is driver.job().stage


def _fault(sheet: Sheet, column: str, value: object, row: int = 0) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[sheet][row][column] = value

    return change


FAULTS: dict[str, tuple[Callable[[Rows], None], str]] = {
    "a wrong stage": (
        _fault(Sheet.TASKS, "所在步骤", "7"),
        "“任务”第2行 所在步骤：填为第7步，而按各表所填应为第6步",
    ),
    "a stage before the draw": (
        _fault(Sheet.TASKS, "所在步骤", "2"),
        "“对象”第2行 原平台任务号：尚未抽取的任务没有这一表的行",
    ),
    "no draw's day": (_fault(Sheet.TASKS, "抽取日期", None), "“任务”第2行 抽取日期：已抽取的任务不能为空"),
    "no such record": (_fault(Sheet.TASKS, "抽取记录", "没有.csv"), "“任务”第2行 抽取记录：没有文件"),
    "an unknown department": (_fault(Sheet.PARTS, "部门", "无此局"), "“部门”第2行 部门：没有部门“无此局”"),
    "an open claim": (_fault(Sheet.PARTS, "领取情况", "待领取"), "“部门”第2行 领取情况：请填"),
    "an unknown item": (
        _fault(Sheet.PARTS, "抽查事项", "X-9"),
        "“部门”第2行 抽查事项：部门事项清单中没有：X-9",
    ),
    "a subject not on the register": (
        _fault(Sheet.SUBJECTS, "代码", "XK9"),
        "“对象”第2行 代码：不在检查对象名录库",
    ),
    "a subject twice": (
        _fault(Sheet.SUBJECTS, "代码", SUBJECTS[1]),
        "“对象”第3行 重复",
    ),
    "an unknown officer": (
        _fault(Sheet.VISITS, "执法人员证号", "ZF-x、ZF-lead-000"),
        "“检查”第2行 执法人员证号：不在本部门执法人员库：ZF-x",
    ),
    "one officer": (_fault(Sheet.VISITS, "执法人员证号", "ZF-lead-000"), "“检查”第2行 执法人员证号：至少2人"),
    "a day in words": (_fault(Sheet.VISITS, "检查完成日", "上周"), "“检查”第2行 检查完成日：“上周”不是日期"),
    "a check before the draw": (
        _fault(Sheet.VISITS, "检查完成日", "2025-01-01"),
        "“检查”第2行 检查完成日：须在抽取日期至今日之间",
    ),
    "no receipt": (_fault(Sheet.RESULTS, "平台回执号", ""), "“结果”第2行 平台回执号：不能为空"),
    "an enterprise that is not public": (
        _fault(Sheet.RESULTS, "代码", SUBJECTS[1], 1),
        "“结果”第3行 公示日期：市场主体已录入未公示的暂不能移入",
    ),
    "a problem without words": (
        _fault(Sheet.RESULTS, "检查结果", "不配合检查情节严重"),
        "“结果”第2行 发现的问题",
    ),
    "a proof without an address": (_fault(Sheet.RESULTS, "公示网址", ""), "“结果”第2行 公示网址"),
    "a disposal of no problem": (
        _fault(Sheet.DISPOSALS, "代码", OWED),
        "“处置”第2行 事项编号：“结果”中该户该事项没有存在问题的结果",
    ),
    "a disposal that is under way elsewhere": (
        _fault(Sheet.DISPOSALS, "状态", "已移送待接收"),
        "“处置”第2行 状态：只能移入",
    ),
    "rows of an unknown task": (_fault(Sheet.VISITS, "原平台任务号", "OLD-9"), "OLD-9"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_named_and_nothing_of_its_task_moves_in(move: tuple[Driver, Import], fault: str) -> None:
    """Sheet, row, field, remedy; the answer's trail is all that is written."""
    driver, run = move
    change, words = FAULTS[fault]
    rows = stage_6(driver.today)
    change(rows)
    before = dump(driver.database, without=TRAIL)
    said = run(rows)
    assert (3, True) == (said.code, words in said.err), said.err
    assert before == dump(driver.database, without=TRAIL)


def test_sound_task_of_a_workbook_moves_in_beside_a_faulty_one(move: tuple[Driver, Import]) -> None:
    """All or nothing is said of one task, not of the workbook."""
    driver, run = move
    rows, other = stage_5(driver.today), stage_5(driver.today, "OLD-8")
    other[Sheet.TASKS][0]["序号"] = "99"
    for sheet, lines in other.items():
        rows[sheet] += lines
    said = run(rows)
    assert (3, True) == (said.code, "OLD-8 （RowUnknown）" in said.err)
    assert [TASK] == driver.read(lambda session: list(session.exec(select(JointTask.id))))


def test_task_that_is_not_drawn_stands_in_stage_1_with_its_claims(
    say: Say, move: tuple[Driver, Import]
) -> None:
    """Who claimed there need not again, as of that day; who did not is offered it when all is confirmed here."""
    driver, run = move
    said = run(undrawn(driver.today))
    assert 0 == said.code, said.err
    task = driver.job()
    assert (Stage.INITIATE, "2026-03-02") == (task.stage, str(local_day(task.opened_at)))
    assert {"prepare", "confirm_items", "confirm_periods"} == set(waits(driver))
    assert [Claim.CLAIMED, Claim.CLAIMED, Claim.NONE] == [driver.part(one).claim for one in DEPARTMENTS]
    shown = say("task", "show", TASK).out
    assert f"在该平台领取：{DEPARTMENTS[SECOND]} 2026-03-24" in shown.replace("\n", "")
    event = driver.read(
        lambda s: s.exec(select(AuditEvent).where(col(AuditEvent.event) == "task.moved_in")).one()
    )
    assert {SECOND: "2026-03-24"} == event.detail["claims"]
    assert 0 == say("audit", "verify").code


def test_a_task_launched_before_the_plan_was_adopted_here_moves_in(
    move: tuple[Driver, Import], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was launched by the plan there: only the plan's months bind it."""
    driver, run = move
    monkeypatch.setattr("activities.acts.launch.adopted_first", lambda *_: driver.today)
    said = run(undrawn(driver.today))
    assert 0 == said.code, said.err
    assert "2026-03-02" == str(local_day(driver.job().opened_at))


UNDRAWN_FAULTS: dict[str, tuple[Callable[[Rows], None], str]] = {
    "a claim without its day": (
        _fault(Sheet.PARTS, "领取日期", None, 1),
        "“部门”第3行 领取日期：已领取的请填",
    ),
    "a claim of the future": (_fault(Sheet.PARTS, "领取日期", "2099-01-01", 1), "“部门”第3行 领取日期：须在"),
    "a day without a claim": (_fault(Sheet.PARTS, "领取日期", "2026-03-20", 2), "“部门”第4行 领取日期：只有"),
    "an unknown item": (
        _fault(Sheet.PARTS, "抽查事项", "X-9", 2),
        "“部门”第4行 抽查事项：部门事项清单中没有",
    ),
    "a stage that its claims deny": (_fault(Sheet.TASKS, "所在步骤", "3"), "“任务”第2行 所在步骤：填为第3步"),
    "a launch outside the window": (
        _fault(Sheet.TASKS, "发起日期", "2025-12-01"),
        "“任务”第2行 发起日期：不在抽查起止时间",
    ),
    "half a period": (_fault(Sheet.TASKS, "检查时段止", None), "“任务”第2行 检查时段止：起止须同时填写"),
    "a period that is over": (
        _fault(Sheet.TASKS, "检查时段止", "2026-03-01"),
        "“任务”第2行 检查时段止：早于",
    ),
    "a draw": (_fault(Sheet.TASKS, "名单文号", "旧1号"), "“任务”第2行 名单文号：尚未抽取的任务请留空"),
}


@pytest.mark.parametrize("fault", UNDRAWN_FAULTS)
def test_fault_of_an_undrawn_task_is_named(move: tuple[Driver, Import], fault: str) -> None:
    """By sheet, row and field like that of a drawn one."""
    driver, run = move
    change, words = UNDRAWN_FAULTS[fault]
    rows = undrawn(driver.today)
    change(rows)
    before = dump(driver.database, without=TRAIL)
    said = run(rows)
    assert (3, True) == (said.code, words in said.err), said.err
    assert before == dump(driver.database, without=TRAIL)


def test_task_moved_in_wrongly_is_cancelled_and_moved_in_anew(say: Say, move: tuple[Driver, Import]) -> None:
    """On the same draw: another draw of the same round is no correction."""
    driver, run = move
    run(stage_5(driver.today))
    assert (3, True) == ((said := run(stage_6(driver.today))).code, "task cancel" in said.err)
    assert 0 == say("task", "cancel", TASK, "--number", "批9号", "--reason", "移错", "--as", STAFF).code
    rows = stage_6(driver.today)
    rows[Sheet.TASKS][0]["抽取记录"] = "c" * 64
    assert (3, True) == ((said := run(rows)).code, "DrawnAnew" in said.err)
    assert 0 == run(stage_6(driver.today)).code
    new = driver.read(lambda session: session.get_one(JointTask, f"{TASK}/2"))
    assert (Stage.ENTER, TASK) == (new.stage, new.replaces)


def test_only_the_coordinating_office_moves_tasks_in(say: Say, move: tuple[Driver, Import]) -> None:
    """Nobody else's transcript counts; without a workbook there is nothing to move."""
    driver, run = move
    said = run(stage_5(driver.today), by=person(LEAD, Role.HANDLER))
    assert (3, True) == (said.code, "WrongRole" in said.err)
    assert (3, "SheetNeeded") == refused(say("task", "import", "--as", STAFF))
