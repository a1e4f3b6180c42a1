"""What is never published: findings, opinions, officers, numbers of persons, whatever somebody typed where (domain, 7)."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from activities.draw.export import export_record
from activities.exchange.records import record_of
from cli.publication.text import as_html, as_text, statements
from models.exchange import ExchangeBatch
from models.outcomes import Annulment, Publication, PublicationKind, Result
from models.papers import AmendRecord, Paper, RefuseDraw, RequestDraw
from models.registers import Subject
from models.task import Visit
from rules.channel import Channel, LegalForm
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import annulment
from tests.activities.tampering import unguarded
from tests.builders import LEAD, SECOND, actor

PERSON, NUMBER, PHONE = "张三丰", "140522199001010011", "13812345678"


def in_public(driver: Driver) -> Iterator[str]:
    """All that leaves the house for somebody: batches, statements in every form, the open draw record."""
    with driver.database.read() as session:
        for batch in session.exec(select(ExchangeBatch)):
            yield json.dumps(batch.content, ensure_ascii=False)
        rows = session.exec(select(Publication).where(col(Publication.channel) == Channel.OWN_SITE)).all()
        for department in sorted({row.department for row in rows}):
            mine = [row for row in rows if row.department == department]
            made = statements(session, driver.task, department, mine)
            yield from (as_text(made), as_html(made), repr(made))
        yield json.dumps(export_record(session, driver.task), ensure_ascii=False)


def test_findings_opinions_and_people_are_in_nothing_that_leaves_the_house(at: At) -> None:
    """Results are categories; what was written about them stays inside, and so does who wrote it."""
    driver = at("annulled")
    driver.trade()
    found = driver.read(lambda session: [row.finding for row in session.exec(select(Result)) if row.finding])
    assert "台账不全" in found
    said = list(in_public(driver))
    assert len(said) > 4
    officers = driver.officers(LEAD) + driver.officers(SECOND)
    assert [] == [word for word in (*found, *officers) for text in said if word in text]


def test_what_was_typed_before_is_published_without_numbers_and_names_of_persons(at: At) -> None:
    """Of a natural person, in the record for the platform and in every form of the announcement."""
    driver = at("annulled")
    (row,) = driver.publications(PublicationKind.WITHDRAWAL)
    visit = driver.row(Visit, row.visit)
    with unguarded(driver.database, "annulment") as session:
        subject = session.get_one(Subject, visit.subject)
        subject.legal_form, subject.name = LegalForm.PERSON, PERSON
        fallen = session.exec(select(Annulment)).one()
        fallen.document = f"复议〔2026〕1号（{PERSON}，{NUMBER}，{PHONE}）"
    with driver.database.read() as session:
        record = record_of(session, session.get_one(Publication, row.id)).content
        made = statements(session, driver.task, row.department, [session.get_one(Publication, row.id)])
    for said in (json.dumps(record, ensure_ascii=False), as_text(made), as_html(made), repr(made)):
        assert "复议〔2026〕1号" in said
        assert [] == [word for word in (PERSON, NUMBER, PHONE) if word in said]


@pytest.mark.parametrize(
    ("scene", "role", "paper"),
    [
        ("claimed", Role.HANDLER, RequestDraw(reason=f"经{PHONE}来电核实")),
        ("claimed", Role.HANDLER, RequestDraw(reason="首次抽取", leave_out={"x": f"批1号，{NUMBER}"})),
        ("requested", Role.HANDLER, RefuseDraw(reason=f"联系{PHONE}")),
    ],
)
def test_what_would_be_hashed_into_the_open_record_is_refused_with_a_persons_number(
    at: At, scene: str, role: Role, paper: Paper
) -> None:
    """Once it is fixed nobody can take it out again."""
    answer = at(scene).say(paper, actor(LEAD, role))
    assert "PersonalData" == answer.type
    assert "对外公开" in str(answer.words)


def test_a_document_or_a_field_with_a_persons_number_is_refused(at: At) -> None:
    """It would go to the platform, and from there to everybody."""
    driver = at("disposed")
    target = next(one.id for one in driver.disposals() if one.owner == SECOND)
    paper = annulment(driver).model_copy(update={"document": f"复议1号 {PHONE}"})
    assert "PersonalData" == driver.say(paper, actor(SECOND, Role.HANDLER), target=f"disposal/{target}").type
    driver = at("rejected")
    row = next(one for one in driver.publications(PublicationKind.RESULT) if one.rejected)
    amended = AmendRecord(
        record=row.id, fields={"subject_name": f"某校（{PHONE}）"}, basis="登记机关核准文书", reason="更名"
    )
    assert "PersonalData" == driver.say(amended, actor(row.department, Role.HEAD)).type


@pytest.mark.parametrize("scene", ["drawn", "matched", "visited", "submitted"])
def test_nothing_of_a_subject_is_on_its_way_before_its_results_are_approved(at: At, scene: str) -> None:
    """Drawn, matched, checked, submitted: the platform knows the task and who takes part, and no subject."""
    driver = at(scene)
    driver.trade()
    assert [] == list(driver.read(lambda session: session.exec(select(Publication.id)).all()))
    with driver.database.read() as session:
        said = " ".join(json.dumps(one.content) for one in session.exec(select(ExchangeBatch)))
        codes = session.exec(
            select(Subject.code)
            .join(Visit, col(Visit.subject) == col(Subject.id))
            .where(col(Visit.stage) != VisitStage.PUBLISHED)
        ).all()
    assert codes
    assert [] == [code for code in codes if code in said]
