"""A scope read as rows is the scope that its filter accepts, on either database."""

import random
from collections import Counter
from datetime import date

from sqlmodel import Session, delete, select

from activities.draw.scope_rows import (
    IN_FORCE,
    lacking_facts,
    scope_count,
    scope_rows,
    scope_sample,
    unknown_codes,
)
from activities.registers.subject_groups import subject_groups
from adapters.database import Database
from models.registers import Subject
from rules.channel import LegalForm
from rules.scope import ScopeFilter, SubjectFacts, accepts, missing
from tests.builders import OFFICE, add_world, subject_code

TAGS = ("学校食堂", "幼儿园", "托管")


def add_subjects(session: Session, rng: random.Random) -> None:
    """Sixty subjects, each fact of which may be missing."""
    add_world(session)
    session.execute(delete(Subject))
    for number in range(60):
        session.add(
            Subject(
                office=OFFICE,
                code=subject_code(number),
                name=f"对象{number}",
                kind=rng.choice(["学校", "商店"]),
                legal_form=rng.choice([LegalForm.ENTERPRISE, LegalForm.PUBLIC_INSTITUTION]),
                status=rng.choice([IN_FORCE, IN_FORCE, "注销"]),
                area=rng.choice(["东镇", "西镇", ""]),
                credit_class=rng.choice(["A", "D", None]),
                class_date=date(2026, 3, 1),
                tags=rng.sample(TAGS, rng.randint(0, 3)),
                capital=rng.choice([None, 10, 500]),
                floor_area=rng.choice([None, 80, 3000]),
                licence=rng.choice(["", "食品经营许可证"]),
                licence_level=rng.choice(["", "一级"]),
            )
        )


def facts_of(subject: Subject) -> SubjectFacts:
    """What a scope filter may look at."""
    return SubjectFacts(
        code=subject.code,
        kind=subject.kind,
        legal_form=subject.legal_form,
        tags=frozenset(subject.tags),
        area=subject.area,
        credit_class=subject.credit_class,
        capital=subject.capital,
        floor_area=subject.floor_area,
        licence=subject.licence,
        licence_level=subject.licence_level,
    )


def some_filter(rng: random.Random) -> ScopeFilter:
    """A filter of any conditions, or a list picked by hand."""
    if rng.random() < 0.1:
        codes = tuple(subject_code(rng.randint(0, 80)) for _ in range(5))
        return ScopeFilter(hand_picked=codes, reason="专项")
    chosen = {
        "kinds": ("学校",),
        "legal_forms": (LegalForm.ENTERPRISE,),
        "tags_any": (rng.choice(TAGS),),
        "exclude_tags": (rng.choice(TAGS),),
        "areas": ("东镇",),
        "credit_classes": ("D",),
        "min_capital": 50,
        "max_capital": 400,
        "min_floor_area": 100,
        "max_floor_area": 100,
        "licence": "食品经营许可证",
        "licence_level": "一级",
    }
    names = rng.sample(sorted(chosen), rng.randint(0, 3))
    values = {name: chosen[name] for name in names}
    if {"min_capital", "max_capital"} <= values.keys():
        values["max_capital"] = 600
    return ScopeFilter.model_validate(values)


def test_rows_are_whom_the_filter_accepts(database: Database) -> None:
    """Two hundred filters over subjects with missing facts; those out of force are rows too."""
    rng = random.Random(4)
    with database.write() as session:
        add_subjects(session, rng)
    with database.read() as session:
        subjects = session.exec(select(Subject)).all()
        for _ in range(200):
            scope = some_filter(rng)
            wanted = {one.code: one for one in subjects if accepts(scope, facts_of(one))}
            assert sorted(wanted) == sorted(
                row.code for row in scope_rows(session, OFFICE, scope, date(2026, 4, 1))
            ), scope
            day = date(2026, 4, 1)
            in_force = {one.code for one in wanted.values() if one.status == IN_FORCE}
            assert len(in_force) == scope_count(session, OFFICE, scope, day)
            assert in_force == {one.code for one in scope_sample(session, OFFICE, scope, day, 100)}
            assert min(3, len(in_force)) == len(scope_sample(session, OFFICE, scope, day, 3))
            lacking = [one for one in subjects if one.status == IN_FORCE and missing(scope, facts_of(one))]
            assert len(lacking) == lacking_facts(session, OFFICE, scope, day)


def test_groups_answer_every_filter_as_their_subjects_do(database: Database) -> None:
    """Whom a plan of forty filters misses, counted by groups and one by one; no group is of two answers."""
    rng = random.Random(5)
    day = date(2026, 4, 1)
    with database.write() as session:
        add_subjects(session, rng)
    with database.read() as session:
        standing = [one for one in session.exec(select(Subject)).all() if one.status == IN_FORCE]
        for _ in range(40):
            filters = [one for one in (some_filter(rng) for _ in range(3)) if not one.hand_picked]
            wanted = Counter(tuple(accepts(scope, facts_of(one)) for scope in filters) for one in standing)
            counted: Counter[tuple[bool, ...]] = Counter()
            for facts, size in subject_groups(session, OFFICE, filters, day):
                counted[tuple(accepts(scope, facts) for scope in filters)] += size
            assert wanted == counted, filters


def test_codes_that_the_register_lacks_are_found_among_any_number(database: Database) -> None:
    """More codes than a statement takes parameters."""
    with database.write() as session:
        add_subjects(session, random.Random(6))
    codes = [subject_code(number) for number in range(60)] + [f"XX{number}" for number in range(40_000)]
    with database.read() as session:
        assert set(codes[60:]) == unknown_codes(session, OFFICE, codes)
        assert set() == unknown_codes(session, OFFICE, [])


def test_another_office_s_subjects_are_out_of_sight(database: Database) -> None:
    """Each office is its own world."""
    with database.write() as session:
        add_world(session)
    with database.read() as session:
        assert [] == list(scope_rows(session, "else", ScopeFilter(), date(2026, 4, 1)))
