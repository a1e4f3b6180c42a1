"""A service of its own for each test that needs an engine."""

import itertools
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.engine import find_server
from adapters.migrate import migrate
from models import search_attributes
from rules.calendar import local_day
from tests.engine.house import TASK, House, fill
from tests.engine.outcome import Outcome, outcome_of

_NUMBERS = itertools.count(1)
SHORT_HISTORY = 40
"""Events after which this server suggests to continue as new: some hundred times sooner than in earnest."""


def own_queue() -> str:
    """A task queue that no other test has."""
    return f"test-{os.getpid()}-{next(_NUMBERS)}"


@pytest.fixture
async def house(embedded: WorkflowEnvironment, sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    """The small office on SQLite, no worker yet; what still runs at the end is terminated."""
    fill(sqlite)
    made = House(sqlite, embedded.client, tmp_path / "exchange", own_queue())
    yield made
    troubles = await made.troubles()
    await made.terminate_all()
    assert [] == troubles


@pytest.fixture
async def any_house(
    embedded: WorkflowEnvironment, database: Database, tmp_path: Path
) -> AsyncIterator[House]:
    """The same on both databases."""
    fill(database)
    made = House(database, embedded.client, tmp_path / "exchange", own_queue())
    yield made
    troubles = await made.troubles()
    await made.terminate_all()
    assert [] == troubles


@pytest.fixture
async def hasty(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    """The small office on a server that wants short histories."""
    environment = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=find_server(),
        dev_server_log_level="error",
        search_attributes=search_attributes.ALL,
        dev_server_extra_args=[
            "--dynamic-config-value",
            f"limit.historyCount.suggestContinueAsNew={SHORT_HISTORY}",
        ],
    )
    fill(sqlite)
    yield House(sqlite, environment.client, tmp_path / "exchange", own_queue())
    await environment.shutdown()


@pytest.fixture(scope="session")
def undisturbed_by_day() -> dict[date, Outcome]:
    """What the short play came to, by the day on which it was played."""
    return {}


@pytest.fixture
async def undisturbed(
    embedded: WorkflowEnvironment,
    tmp_path_factory: pytest.TempPathFactory,
    undisturbed_by_day: dict[date, Outcome],
) -> Outcome:
    """What the short play comes to where nothing breaks: the day is hashed into its draw, so midnight plays it anew."""
    today = local_day(datetime.now(UTC))
    if today not in undisturbed_by_day:
        undisturbed_by_day[today] = await _play(embedded, tmp_path_factory.mktemp("undisturbed"))
    return undisturbed_by_day[today]


async def _play(embedded: WorkflowEnvironment, folder: Path) -> Outcome:
    url = f"sqlite:///{folder}/undisturbed.db"
    migrate(url)
    database = Database(url)
    fill(database)
    house = House(database, embedded.client, folder / "exchange", own_queue())
    async with house.working():
        await house.play.run()
    await house.terminate_all()
    outcome = outcome_of(database, TASK)
    database.close()
    return outcome
