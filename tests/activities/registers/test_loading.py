"""The import of registers into the tables."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from activities import audit
from activities.registers.loading import CHUNK, ImportSummary, import_register
from activities.registers.state import unfinished
from adapters.database import Database
from models.organisation import Department, DepartmentAlias, DepartmentKind, Office, Person, Posting
from models.registers import CheckItem, Officer, RegisterHistory, Subject
from models.trail import AuditEvent
from rules.channel import LegalForm
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_rows import RawRow, RefusedRow, numbered
from tests.activities.register_data import DEPARTMENTS, NOW, PERSONS, load, subject, two_offices


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Two offices."""
    made = two_offices(tmp_path)
    yield made
    made.close()


def test_departments_come_with_their_names_and_aliases(database: Database) -> None:
    """Ids are `<office>/<code>`; each name leads to its department; the second time nothing changes."""
    assert ImportSummary(added=3) == load(database, Register.DEPARTMENTS, DEPARTMENTS)
    with database.read() as session:
        assert DepartmentKind.OFFICE is session.get_one(Department, "a/office").kind
        aliases = session.exec(select(DepartmentAlias).where(col(DepartmentAlias.department) == "a/scjg"))
        assert {"县市场监管局", "县市场监督管理局", "甲县市场监管局"} == {row.alias for row in aliases}
    assert ImportSummary(unchanged=3) == load(database, Register.DEPARTMENTS, DEPARTMENTS)


def test_an_alias_has_one_owner_and_is_never_lost(database: Database) -> None:
    """Another department's alias is refused; a file that leaves one out takes none away."""
    load(database, Register.DEPARTMENTS, DEPARTMENTS)
    refused: list[RefusedRow] = []
    rows = [
        {"code": "sj", "name": "县审计局", "aliases": "县市场监督管理局"},
        DEPARTMENTS[1] | {"aliases": ""},
    ]
    assert ImportSummary(unchanged=1, refused=1) == load(database, Register.DEPARTMENTS, rows, refused)
    assert "a/scjg" in refused[0].reason
    with database.read() as session:
        assert 5 == session.exec(select(func.count()).select_from(DepartmentAlias)).one()


def test_a_new_alias_is_a_change(database: Database) -> None:
    """It is added beside the others."""
    load(database, Register.DEPARTMENTS, DEPARTMENTS)
    row = DEPARTMENTS[2] | {"aliases": "县教委"}
    assert ImportSummary(changed=1) == load(database, Register.DEPARTMENTS, [row])


def test_persons_come_with_their_postings(database: Database) -> None:
    """A substitute names whom they stand for; a second posting is a second row of the same person."""
    load(database, Register.DEPARTMENTS, DEPARTMENTS)
    rows = [*PERSONS, PERSONS[0] | {"role": "经办人"}]
    assert ImportSummary(added=3) == load(database, Register.PERSONS, rows)
    assert ImportSummary(unchanged=3) == load(database, Register.PERSONS, rows)
    ended = PERSONS[0] | {"to_day": "2026-06-30"}
    assert ImportSummary(changed=1) == load(database, Register.PERSONS, [ended])
    with database.read() as session:
        postings = session.exec(select(Posting).order_by(col(Posting.id))).all()
        assert [("p-1", None), ("p-2", "p-1"), ("p-1", None)] == [
            (row.person, row.acting_for) for row in postings
        ]
        assert date(2026, 6, 30) == postings[0].to_day
        assert 2 == session.exec(select(func.count()).select_from(Person)).one()


def test_an_address_that_can_be_none_is_told_by_row_and_field_and_the_rest_is_kept(
    database: Database,
) -> None:
    """What stands of that person stays; the blank cell of another is no fault."""
    load(database, Register.DEPARTMENTS, DEPARTMENTS)
    load(database, Register.PERSONS, [PERSONS[0] | {"email": "jia@example.invalid"}])
    rows = [PERSONS[0] | {"email": "jia@example.invalid, yi@example.invalid"}, PERSONS[1] | {"email": ""}]
    refused: list[RefusedRow] = []
    assert ImportSummary(added=1, refused=1) == load(database, Register.PERSONS, rows, refused)
    assert ["persons.csv 第2行 “电子邮箱”：应为一个电子邮箱，如 name@example.com，只填一个；没有的留空"] == [
        fault.words("persons.csv", one.row.number) for one in refused for fault in one.faults
    ]
    with database.read() as session:
        assert ["jia@example.invalid", ""] == [
            session.get_one(Person, person).email for person in ("p-1", "p-2")
        ]


