"""One office's rows copied to many by the database itself: offices, registers, tasks at the stage they have reached.

Copies bear the names of their place: `test/lead` becomes `c001/lead`, an opaque id keeps three quarters of itself and
ends in the place's number. Papers and answers are copied; the audit trail is not, for copied links would not hold.
"""

from dataclasses import dataclass

from sqlalchemy import JSON, Column, Integer, String, text
from sqlmodel import Session, SQLModel
from sqlmodel.sql.sqltypes import AutoString

from adapters.database import Database
from tests.activities.world import TASK
from tests.builders import DEPARTMENTS, DOCUMENT, OFFICE

_OF_OFFICE = {
    "office": "t.code = :office",
    "department": "t.office = :office",
    "person": "t.office = :office",
    "posting": "t.department LIKE :office || '/%'",
    "check_item": "t.office = :office",
    "register_confirmation": "t.office = :office",
    "plan_document": "t.id = :document",
    "plan_version": "t.document = :document",
}
_ROWS = ("plan_row", "plan_row_version")
_VISITS = "SELECT id FROM visit WHERE task = :template"
_TARGETS = (
    "SELECT 'joint-task/' || :template UNION SELECT 'disposal/' || id FROM disposal WHERE task = :template"
)
_OF_TASK = {
    "joint_task": "t.id = :template",
    "deadline": "t.wait IN (SELECT id FROM wait WHERE task = :template)",
    "rung_fire": (
        "t.deadline IN (SELECT d.id FROM deadline d JOIN wait w ON w.id = d.wait WHERE w.task = :template)"
    ),
    "assignment": f"t.visit IN ({_VISITS})",
    "result": f"t.visit IN ({_VISITS})",
    "result_decision": f"t.visit IN ({_VISITS})",
    "disposal_entry": "t.disposal IN (SELECT id FROM disposal WHERE task = :template)",
    "submission": f"t.target IN ({_TARGETS})",
    "answer": f"t.submission IN (SELECT id FROM submission WHERE target IN ({_TARGETS}))",
}
"""Whose rows hang on a task without naming it in a column `task`."""
_RENAMED = f"""
CREATE FUNCTION renamed(value text, county text, template text, task text, mark text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN value = '{OFFICE}' THEN county
    WHEN value LIKE 'p-%' THEN county || '-' || value
    ELSE regexp_replace(
      replace(replace(replace(value, template, task), '{DOCUMENT}', county || '-2026'), '{OFFICE}/', county || '/'),
      '\\y([0-9a-f]{{24}})[0-9a-f]{{8}}\\y', '\\1' || mark, 'g')
  END
$$
"""
_NUMBERED = """
CREATE FUNCTION numbered(county text, kind text, number bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT md5(county || '/' || kind || '/' || number) $$
"""
_COUNTIES = """
CREATE TABLE county AS
SELECT 'c' || lpad(n::text, 3, '0') AS code, n AS number, CAST(:subjects AS bigint) AS subjects,
       CAST(:officers AS bigint) AS officers, CAST(:drawn AS bigint) AS drawn
FROM generate_series(1, :counties) n
"""
_PLACE = """
SELECT code AS county, code || '-2026/' || seq || '/1' AS task, seq, subjects, officers, drawn,
       lpad(to_hex(number * 1000 + seq), 8, '0') AS mark
FROM county, generate_series(CAST(:first AS int), CAST(:last AS int)) seq
"""
_SUBJECTS = """
INSERT INTO subject (id, office, code, name, kind, legal_form, status, area, address, credit_class, class_date,
                     tags, licence, licence_level)
SELECT numbered(code, 'subject', n), code, 'XK' || lpad(n::text, 16, '0'), '样例对象' || n,
       (ARRAY['学校', '餐饮', '零售', '医疗'])[1 + n % 4],
       CASE WHEN n % 3 = 0 THEN 'enterprise' ELSE 'public_institution' END, '存续', '样例镇' || n % 20,
       '样例路' || n || '号', CASE WHEN n % 3 = 0 THEN (ARRAY['A', 'B', 'C', 'D'])[1 + n % 4] END,
       CASE WHEN n % 3 = 0 THEN CURRENT_DATE END, '[]', '', ''
FROM county, generate_series(0, subjects - 1) n
"""
_OFFICERS = """
INSERT INTO officer (id, office, department, code, name, certificate_to, specialties, areas, leave, recusals, capacity)
SELECT numbered(code, department, n), code, code || '/' || department, 'ZF-' || department || '-' || n,
       '样例执法' || n, CURRENT_DATE + 700, '[]', '[]', '[]', '[]', 100000
FROM county, unnest(CAST(:departments AS text[])) department, generate_series(0, officers - 1) n
"""
_OWN = {
    ("plan_row", "seq"): "p.seq::text",
    ("plan_row_version", "seq"): "p.seq::text",
    ("joint_task", "seq"): "p.seq::text",
    ("joint_task", "row"): (
        "(SELECT r.id FROM plan_row r WHERE r.document = p.county || '-2026' AND r.seq = p.seq::text)"
    ),
    ("assignment", "officer"): (
        "(SELECT numbered(p.county, split_part(o.department, '/', 2),"
        " (right(o.code, 3)::bigint + 2 * p.seq) % p.officers) FROM officer o WHERE o.id = t.officer)"
    ),
}
_SUBJECT = (
    "(SELECT numbered(p.county, 'subject', (right(s.code, 16)::bigint + p.drawn * p.seq) % p.subjects)"
    " FROM subject s WHERE s.id = t.subject)"
)
"""Other subjects and officers for each row of the plan, in the registers of the place."""


