"""The migrations bring a database to what the models say, there and back."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from adapters.database import Database
from adapters.migrate import config, migrate
from tests.builders import add_world
from tests.guarded import APPEND_ONLY
from tests.postgres import PostgresCluster

# As the entry of the migrations does: each import fills the metadata.
for _module in ("operations", "organisation", "outcomes", "plan", "registers", "task", "trail"):
    import_module(f"models.{_module}")

OURS = set(SQLModel.metadata.tables)


@pytest.fixture(params=("sqlite", "postgresql"))
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    yield cluster.create("empty")
    cluster.drop("empty")


def tables(url: str) -> set[str]:
    """The tables that a database has."""
    database = Database(url)
    found = set(inspect(database.engine).get_table_names())
    database.close()
    return found - {"alembic_version"}


def guards(url: str) -> set[str]:
    """The triggers that a database has."""
    database = Database(url)
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.engine.connect() as connection:
        found = set(connection.execute(text(query)).scalars())
    database.close()
    return found


def differences(url: str) -> list[Any]:
    """What alembic would have to change to bring a database to the models."""
    database = Database(url)
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    database.close()
    return list(found)


def test_an_upgrade_makes_what_the_models_say(empty: str) -> None:
    """Tables, columns, keys and indexes: alembic finds nothing left to change."""
    migrate(empty)
    assert OURS == tables(empty)
    assert [] == differences(empty)


def test_every_append_only_table_is_guarded(empty: str) -> None:
    """A trigger for each way of changing a row; on PostgreSQL one against TRUNCATE too."""
    migrate(empty)
    suffixes = ("no_update", "no_delete") if empty.startswith("sqlite") else ("append_only", "no_truncate")
    assert {f"{table}_{suffix}" for table in APPEND_ONLY for suffix in suffixes} == guards(empty)
    assert APPEND_ONLY <= OURS


def test_an_upgrade_again_is_harmless(empty: str) -> None:
    """Every start migrates: rows that are there stay."""
    migrate(empty)
    database = Database(empty)
    with database.write() as session:
        add_world(session)
    migrate(empty)
    with database.read() as session:
        assert 12 == session.execute(text("SELECT count(*) FROM subject")).scalar()
    database.close()
    assert [] == differences(empty)


def test_a_downgrade_takes_everything_away_and_an_upgrade_brings_it_back(empty: str) -> None:
    """Also the guards, which would else keep a table from being made again."""
    migrate(empty)
    command.downgrade(config(empty), "base")
    assert (set(), set()) == (tables(empty), guards(empty))
    migrate(empty)
    assert [] == differences(empty)


def test_a_password_with_a_per_cent_sign_reaches_the_driver_whole() -> None:
    """Alembic's configuration interpolates per cent signs; addresses quote passwords with them."""
    url = "postgresql://me:a%40b@127.0.0.1/x"
    assert url == config(url).get_main_option("sqlalchemy.url")
