"""A task that was moved in is a task like any other: its workflow begins at its stage and runs to its end."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from activities.draw.export import export_record
from activities.rebuild import open_cases, rebuild
from adapters.result_sheets import write_book
from cli.task.moving_columns import SHEETS, note_rows
from cli.task.moving_sheets import read_workbook
from models.papers import AcceptClaim
from models.task import JointTask, TakingPart
from rules.calendar import local_day
from rules.roles import Role
from rules.stages import Stage, TaskStatus
from tests.builders import OFFICE, OFFICE_DESK, SECOND, THIRD
from tests.engine.house import TASK, House
from tests.engine.one_truth import disagreements
from tests.engine.outcome import faults_of
from tests.moved import PORTAL, Rows, stage_5, stage_6, stage_8, undrawn, write


async def move_in(house: House, folder: Path, rows: Rows) -> None:
    """File the workbook's one task, and start what it consists of."""
    template = folder / "空白.xlsx"
    write_book(template, {sheet.value: columns for sheet, columns in SHEETS.items()}, list(note_rows()))
    file = write(folder / "移入.xlsx", rows, template)
    with house.database.read() as session:
        (one,) = read_workbook(session, file, PORTAL)
    assert one.paper is not None, one.faults
    await house.cast.act(OFFICE_DESK, Role.OFFICE, one.paper, target=f"office/{OFFICE}")
    now = datetime.now(UTC)
    with house.database.read() as session:
        ids = open_cases(session, now, TASK)
    await rebuild(house.client, house.database, ids, now, task_queue=house.task_queue)
    assert WorkflowExecutionStatus.RUNNING is (await house.task.describe()).status


async def test_task_moved_in_before_its_draw_is_drawn_and_finished_here(house: House, tmp_path: Path) -> None:
    """Only who did not claim there is asked; the draw is this system's own, and can be exported."""
    async with house.working():
        await move_in(house, tmp_path, undrawn(local_day(datetime.now(UTC))))
        assert [] == await disagreements(house)
        await house.play.run("prepare")
        await house.play.until_offered(THIRD)
        await house.cast.act(THIRD, Role.HANDLER, AcceptClaim())
        await house.play.run("draw", "visit", "enter", "publicize", "dispose", "summarize")
        await house.task.result()
    with house.database.read() as session:
        assert TaskStatus.CLOSED is session.get_one(JointTask, TASK).status
        assert 1 == session.get_one(TakingPart, (TASK, SECOND)).offers
        assert export_record(session, TASK)["acts"]
    assert [] == faults_of(house.database, TASK)


@pytest.mark.parametrize(
    ("rows", "stage", "scenes"),
    [
        (stage_5, Stage.INSPECT, ("visit", "enter", "publicize", "dispose", "summarize")),
        (stage_6, Stage.ENTER, ("enter", "publicize", "dispose", "summarize")),
        (stage_8, Stage.FOLLOW_UP, ("dispose", "summarize")),
    ],
    ids=["stage 5", "stage 6", "stage 8"],
)
async def test_task_moved_in_at_a_stage_is_finished_here(
    house: House, tmp_path: Path, rows: Callable[[date], Rows], stage: Stage, scenes: tuple[str, ...]
) -> None:
    """What is shown agrees with the rows from the first moment; at the end nothing is open and no count lies."""
    async with house.working():
        await move_in(house, tmp_path, rows(local_day(datetime.now(UTC))))
        with house.database.read() as session:
            assert stage is session.get_one(JointTask, TASK).stage
        assert [] == await disagreements(house)
        await house.play.run(*scenes)
        await house.task.result()
    with house.database.read() as session:
        assert TaskStatus.CLOSED is session.get_one(JointTask, TASK).status
        assert [] == open_cases(session, datetime.now(UTC), TASK)
    assert [] == faults_of(house.database, TASK)
