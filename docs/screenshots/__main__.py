"""Play tasks until they are stuck, stage by stage, and take the pictures of `docs/operating.md`.

`python -m docs.screenshots FOLDER [NAME …]`: all pictures, or those named, into the folder.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
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
from .plays import PLAYS, Play, Shot
from .world import FellSilent, Players, Served, aged_copy, bring_up, found_county, served

SETTLE = 8.0
"""Seconds for a rebuilt world to fire what is overdue and to show it."""


async def main(folder: Path, names: Sequence[str]) -> None:
    """Take the pictures, play by play."""
    configure(json=False, level=40)
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before anything runs
    async with browser() as eye:
        for play in PLAYS:
            shots = [shot for shot in play.shots if not names or shot.name in names]
            if shots:
                with tempfile.TemporaryDirectory() as scratch:
                    await _perform(play, shots, Path(scratch), folder, eye)


async def _perform(play: Play, shots: Sequence[Shot], scratch: Path, folder: Path, eye: Browser) -> None:
    with play.platform(scratch / "platform.db") as exchange:
        settings = found_county(scratch / "world", exchange, play.county)
        database = Database(settings.database_url)
        environment = await start_embedded(None, port=free_port(27233))
        try:
            async with working(environment.client, settings, database):
                players = Players(database, environment.client, TASK)
                halves = (Opening(players, _quiet), Closing(players, _quiet))
                for shot in shots:
                    players.silent_at = shot.line
                    await _play_on(halves)
                    await asyncio.sleep(SETTLE / 4)
                    copy = aged_copy(settings, scratch / shot.name, shot.days)
                    await _take(shot, copy, folder / f"{shot.name}.png", eye)
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


async def _take(shot: Shot, settings: Settings, file: Path, eye: Browser) -> None:
    async with served(settings) as world:
        async with working(world.client, settings, world.database):
            await bring_up(world)
            await asyncio.sleep(SETTLE)
            async with shot.trouble(world):
                if shot.working:
                    await _picture(shot, world, file, eye)
        if not shot.working:
            await _picture(shot, world, file, eye)
    print(f"{file}  {shot.words}", flush=True)


async def _picture(shot: Shot, world: Served, file: Path, eye: Browser) -> None:
    if shot.query:
        await shoot(eye, list_of(world.ui, shot.query), file, shot.expected, LIST)
        return
    query = f"WorkflowId STARTS_WITH '{shot.page}'"
    found = [one async for one in world.client.list_workflows(query)]
    for one in found:
        if await shoot(
            eye, page_of(world.ui, one.id, one.run_id, shot.tab), file, shot.expected, (WIDTH, shot.height)
        ):
            return


def _quiet(_: object) -> None:
    """The play tells its story to nobody."""


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
