"""Databases at any scene: each scene is played once a session and kind of database, then copied."""

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from adapters.database import Database
from tests.activities.driver import Driver
from tests.activities.scenes import SCENES
from tests.activities.world import add_everything
from tests.postgres import PostgresCluster


class Stages:
    """The templates of all scenes, and the copies that tests use up."""

    def __init__(self, home: Path, request: pytest.FixtureRequest) -> None:
        self._home = home
        self._request = request
        self._known: set[tuple[str, str]] = set()
        self._free: dict[str, list[Database]] = defaultdict(list)
        self._copies = 0

    def copy(self, backend: str, scene: str) -> Database:
        """A database of its own at a scene."""
        self._make(backend, scene)
        # An engine that is used again has its statements compiled already, which is half of a test's time.
        if not self._free[backend]:
            self._copies += 1
            self._free[backend].append(Database(self._url(backend, f"copy_{self._copies}")))
        database = self._free[backend].pop()
        self._fill(database, f"scene_{scene}")
        return database

    def remove(self, database: Database) -> None:
        """Give a copy back."""
        database.close()
        backend = database.engine.dialect.name
        if backend == "postgresql":
            self._postgres.drop(_name(database))
        self._free[backend].append(database)

    def _make(self, backend: str, scene: str) -> None:
        if (backend, scene) in self._known:
            return
        plays: list[str] = []
        begins = scene
        while begins in SCENES and (backend, begins) not in self._known:
            plays.insert(0, begins)
            begins = SCENES[begins].begins
            if backend == "sqlite":
                # A copy of a file costs next to nothing, so that each scene on the way is kept too.
                self._make(backend, begins)
        database = Database(self._url(backend, f"scene_{scene}"))
        self._fill(
            database, f"scene_{begins}" if (backend, begins) in self._known else self._migrated(backend)
        )
        if (backend, begins) not in self._known:
            with database.write() as session:
                add_everything(session)
        for one in plays:
            SCENES[one].play(Driver(database, self._home / f"{backend}-{scene}-{one}"))
        database.close()
        self._known.add((backend, scene))

    def _fill(self, database: Database, former: str) -> None:
        if database.engine.dialect.name == "postgresql":
            self._postgres.create(_name(database), former)
        else:
            # The last connection that closes takes the write-ahead log with it: one file is all.
            shutil.copyfile(self._home / former, self._home / _name(database))

    def _url(self, backend: str, name: str) -> str:
        return self._postgres.url(name) if backend == "postgresql" else f"sqlite:///{self._home / name}"

    def _migrated(self, backend: str) -> str:
        if backend == "postgresql":
            return str(self._request.getfixturevalue("postgres_template"))
        shutil.copyfile(self._request.getfixturevalue("sqlite_template"), self._home / "migrated")
        return "migrated"

    @property
    def _postgres(self) -> PostgresCluster:
        cluster: PostgresCluster = self._request.getfixturevalue("postgres")
        return cluster


def _name(database: Database) -> str:
    return database.url.rsplit("/", 1)[1]
