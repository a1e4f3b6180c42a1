"""The database: whole transactions, moments in UTC, keys that hold, one kind of session on both."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import Session, col, select

from adapters.database import Database
from models.organisation import Department, DepartmentKind, Office
from models.registers import CalendarYear, Policy
from models.task import JointTask
from models.trail import Submission
from rules.roles import Role
from rules.stages import Stage

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))


def add_office(session: Session, code: str = "test") -> None:
    """An office, so that there is something to write."""
    session.add(Office(code=code, name="办公室", territory="县"))
    session.flush()


def paper(**change: Any) -> Submission:
    """A filed paper."""
    given: dict[str, Any] = {
        "id": "m",
        "target": "office/test",
        "chain": "c",
        "kind": "k",
        "content": {"名": ["值", 1, None]},
        "nonce": "n",
        "sha256": "s",
        "actor": "p",
        "role": Role.HANDLER,
        "department": "d",
        "filed_at": NOON,
    }
    return Submission(**{**given, **change})


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """All of it or none."""
    with pytest.raises(ZeroDivisionError), database.write() as session:  # noqa: PT012 - the failure lies inside
        add_office(session)
        raise ZeroDivisionError
    with database.read() as session:
        assert [] == session.exec(select(Office)).all()


def test_a_moment_comes_back_as_utc(database: Database) -> None:
    """Whatever zone it was written in; SQLite, which forgets zones, included."""
    with database.write() as session:
        session.add(paper())
    with database.read() as session:
        stored = session.get_one(Submission, "m").filed_at
    assert (NOON, UTC) == (stored, stored.tzinfo)


def test_a_naive_moment_is_refused(database: Database) -> None:
    """Guessing its zone would move a deadline by eight hours."""
    naive = datetime(2026, 4, 1)  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(StatementError, match="time zone"), database.write() as session:
        session.add(CalendarYear(year=2026, document="x", loaded_at=naive))


def test_moments_sort_by_time_whatever_their_zone(database: Database) -> None:
    """08:00 in Beijing is before 01:00 in London."""
    with database.write() as session:
        session.add(paper(id="later", filed_at=datetime(2026, 4, 1, 1, tzinfo=UTC)))
        session.add(paper(id="earlier", filed_at=NOON.replace(hour=8)))
    with database.read() as session:
        ids = session.exec(select(Submission.id).order_by(col(Submission.filed_at))).all()
    assert ["earlier", "later"] == list(ids)


def test_enumerations_are_stored_by_value(database: Database) -> None:
    """A database that is read by hand needs no decoding, and stages compare in SQL."""
    with database.write() as session:
        add_office(session)
        session.add(Department(id="test/d", office="test", name="局", kind=DepartmentKind.DEPARTMENT))
    with database.read() as session:
        assert "department" == session.execute(text("SELECT kind FROM department")).scalar()
        assert DepartmentKind.DEPARTMENT is session.get_one(Department, "test/d").kind


def test_a_value_outside_an_enumeration_is_refused(database: Database) -> None:
    """Also where a column would hold any text."""
    with pytest.raises(StatementError, match="emperor"), database.write() as session:
        session.add(paper(role="emperor"))


def test_json_comes_back_as_it_was_written(database: Database) -> None:
    """Papers, policies and readings keep order of lists, nulls, numbers and Chinese."""
    content = {"乙": [3, 1, 2], "甲": {"空": None, "真": True, "数": 0.5}}
    with database.write() as session:
        session.add(paper(content=content))
    with database.read() as session:
        assert content == session.get_one(Submission, "m").content


def test_a_foreign_key_holds(database: Database) -> None:
    """SQLite keeps none unless it is told to."""
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Department(id="x/d", office="x", name="局"))


def test_what_is_read_is_of_one_moment(database: Database) -> None:
    """A snapshot and its draw read in one transaction see no later write (algorithms, Databases)."""
    with database.write() as session:
        add_office(session, "one")
    with database.read() as reader:
        before = len(reader.exec(select(Office)).all())
        with database.write() as writer:
            add_office(writer, "two")
        reader.expire_all()
        assert before == len(reader.exec(select(Office)).all())
    with database.read() as session:
        assert 2 == len(session.exec(select(Office)).all())


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    """Operators look while a sheet of results is being ruled on."""
    with database.write() as writer:
        add_office(writer)
        with database.read() as reader:
            assert [] == reader.exec(select(Office)).all()


def together(*acts: Callable[[], None]) -> list[BaseException]:
    """Run acts at once; what they raised."""
    raised: list[BaseException] = []

    def guard(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - collected for the test that asserts on it
            raised.append(error)

    threads = [threading.Thread(target=guard, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def test_writers_wait_for_each_other(database: Database) -> None:
    """Eight at once: none fails because another writes."""

    def write(number: int) -> Callable[[], None]:
        def act() -> None:
            with database.write() as session:
                known = len(session.exec(select(Office)).all())
                add_office(session, f"office-{number}-{known >= 0}")

        return act

    assert [] == together(*(write(number) for number in range(8)))
    with database.read() as session:
        assert 8 == len(session.exec(select(Office)).all())


def test_the_newest_policy_version_is_unique(database: Database) -> None:
    """Two who set the same version at once: one is refused by the database."""

    def row() -> Policy:
        return Policy(
            office="test",
            key="claim_days",
            version=1,
            value=3,
            clause="c",
            valid_from=date(2026, 1, 1),
            set_by="p",
            set_at=NOON,
        )

    with database.write() as session:
        session.execute(
            text("INSERT INTO office (code, name, territory) VALUES ('test', 'n', 't')"),
        )
        session.execute(
            text("INSERT INTO person (id, office, name, email, phone) VALUES ('p', 'test', 'n', '', '')")
        )
        session.add(row())
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(row())


def test_an_address_without_a_driver_gets_ours(tmp_path: Path) -> None:
    """DATABASE_URL as people write it; SQLite's folder is made."""
    database = Database(f"sqlite:///{tmp_path}/new/folder/x.db")
    assert (tmp_path / "new" / "folder").is_dir()
    database.close()
    assert "psycopg" == Database("postgresql://u@127.0.0.1:1/x").engine.dialect.driver


def test_a_statement_that_the_database_refuses_says_so(database: Database) -> None:
    """No error of the driver is swallowed."""
    with pytest.raises(DBAPIError), database.read() as session:
        session.execute(text("SELECT nothing FROM nowhere"))


def test_a_stage_is_compared_in_sql(database: Database) -> None:
    """Stored by number: "at or past" is a comparison that an index can answer."""
    with database.read() as session:
        statement = select(JointTask).where(JointTask.stage >= Stage.DRAW)
        assert "joint_task.stage >=" in str(statement)
        assert [] == session.exec(statement).all()
