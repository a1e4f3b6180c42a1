"""What all tests share: engines for a whole session, and a migrated database for each test."""

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.engine import start_embedded
from adapters.migrate import migrate
from adapters.skipped_time import start_skipping
from tests.postgres import PostgresCluster

BACKENDS = ("sqlite", "postgresql")
# A claim about values is not one about time: on a machine that does much else, any example may take long.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

MakeUrl = Callable[[str], str]
"""Makes a migrated, empty database of a backend and returns its address."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A real PostgreSQL server."""
    cluster = PostgresCluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: a test pays for a copy, not for the migrations."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresCluster) -> str:
    """The name of a migrated PostgreSQL database to copy."""
    migrate(postgres.create("migrated"))
    return "migrated"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeUrl]:
    """Databases by backend, for tests that need the address or more than one; dropped at the test's end."""
    made: list[str] = []
    cluster: list[PostgresCluster] = []

    def make(backend: str) -> str:
        if backend == "sqlite":
            file = tmp_path / f"test-{next(_NUMBERS)}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
            return f"sqlite:///{file}"
        template = request.getfixturevalue("postgres_template")
        cluster.append(request.getfixturevalue("postgres"))
        made.append(f"test_{next(_NUMBERS)}")
        return cluster[-1].create(made[-1], template)

    yield make
    for name in made:
        cluster[-1].drop(name)


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, database_url: MakeUrl) -> Iterator[Database]:
    """An empty, migrated database, once on SQLite and once on PostgreSQL."""
    made = Database(database_url(request.param))
    yield made
    made.close()


@pytest.fixture
def sqlite(database_url: MakeUrl) -> Iterator[Database]:
    """An empty, migrated SQLite database, for what does not hang on the kind of database."""
    made = Database(database_url("sqlite"))
    yield made
    made.close()


@pytest.fixture(scope="session")
async def embedded() -> AsyncIterator[WorkflowEnvironment]:
    """The embedded server that the product starts, kept in memory."""
    environment = await start_embedded(None)
    yield environment
    await environment.shutdown()


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping server of the test's own: what another one left unserved would hold its clock."""
    environment = await start_skipping()
    yield environment
    await environment.shutdown()


_NUMBERS = itertools.count(1)
