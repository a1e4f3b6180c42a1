"""A demo county that is played up to a line; copies of it grow old and stand before a Web UI of their own."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Date, DateTime
from sqlmodel import Session, SQLModel
from temporalio.client import Client

from activities.rebuild import open_cases, rebuild
from adapters.database import Database
from adapters.engine import start_embedded
from adapters.migrate import migrate
from adapters.ports import free_port
from adapters.settings import Profile, Settings
from cli.demo.cast import Cast, T
from cli.demo.county import County, county, load_county
from cli.demo.play import SEED
from models.papers import Paper
from models.trail import Answer
from rules.calendar import local_day
from rules.roles import Role

Line = Callable[[str, Paper | str], bool]
"""Whether the play falls silent before a department's paper, or before waiting for something."""


class FellSilent(Exception):  # noqa: N818 - it ends a play and is no error
    """The play has come to its line."""


class Players(Cast):
    """Players who fall silent at a given line."""

    silent_at: Line = staticmethod(lambda _, __: False)

    async def say(
        self, department: str, role: Role, paper: Paper, *, target: str = "", name: str = ""
    ) -> Answer:
        """File a paper, unless the play ends before it."""
        if self.silent_at(department, paper):
            raise FellSilent
        return await super().say(department, role, paper, target=target, name=name)

    async def until(self, what: str, look: Callable[[Session], T | None]) -> T:
        """Wait for something, unless the play ends before it."""
        if self.silent_at("", what):
            raise FellSilent
        return await super().until(what, look)


@dataclass(frozen=True)
class Served:
    """A database with an engine and its Web UI before it."""

    client: Client
    database: Database
    ui: str


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Served]:
    """An engine that knows nothing, before a database that knows all."""
    ui = free_port(18233)
    environment = await start_embedded(None, port=free_port(17233), ui_port=ui)
    database = Database(settings.database_url)
    try:
        yield Served(environment.client, database, f"http://127.0.0.1:{ui}")
    finally:
        database.close()
        await environment.shutdown()


def found_county(folder: Path, exchange: str, change: Callable[[County], County]) -> Settings:
    """A new county, changed for the occasion, in a folder."""
    folder.mkdir(parents=True)
    settings = Settings(
        profile=Profile.DEMO, data=folder, database_url=f"sqlite:///{folder}/world.db", exchange=exchange
    )
    migrate(settings.database_url)
    now = datetime.now(UTC)
    database = Database(settings.database_url)
    load_county(database, change(county(SEED, local_day(now))), now)
    database.close()
    return settings


def aged_copy(settings: Settings, folder: Path, days: int) -> Settings:
    """The same county as if all that happened there had happened so many days earlier.

    Clocks of weeks can't be waited for, and the engine's server with a Web UI skips no time. What is moved
    is a copy made for a picture: its triggers are dropped, and its audit chain no longer holds.
    """
    folder.mkdir(parents=True)
    path = folder / "world.db"
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as source:
        source.execute("VACUUM INTO ?", (str(path),))
    with sqlite3.connect(path) as copy:
        for (trigger,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f'DROP TRIGGER "{trigger}"')
        for table in SQLModel.metadata.sorted_tables:
            if table.name.startswith("calendar"):
                continue
            for column in table.columns:
                copy.execute(_earlier(table.name, column.name, column.type, days))
    return replace(settings, data=folder, database_url=f"sqlite:///{path}")


def _earlier(table: str, column: str, kind: object, days: int) -> str:
    # Names of our own tables and columns.
    target = f'UPDATE "{table}" SET "{column}" ='  # noqa: S608
    if isinstance(kind, Date):
        return f"""{target} date("{column}", '-{days} days')"""
    moment = getattr(kind, "impl", kind)
    if isinstance(moment, DateTime):
        form = "%Y-%m-%d %H:%M:%f000"
        return f"""{target} strftime('{form}', "{column}", '-{days} days')"""
    return "SELECT 1"


async def bring_up(world: Served) -> None:
    """Start every open case of the database on its engine."""
    now = datetime.now(UTC)
    with world.database.read() as session:
        ids = open_cases(session, now)
    await rebuild(world.client, world.database, ids, now)
