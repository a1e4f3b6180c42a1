"""Who may import a register, and what comes out of it again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from activities.registers.exporting import export_register
from activities.registers.loading import ImportSummary, import_register
from adapters.database import Database
from cli.demo.bodies import OFFICE
from cli.demo.county import county, load_county
from models.registers import Subject
from models.trail import AuditEvent
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_rows import numbered
from rules.roles import Role
from tests.activities.register_data import DEPARTMENTS, NOW, PERSONS, load, subject, two_offices


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Two offices."""
    made = two_offices(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("register", list(Register))
def test_what_is_exported_changes_nothing_when_it_is_imported(database: Database, register: Register) -> None:
    """Every register of the demonstration's county, row for row."""
    made = county(1, date(2026, 3, 2), other_subjects=100)
    load_county(database, made, NOW)
    rows = list(export_register(database, OFFICE, register))
    assert len(dict(made.registers()).get(register, [])) == len(rows)
    assert ImportSummary(unchanged=len(rows)) == load(database, register, rows, office=OFFICE)


@pytest.mark.parametrize(
    ("actor", "role", "refusal"),
    [
        ("p-1", Role.HEAD, "WrongRole"),
        ("p-1", Role.KEEPER, "NotPosted"),
        ("p-9", Role.KEEPER, "PersonUnknown"),
    ],
)
def test_nobody_but_a_keeper_imports(database: Database, actor: str, role: Role, refusal: str) -> None:
    """Refused with its type, and the refusal stands in the office's chain."""
    load(database, Register.DEPARTMENTS, DEPARTMENTS)
    load(database, Register.PERSONS, PERSONS)
    with pytest.raises(Refusal) as caught:
        as_person(database, actor, role)
    assert refusal == caught.value.type
    with database.read() as session:
        assert 0 == session.exec(select(func.count()).select_from(Subject)).one()
        newest = session.exec(select(AuditEvent).order_by(col(AuditEvent.number).desc())).first()
    assert newest is not None
    assert ("register.refused", actor, refusal) == (newest.event, newest.actor, newest.detail["type"])


def test_a_keeper_imports_in_their_own_name(database: Database) -> None:
    """Person, role and department stand in the chain."""
    load(database, Register.DEPARTMENTS, DEPARTMENTS)
    load(database, Register.PERSONS, [PERSONS[0] | {"role": "名录库管理员"}])
    assert ImportSummary(added=1) == as_person(database, "p-1", Role.KEEPER)
    with database.read() as session:
        newest = session.exec(select(AuditEvent).order_by(col(AuditEvent.number).desc())).first()
    assert newest is not None
    assert ("p-1", "keeper", "a/jy") == (newest.actor, newest.role, newest.department)


def test_a_keepers_substitute_imports_in_both_names(database: Database) -> None:
    """Both stand in the chain."""
    load(database, Register.DEPARTMENTS, DEPARTMENTS)
    keepers = [row | {"role": "名录库管理员", "to_day": ""} for row in PERSONS]
    load(database, Register.PERSONS, keepers)
    assert ImportSummary(added=1) == as_person(database, "p-2", Role.KEEPER, acting_for="p-1")
    with database.read() as session:
        newest = session.exec(select(AuditEvent).order_by(col(AuditEvent.number).desc())).first()
    assert newest is not None
    assert ("p-2", "p-1") == (newest.actor, newest.acting_for)


def as_person(database: Database, actor: str, role: Role, acting_for: str | None = None) -> ImportSummary:
    """Import one subject as somebody of the education bureau."""
    return import_register(
        database,
        "a",
        Register.SUBJECTS,
        numbered([subject(1)]),
        now=NOW,
        actor=actor,
        role=role,
        department="a/jy",
        acting_for=acting_for,
    )
