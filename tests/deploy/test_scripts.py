"""The scripts of the shared installation: sound by the shell's own checker, and run where they can be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.alive import OLD, is_alive
from adapters.migrate import migrate
from tests.deploy.compose import ROOT
from tests.guarded import APPEND_ONLY
from tests.postgres import PostgresCluster

SCRIPTS = sorted((ROOT / "deploy").glob("*.sh"))


@pytest.fixture(scope="module")
def installed() -> Iterator[PostgresCluster]:
    """A cluster of its own: roles belong to a whole cluster."""
    cluster = PostgresCluster()
    yield cluster
    cluster.stop()


def databases(cluster: PostgresCluster) -> None:
    """Run the script as the owner of the cluster."""
    surroundings = os.environ | {
        "PATH": f"{cluster.programs}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(cluster.port),
        "PGUSER": "postgres",
        "PGPASSWORD": "owner",
        "APP_DB_USER": "joint_app",
        "APP_DB_PASSWORD": "it's a %secret",
        "TEMPORAL_DB_USER": "engine",
        "TEMPORAL_DB_PASSWORD": "another",
    }
    script = str(ROOT / "deploy" / "databases.sh")
    made = subprocess.run(["bash", script], env=surroundings, check=False, capture_output=True, text=True)
    assert 0 == made.returncode, made.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.name)
def test_the_shells_checker_has_nothing_to_say(script: Path) -> None:
    """And the shell itself can read it."""
    assert 0 == subprocess.run(["bash", "-n", script], check=False).returncode
    checker = Path(sys.executable).with_name("shellcheck")
    said = subprocess.run([checker, script], check=False, capture_output=True, text=True)
    assert (0, "") == (said.returncode, said.stdout)


def test_the_applications_role_works_on_tables_that_it_does_not_own(installed: PostgresCluster) -> None:
    """Made twice without harm; it reads and writes, and can neither alter a table nor take off its guards."""
    databases(installed)
    databases(installed)
    migrate(installed.url("joint_inspection"))
    with psycopg.connect(installed.url("joint_inspection"), user="joint_app", autocommit=True) as session:
        owned = session.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user").fetchone()
        assert (0,) == owned
        session.execute("INSERT INTO office (code, name, territory) VALUES ('yc', '办公室', '样例县')")
        assert ("办公室",) == session.execute("SELECT name FROM office").fetchone()
        for forbidden in (
            "ALTER TABLE submission DISABLE TRIGGER ALL",
            "DROP TABLE submission",
            "TRUNCATE submission",
            *(f"DROP TRIGGER {table}_append_only ON {table}" for table in APPEND_ONLY),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(forbidden)


def test_each_role_enters_its_own_databases_alone(installed: PostgresCluster) -> None:
    """The engine may not touch papers, nor the application the engine's state; each owner makes its own tables."""
    databases(installed)
    for name in ("temporal", "temporal_visibility"):
        with psycopg.connect(installed.url(name), user="engine", autocommit=True) as session:
            session.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
            session.execute("CREATE TABLE IF NOT EXISTS made (id int)")
    for name, stranger in (("joint_inspection", "engine"), ("temporal", "joint_app")):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(installed.url(name), user=stranger)


def test_a_sign_of_life_grows_old(tmp_path: Path) -> None:
    """No file, a young one, an old one: as the image's health check asks."""
    file = tmp_path / "worker.alive"
    asked = [sys.executable, "-m", "adapters.alive"]

    def ask() -> int:
        return subprocess.run(
            asked, cwd=ROOT, env=os.environ | {"JOINT_ALIVE": str(file)}, check=False
        ).returncode

    assert (False, 1) == (is_alive(file), ask())
    file.touch()
    assert (True, 0) == (is_alive(file), ask())
    past = file.stat().st_mtime - OLD - 1
    os.utime(file, (past, past))
    assert (False, 1) == (is_alive(file), ask())