def test_another_offices_person_is_not_taken_over(database: Database) -> None:
    """The same id in a second office is refused, and the person keeps name and office."""
    for office in ("a", "b"):
        load(database, Register.DEPARTMENTS, DEPARTMENTS, office=office)
    load(database, Register.PERSONS, PERSONS)
    stranger = PERSONS[0] | {"name": "测试人丙"}
    assert ImportSummary(refused=1) == load(database, Register.PERSONS, [stranger], office="b")
    with database.read() as session:
        assert ("a", "测试人甲") == (
            session.get_one(Person, "p-1").office,
            session.get_one(Person, "p-1").name,
        )


def test_a_subject_keeps_its_id_when_it_changes(database: Database) -> None:
    """Tasks refer to the id; changed, unchanged and added are told apart."""
    assert ImportSummary(added=2) == load(database, Register.SUBJECTS, [subject(1), subject(2)])
    with database.read() as session:
        before = {row.code: row.id for row in session.exec(select(Subject))}
    again = [subject(1), subject(2, tags="旅游景点", floor_area="300"), subject(3)]
    assert ImportSummary(added=1, changed=1, unchanged=1) == load(database, Register.SUBJECTS, again)
    with database.read() as session:
        after = {row.code: row for row in session.exec(select(Subject))}
    assert before == {code: after[code].id for code in before}
    changed = after["XK0000000000000002"]
    assert (["旅游景点"], 300, LegalForm.SITE) == (changed.tags, changed.floor_area, changed.legal_form)


def test_two_offices_registers_are_apart(database: Database) -> None:
    """One code may stand in both; a change in one leaves the other."""
    load(database, Register.SUBJECTS, [subject(1)])
    assert ImportSummary(added=1) == load(database, Register.SUBJECTS, [subject(1, name="乙")], office="b")
    assert ImportSummary(unchanged=1) == load(database, Register.SUBJECTS, [subject(1)])


def test_refused_rows_never_stop_the_good_ones(database: Database) -> None:
    """Faults and duplicates, over chunk borders, each with its row's number."""
    rows = [subject(number) for number in range(CHUNK + 10)]
    rows[3]["legal_form"] = "公司"
    rows[CHUNK + 5] = subject(7)
    refused: list[RefusedRow] = []
    expected = ImportSummary(added=CHUNK + 8, refused=2)
    assert expected == load(database, Register.SUBJECTS, rows, refused)
    assert [5, CHUNK + 7] == [one.row.number for one in refused]
    assert "重复" in refused[1].reason


def test_a_monthly_file_of_classes_touches_nothing_else(database: Database) -> None:
    """Code, class and date alone; a subject that is not registered is refused."""
    load(database, Register.SUBJECTS, [subject(1, legal_form="企业", area="样例甲镇", tags="超市")])
    monthly = {"credit_class": "高风险", "class_date": "2026-02-28"}
    rows = [{"code": subject(number)["code"], **monthly} for number in (1, 2)]
    assert ImportSummary(changed=1, refused=1) == load(database, Register.SUBJECTS, rows)
    with database.read() as session:
        (row,) = session.exec(select(Subject))
    assert ("D", date(2026, 2, 28)) == (row.credit_class, row.class_date)
    assert ("样例甲镇", ["超市"]) == (row.area, row.tags)


def test_items_and_officers_go_to_their_departments(database: Database) -> None:
    """By any of a department's names; an officer's person must be registered."""
    load(database, Register.DEPARTMENTS, DEPARTMENTS)
    load(database, Register.PERSONS, PERSONS)
    item = {
        "code": "SC-07",
        "name": "学校食堂食品安全检查",
        "department": "甲县市场监管局",
        "grade": "重点事项",
    }
    assert ImportSummary(added=1) == load(database, Register.ITEMS, [item])
    officer = {
        "code": "SL0001",
        "name": "测试人甲",
        "department": "县教育局",
        "certificate_to": "2028-12-31",
        "leave": "2026-01-01~2026-01-05",
    }
    rows = [officer | {"person": "p-1"}, officer | {"code": "SL0002", "person": "p-9"}]
    assert ImportSummary(added=1, refused=1) == load(database, Register.OFFICERS, rows)
    with database.read() as session:
        assert ("a/scjg", "重点") == session.exec(select(CheckItem.department, CheckItem.grade)).one()
        assert [["2026-01-01", "2026-01-05"]] == session.exec(select(Officer.leave)).one()


