"""A year's world: its folder, database, time-skipping server, worker and platform, and the year played in it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from sqlmodel import select

from adapters.database import Database
from adapters.migrate import migrate
from adapters.skipped_time import Clock, is_running, start_skipping
from cli.demo.county import load_county
from cli.year.county import year_county
from cli.year.drive import Drive
from cli.year.figures import Figures, figures_of
from cli.year.law import Law, slots_of
from cli.year.office import PlanOfTheYear
from cli.year.platform import PromptPlatform
from cli.year.scene import Scene
from models.outcomes import Correction, Disposal
from models.task import JointTask
from worker import build_worker

DATABASE = "joint-inspection.db"


async def play_year(
    plan: PlanOfTheYear, seed: int, folder: Path, tell: Callable[[date, int, int], None]
) -> Figures:
    """Play a plan's year in a folder (absolute) and count it.

    `tell` hears day by day how many tasks began and ended.
    """
    async with _service(folder, plan, seed) as scene:
        load_county(scene.database, year_county(scene.law, scene.today, plan.seqs), scene.clock.now)
        drive = Drive(scene, plan, tell)
        await drive.run()
        return figures_of(plan.year, seed, drive, await _still_running(scene))


async def _still_running(scene: Scene) -> int:
    """How many workflows of tasks, disposals and corrections have not come to their end in the engine."""
    names = scene.read(
        lambda session: [
            *(f"joint-task/{one}" for one in session.exec(select(JointTask.id))),
            *(f"disposal/{one}" for one in session.exec(select(Disposal.id))),
            *(f"correction/{one}" for one in session.exec(select(Correction.id))),
        ]
    )
    return sum([await is_running(scene.client, name) for name in names])


@asynccontextmanager
async def _service(folder: Path, plan: PlanOfTheYear, seed: int) -> AsyncIterator[Scene]:
    """The real worker on the time-skipping server, at the year's first Monday."""
    url = f"sqlite:///{folder}/{DATABASE}"
    migrate(url)
    database = Database(url)
    environment = await start_skipping()
    clock = Clock(environment, await environment.get_current_time())
    try:
        await clock.skip_to(slots_of(_first_monday(plan.year))[0])
        worker = build_worker(environment.client, database, PromptPlatform(clock.from_thread))
        async with worker:
            yield Scene(database, environment.client, clock, Law(seed), plan.document)
    finally:
        await environment.shutdown()
        database.close()


def _first_monday(year: int) -> date:
    days = (date(year, 1, day) for day in range(2, 9))
    return next(day for day in days if day.weekday() == 0)
