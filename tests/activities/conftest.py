"""Tasks at any scene, on either kind of database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.database import Database
from tests.activities.driver import Driver
from tests.activities.stages import Stages

At = Callable[[str], Driver]
"""A driver of a task at a scene, on a database of its own."""


@pytest.fixture(scope="session")
def stages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """The templates of all scenes."""
    return Stages(tmp_path_factory.mktemp("stages"), request)


@pytest.fixture
def at(stages: Stages, tmp_path: Path) -> Iterator[At]:
    """On SQLite, for what does not hang on the kind of database."""
    yield from _copies(stages, "sqlite", tmp_path)


@pytest.fixture(params=("sqlite", "postgresql"))
def at_each(request: pytest.FixtureRequest, stages: Stages, tmp_path: Path) -> Iterator[At]:
    """Once on SQLite and once on PostgreSQL."""
    yield from _copies(stages, request.param, tmp_path)


def _copies(stages: Stages, backend: str, folder: Path) -> Iterator[At]:
    made: list[Database] = []

    def at(scene: str) -> Driver:
        made.append(stages.copy(backend, scene))
        return Driver(made[-1], folder / f"exchange-{len(made)}")

    yield at
    for database in made:
        stages.remove(database)
