"""The province that the benchmark fills is one that the service could have come to itself."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, col, func, select

from adapters.database import Database
from benchmarks.province import fill, shares
from benchmarks.spread import Size
from models.registers import Subject
from models.task import JointTask, Visit
from rules.calendar import local_day
from rules.stages import Stage
from tests.builders import ALL_YEAR, OFFICE, add_world
from tests.postgres import PostgresCluster

SIZE = Size(counties=2, rows=10, subjects=40, officers=7, drawn=12)


@pytest.fixture(scope="module")
def province(
    postgres: PostgresCluster, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Two counties; they are only read."""
    made = Database(postgres.create("province", postgres_template))
    with made.write() as session:
        today = local_day(datetime.now(UTC))
        add_world(session, subjects=SIZE.drawn, percent="100", today=today, months=ALL_YEAR)
    fill(made, tmp_path_factory.mktemp("exchange"), SIZE)
    yield made
    made.close()
    postgres.drop("province")


def test_every_reference_of_a_copy_leads_to_a_row(province: Database) -> None:
    """Copies are written without a check of references, which all hold nevertheless."""
    broken = []
    with province.read() as session:
        for table in SQLModel.metadata.sorted_tables:
            for key in table.foreign_keys:
                here, there = key.parent, key.column
                missing = f"""
                    SELECT count(*) FROM "{table.name}" h LEFT JOIN "{there.table.name}" t
                    ON t."{there.name}" = h."{here.name}" WHERE h."{here.name}" IS NOT NULL AND t."{there.name}" IS NULL
                """
                if count := session.execute(text(missing)).scalar_one():
                    broken.append((table.name, here.name, count))
    assert [] == broken


def test_each_office_has_its_tasks_in_the_stages_of_a_november_morning(province: Database) -> None:
    """The tasks of each office stand where the shares say, two thirds of them closed."""
    with province.read() as session:
        found = session.exec(
            select(JointTask.office, JointTask.stage, func.count())
            .where(col(JointTask.office) != OFFICE)
            .group_by(col(JointTask.office), col(JointTask.stage))
        ).all()
    expected = {Stage.INITIATE: 1, Stage.INSPECT: 1, Stage.ENTER: 1, Stage.PUBLICIZE: 1, Stage.OVER: 6}
    for office in ("c001", "c002"):
        assert expected == {stage: count for one, stage, count in found if one == office}


def test_tasks_of_an_office_visit_subjects_of_its_own_register(province: Database) -> None:
    """Each task draws others, so that the register is used as a year uses it."""
    with province.read() as session:
        rows = session.exec(
            select(Visit.task, Subject.office, Subject.id)
            .join(Subject, col(Subject.id) == col(Visit.subject))
            .where(col(Visit.task).startswith("c001"))
        ).all()
    assert {"c001"} == {office for _, office, _ in rows}
    assert SIZE.subjects == len({subject for _, _, subject in rows})


def test_every_row_of_the_plan_is_in_one_share() -> None:
    """No row is passed over or taken twice, whatever the number."""
    for rows in (10, 60):
        assert list(range(1, rows + 1)) == [
            row for first, last in shares(rows) for row in range(first, last + 1)
        ]