def test_each_import_is_one_event_of_the_offices_chain(database: Database) -> None:
    """With counts and the file's hash, and no name or code."""
    load(database, Register.SUBJECTS, [subject(1), subject(2, status="倒闭")])
    with database.read() as session:
        (event,) = session.exec(select(AuditEvent))
        assert [] == audit.verify(session)
    assert (audit.office_chain("a"), "register.imported", "p-1") == (event.chain, event.event, event.actor)
    assert {
        "register": "subjects",
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
        "sha256": "f" * 64,
    } == event.detail


def breaking_off(after: int) -> Iterator[RawRow]:
    """So many subjects, then a fault of the file."""
    yield from numbered(subject(number) for number in range(after))
    raise Refusal("FileUnreadable", "文件损坏")


def test_a_short_file_that_breaks_off_leaves_nothing(database: Database) -> None:
    """One transaction: no half register, and no event of one."""
    with pytest.raises(Refusal, match="文件损坏"):
        import_register(database, "a", Register.SUBJECTS, breaking_off(CHUNK - 1), now=NOW, actor="p-1")
    with database.read() as session:
        assert 0 == session.exec(select(func.count()).select_from(Subject)).one()
        assert 0 == session.exec(select(func.count()).select_from(AuditEvent)).one()
        assert unfinished(session, "a", Register.SUBJECTS) is None


def test_a_long_file_that_breaks_off_is_known_to_be_half_in_and_is_taken_up_again(database: Database) -> None:
    """Its parts are in and it stands as unfinished; the whole file ends that, and tells only what is new."""
    with pytest.raises(Refusal, match="文件损坏"):
        import_register(database, "a", Register.SUBJECTS, breaking_off(CHUNK + 5), now=NOW, actor="p-1")
    with database.read() as session:
        half = unfinished(session, "a", Register.SUBJECTS)
        assert half is not None
        assert (CHUNK, "p-1") == (half.rows, half.begun_by)
        assert 0 == session.exec(select(func.count()).select_from(AuditEvent)).one()
    whole = [subject(number) for number in range(CHUNK + 5)]
    assert ImportSummary(added=5, unchanged=CHUNK) == load(database, Register.SUBJECTS, whole)
    with database.read() as session:
        assert unfinished(session, "a", Register.SUBJECTS) is None
        assert 0 == session.exec(select(func.count()).select_from(RegisterHistory)).one()


def test_nobody_waits_for_a_long_file(database: Database) -> None:
    """Between its parts others write: each part is a transaction of its own."""
    written: list[int] = []

    def rows() -> Iterator[RawRow]:
        for row in numbered(subject(number) for number in range(CHUNK * 2 + 1)):
            if row.number % CHUNK == 0:
                with database.write() as session:
                    session.add(Office(code=f"o{row.number}", name="别办", territory="别县"))
                    written.append(row.number)
            yield row

    import_register(database, "a", Register.SUBJECTS, rows(), now=NOW, actor="p-1")
    assert [CHUNK, CHUNK * 2] == written


def test_progress_tells_the_sums_chunk_by_chunk(database: Database) -> None:
    """The last is the summary itself."""
    told: list[ImportSummary] = []
    rows = numbered(subject(number) for number in range(CHUNK * 2 + 1))
    summary = import_register(
        database, "a", Register.SUBJECTS, rows, now=NOW, actor="p-1", progress=told.append
    )
    assert [CHUNK, CHUNK * 2, CHUNK * 2 + 1] == [one.total for one in told]
    assert summary == told[-1]


def test_an_unknown_office_is_refused(database: Database) -> None:
    """Registers belong to an office."""
    with pytest.raises(Refusal) as caught:
        load(database, Register.SUBJECTS, [subject(1)], office="c")
    assert "OfficeUnknown" == caught.value.type
