"""Play tasks until they are stuck, stage by stage, and take the pictures of `docs/operating.md`.

`python -m docs.screenshots FOLDER [NAME …]`: all pictures, or those named, into the folder.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from playwright.async_api import Browser

from adapters.database import Database
from adapters.engine import start_embedded
from adapters.logging import configure
from adapters.ports import free_port
from adapters.settings import Settings
from cli.demo.play import TASK, Opening
from cli.demo.play_results import Closing
from cli.demo.show import SCENES
from worker import working

from .browser import LIST, WIDTH, browser, list_of, page_of, shoot
from .plays import PLAYS, Picture, Play, Stop
from .world import FellSilent, Players, Served, aged_copy, bring_up, found_county, served

SETTLE = 8.0
"""Seconds for a rebuilt world to fire what is overdue and to show it."""


async def main(folder: Path, names: Sequence[str]) -> None:
    """Take the pictures, play by play."""
    configure(json=False, level=40)
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before anything runs
    async with browser() as eye:
        for play in PLAYS:
            wanted = [_with(stop, names) for stop in play.stops]
            stops = [stop for stop in wanted if stop.pictures]
            if stops:
                with tempfile.TemporaryDirectory() as scratch:
                    await _perform(play, stops, Path(scratch), folder, eye)


def _with(stop: Stop, names: Sequence[str]) -> Stop:
    """A stop with those of its pictures that are named; all of them where none is."""
    return replace(stop, pictures=tuple(one for one in stop.pictures if not names or one.name in names))


async def _perform(play: Play, stops: Sequence[Stop], scratch: Path, folder: Path, eye: Browser) -> None:
    with play.platform(scratch / "platform.db") as exchange:
        settings = found_county(scratch / "world", exchange, play.county)
        database = Database(settings.database_url)
        environment = await start_embedded(None, port=free_port(27233))
        try:
            async with working(environment.client, settings, database):
                players = Players(database, environment.client, TASK)
                halves = (Opening(players, _quiet), Closing(players, _quiet))
                for number, stop in enumerate(stops):
                    players.silent_at = stop.line
                    await _play_on(halves)
                    await asyncio.sleep(SETTLE / 4)
                    copy = aged_copy(settings, scratch / str(number), stop.days)
                    await _stop(stop, copy, folder, eye)
        finally:
            database.close()
            await environment.shutdown()


async def _play_on(halves: Sequence[Opening | Closing]) -> None:
    """Play from the beginning, where what was said is said already, up to the line."""
    for scene in SCENES:
        half = next(half for half in halves if hasattr(half, scene))
        try:
            await getattr(half, scene)()
        except FellSilent:
            return


async def _stop(stop: Stop, settings: Settings, folder: Path, eye: Browser) -> None:
    async with served(settings) as world:
        async with working(world.client, settings, world.database):
            await bring_up(world)
            await asyncio.sleep(SETTLE)
            async with stop.trouble(world):
                if stop.working:
                    await _take(stop, world, folder, eye)
        if not stop.working:
            await _take(stop, world, folder, eye)


async def _take(stop: Stop, world: Served, folder: Path, eye: Browser) -> None:
    for one in stop.pictures:
        file = folder / f"{one.name}.png"
        shown = await _picture(one, world, file, eye)
        missed = "" if shown else f"  NOT SHOWN: {one.expected}"
        print(f"{file}  {one.words}{missed}", flush=True)


async def _picture(one: Picture, world: Served, file: Path, eye: Browser) -> bool:
    if one.query:
        return await shoot(eye, list_of(world.ui, one.query), file, one.expected, LIST)
    size = (WIDTH, one.height)
    found = [run async for run in world.client.list_workflows(f"WorkflowId STARTS_WITH '{one.page}'")]
    for run in found:
        if await shoot(eye, page_of(world.ui, run.id, run.run_id, one.tab), file, one.expected, size):
            return True
    return False


def _quiet(_: object) -> None:
    """The play tells its story to nobody."""


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