@dataclass(frozen=True)
class Size:
    """How large it is: offices, and each one's plan rows, subjects, officers a department; subjects drawn a task."""

    counties: int
    rows: int
    subjects: int
    officers: int
    drawn: int


def found_offices(database: Database, size: Size) -> None:
    """Copy the office with its departments, people, items and plan; fill the registers of subjects and officers."""
    numbers = {
        "counties": size.counties,
        "subjects": size.subjects,
        "officers": size.officers,
        "drawn": size.drawn,
    }
    with database.write() as session:
        for statement in (_RENAMED, _NUMBERED):
            session.execute(text(statement))
        session.execute(text(_COUNTIES), numbers)
        for name, condition in _OF_OFFICE.items():
            _copy(session, name, condition, 0, 0)
        for name in _ROWS:
            _copy(session, name, "t.document = :document AND t.seq = '1'", 1, size.rows)
        session.execute(text(_SUBJECTS))
        codes = [department.split("/")[1] for department in DEPARTMENTS]
        session.execute(text(_OFFICERS), {"departments": codes})


def spread_task(database: Database, first: int, last: int) -> None:
    """Copy the played task, as it stands, to the rows of these numbers in every office."""
    with database.write() as session:
        # What is copied was checked when it was written, and checking a million references takes minutes.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for table in SQLModel.metadata.sorted_tables:
            condition = _OF_TASK.get(table.name, "t.task = :template" if "task" in table.c else "")
            if condition:
                _copy(session, table.name, condition, first, last)


def settle(database: Database) -> None:
    """Have the database know what it holds, as it does after a night."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _copy(session: Session, name: str, condition: str, first: int, last: int) -> None:
    columns = [one for one in SQLModel.metadata.tables[name].columns if not _counted(one)]
    names = ", ".join(f'"{one.name}"' for one in columns)
    values = ", ".join(_value(name, one) for one in columns)
    session.execute(
        text(
            f'INSERT INTO "{name}" ({names}) SELECT {values} FROM "{name}" t, ({_PLACE}) p WHERE {condition}'
        ),
        {"template": TASK, "office": OFFICE, "document": DOCUMENT, "first": first, "last": last},
    )


def _counted(column: Column[object]) -> bool:
    """Whether the database gives the value: a row's number."""
    return column.name == "id" and isinstance(column.type, Integer)


def _value(table: str, column: Column[object]) -> str:
    """The SQL of a column's value in the copy."""
    if column.name == "subject" and table in ("visit", "drawn_subject"):
        return _SUBJECT
    if (table, column.name) in _OWN:
        return _OWN[table, column.name]
    name = f't."{column.name}"'
    if isinstance(column.type, JSON):
        return f"renamed({name}::text, p.county, :template, p.task, p.mark)::json"
    if isinstance(column.type, String | AutoString):
        return f"renamed({name}, p.county, :template, p.task, p.mark)"
    return name
