"""Reading where a task stands: what it costs hangs on the task alone."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import event

from activities.steps.task import TaskActivities
from adapters.database import Database
from benchmarks.copies import add_rows, copy_task
from models.messages import TaskStep
from tests.activities.conftest import At
from tests.activities.world import TASK

OTHERS = 150
GRAIN = 50
"""Instructions of SQLite's machine that are counted as one."""


def instructions(database: Database, work: Callable[[], object]) -> int:
    """How much SQLite has to do for some work, whatever else the machine does."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    def watch(connection: object, *_: object) -> None:
        connection.set_progress_handler(count, GRAIN)  # type: ignore[attr-defined]  # sqlite3's own

    event.listen(database.engine, "checkout", watch)
    try:
        work()
    finally:
        event.remove(database.engine, "checkout", watch)
    return counted


def test_a_task_is_read_and_reminded_of_at_the_same_cost_among_many(at: At) -> None:
    """Ten thousand tasks are rebuilt in minutes only if each looks at its own rows: none begins with all clocks."""
    driver = at("launched")
    step = TaskStep(task=TASK, now=datetime.now(UTC))
    task = TaskActivities(driver.database)
    works: tuple[Callable[[], object], ...] = (
        lambda: task.read_task(step),
        lambda: task.fire_task_rungs(step),
    )
    alone = [instructions(driver.database, work) for work in works]
    with driver.database.write() as session:
        add_rows(session, OTHERS)
    copy_task(driver.database, TASK, range(2, OTHERS + 2))
    among_many = [instructions(driver.database, work) for work in works]
    assert all(alone)
    assert [True, True] == [many <= 1.5 * one for one, many in zip(alone, among_many, strict=True)]
