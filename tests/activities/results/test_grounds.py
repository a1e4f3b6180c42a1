"""What lies behind a result: evidence, facts with their letters, commissioned tests, drafts."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import select

from activities.results.drafts import discard, drafts_of, keep, line_of
from activities.results.rates import rates
from models.evidence import Evidence
from models.papers import (
    AddEvidence,
    ApproveResults,
    CloseVisits,
    EvidenceLine,
    Letter,
    RecordFact,
    RecordVisits,
    ResultLine,
    ReturnResults,
    SubmitResults,
    VisitLine,
)
from models.task import Visit
from models.trail import Answer, Wait
from rules.refusal import Refusal
from rules.results import Category, Method, Signature, SubjectFact
from rules.roles import Role
from rules.stages import Stage, VisitStage
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import commission_of, commissioned, found_gone, report_of
from tests.activities.world import SHA, TASK, item_of
from tests.builders import SECOND, actor, person


def first(driver: Driver) -> Visit:
    """The second department's first visit."""
    return driver.visits(SECOND)[0]


def line(driver: Driver, **given: Any) -> ResultLine:
    """A result of its one item, without problem unless told."""
    told = {"categories": (Category.NO_PROBLEM,)} | given
    return ResultLine.model_validate({"visit": first(driver).id, "item": item_of(SECOND)} | told)


def submit(driver: Driver, **given: Any) -> Answer:
    """Submit it."""
    return driver.say(SubmitResults(lines=(line(driver, **given),)), actor(SECOND, Role.OFFICER))


def file_of(driver: Driver, **given: Any) -> EvidenceLine:
    """A file of the first visit."""
    told = {"sha256": SHA, "name": "现场.pdf", "media_type": "application/pdf", "size": 10} | given
    return EvidenceLine.model_validate({"visit": first(driver).id} | told)


def test_a_result_rests_on_the_evidence_that_lay_there(at: At) -> None:
    """Of the item and of the whole visit, by id; the hash stands in the evidence's row."""
    driver = at("visited")
    lines = (file_of(driver), file_of(driver, item=item_of(SECOND), sha256="b" * 64))
    added = driver.act(SECOND, Role.OFFICER, AddEvidence(lines=lines)).data["evidence"]
    assert "Accepted" == submit(driver).type
    assert sorted(added) == sorted(driver.result(first(driver)).evidence)
    assert {SHA, "b" * 64} == driver.read(
        lambda session: {row.sha256 for row in session.exec(select(Evidence))}
    )


@pytest.mark.parametrize(
    ("given", "type_"),
    [
        ({"name": "程序.exe"}, "EvidenceType"),
        ({"size": 10**10}, "EvidenceTooLarge"),
        ({"item": "XX-9"}, "ItemUnknown"),
        ({"evidence": "expert"}, "SourceMissing"),
        ({"evidence": "rumour"}, "EvidenceKindUnknown"),
    ],
)
def test_a_file_that_is_no_evidence_is_refused(at: At, given: dict[str, Any], type_: str) -> None:
    """By type, size, item; an expert's conclusion without its source."""
    driver = at("visited")
    paper = AddEvidence(lines=(file_of(driver, **given),))
    assert type_ == driver.say(paper, actor(SECOND, Role.OFFICER)).type


def test_an_experts_conclusion_is_evidence_with_its_source(at: At) -> None:
    """鉴定结论: no second test is needed."""
    driver = at("visited")
    paper = AddEvidence(lines=(file_of(driver, evidence="expert", source="省检测院〔2026〕7号"),))
    driver.act(SECOND, Role.OFFICER, paper)
    rows = driver.read(lambda session: session.exec(select(Evidence.source)).all())
    assert ["省检测院〔2026〕7号"] == rows


def test_an_item_not_checked_has_its_reason_and_no_result(at: At) -> None:
    """Nor has it both; and where nothing was checked there is nothing to enter."""
    driver = at("visited")
    assert "NothingChecked" == submit(driver, categories=(), not_checked="停电").type
    assert "CategoryMissing" == submit(driver, categories=()).type


def test_what_is_said_of_signature_and_opinion_stands_with_the_visit(at: At) -> None:
    """A refused signature needs a witness."""
    driver = at("matched")
    given: dict[str, Any] = {
        "visit": first(driver).id,
        "completed_on": driver.today,
        "officers": driver.officers(SECOND)[:2],
        "opinion": "无异议",
        "signature": Signature.REFUSED,
    }
    by = actor(SECOND, Role.OFFICER)
    assert "WitnessMissing" == driver.say(RecordVisits(lines=(VisitLine(**given),)), by).type
    driver.act(SECOND, Role.OFFICER, RecordVisits(lines=(VisitLine(**given, witness="村干部"),)))
    facts = first(driver).facts
    assert ("无异议", "refused", "村干部") == (facts["opinion"], facts["signature"], facts["witness"])


def test_unreachable_stands_only_on_two_letters(at: At) -> None:
    """Two registered letters, 15 to 30 days apart; then the category is accepted."""
    driver = at("visited")
    unreachable = {"categories": (Category.UNREACHABLE,), "finding": "查无此址"}
    assert "LettersMissing" == submit(driver, **unreachable).type

    def letters(*ago: int) -> RecordFact:
        sent = [Letter(number=f"XA{days}", sent_on=driver.today - timedelta(days=days)) for days in ago]
        return RecordFact(
            visit=first(driver).id,
            fact=SubjectFact.UNREACHABLE,
            found_on=driver.today,
            source="信函退回",
            letters=tuple(sent),
        )

    by = actor(SECOND, Role.OFFICER)
    assert "LettersMissing" == driver.say(letters(20), by).type
    assert "LettersInterval" == driver.say(letters(20, 10), by).type
    assert "LettersInterval" == driver.say(letters(40, 5), by).type
    assert "Accepted" == driver.say(letters(20, 5), by).type
    assert "Accepted" == submit(driver, **unreachable).type


def test_a_visit_closes_on_a_lawful_fact_and_counts_no_more(at: At) -> None:
    """By the unit; it stays on record, its officers are free, its counters follow."""
    driver = at("matched")
    found_gone(driver)
    before = driver.part(SECOND)
    driver.act(SECOND, Role.HEAD, CloseVisits(visits=(first(driver).id,), reason="已注销"))
    after = driver.part(SECOND)
    assert VisitStage.EXEMPT is first(driver).stage
    assert (before.subjects - 1, before.matched - 1) == (after.subjects, after.matched)


def test_a_suspended_business_is_no_ground_to_close_a_visit(at: At) -> None:
    """停业: there is something to see; policy says which facts end a check."""
    driver = at("matched")
    paper = RecordFact(
        visit=first(driver).id, fact=SubjectFact.SUSPENDED, found_on=driver.today, source="现场"
    )
    driver.act(SECOND, Role.OFFICER, paper)
    close = CloseVisits(visits=(first(driver).id,), reason="停业")
    assert "FactMissing" == driver.say(close, actor(SECOND, Role.HEAD)).type


def test_a_task_of_which_a_subject_is_gone_reaches_its_rates(at: At) -> None:
    """What was closed on a fact is neither missing nor counted."""
    driver = at("matched")
    found_gone(driver)
    driver.act(SECOND, Role.APPROVER, CloseVisits(visits=(first(driver).id,), reason="已注销"))
    mine = next(one for one in driver.read(lambda s: rates(s, TASK)) if one["department"] == SECOND)
    assert (8, 1, 8) == (mine["subjects"], mine["exempt"], len(mine["missing"]))
    officers = driver.officers(SECOND)[:2]
    rest = [one for one in driver.visits(SECOND) if one.stage is VisitStage.MATCHED]
    lines = [VisitLine(visit=one.id, completed_on=driver.today, officers=officers) for one in rest]
    driver.act(SECOND, Role.OFFICER, RecordVisits(lines=tuple(lines)))
    results = [
        ResultLine(visit=one.id, item=item_of(SECOND), categories=(Category.NO_PROBLEM,)) for one in rest
    ]
    driver.act(SECOND, Role.OFFICER, SubmitResults(lines=tuple(results)))
    driver.act(SECOND, Role.APPROVER, ApproveResults(visits=tuple(one.id for one in rest)))
    driver.trade()
    assert Stage.PUBLICIZE is driver.part(SECOND).stage


def test_a_commissioned_test_is_a_wait_of_its_own(at: At) -> None:
    """Until the day agreed upon; its results wait for the report, not the other visits."""
    driver = at("visited")
    commissioned(driver)
    wait = driver.read(lambda s: next(w for w in s.exec(select(Wait)) if w.kind == "commission"))
    assert (SECOND, 1) == (wait.department, wait.open)
    assert "CommissionOpen" == submit(driver, method=Method.COMMISSIONED).type
    driver.act(SECOND, Role.HANDLER, report_of(driver))
    assert "Accepted" == submit(driver, method=Method.COMMISSIONED).type
    closed = driver.read(lambda s: s.get_one(Wait, wait.id))
    assert closed.closed_at is not None
    assert Method.COMMISSIONED == driver.result(first(driver)).method


def test_a_commissioned_method_needs_its_commission(at: At) -> None:
    """Nobody claims a test that was never given to anybody."""
    driver = at("visited")
    assert "CommissionMissing" == submit(driver, method=Method.COMMISSIONED).type


def test_the_reports_file_is_evidence_of_the_same_visit(at: At) -> None:
    """Another visit's file is not."""
    driver = at("visited")
    driver.act(SECOND, Role.HANDLER, commission_of(driver))
    other = driver.visits(SECOND)[1].id
    ids = driver.act(
        SECOND, Role.OFFICER, AddEvidence(lines=(file_of(driver), file_of(driver, visit=other)))
    ).data["evidence"]
    by = actor(SECOND, Role.HANDLER)
    wrong = report_of(driver).model_copy(update={"evidence": ids[1]})
    assert "EvidenceUnknown" == driver.say(wrong, by).type
    right = report_of(driver).model_copy(update={"evidence": ids[0]})
    assert "Accepted" == driver.say(right, by).type


def test_a_draft_is_kept_overwritten_resumed_and_thrown_away(at: At) -> None:
    """Its author's alone; complete, it is a line of a paper."""
    driver = at("visited")
    author, visit, item = person(SECOND, Role.OFFICER), first(driver).id, item_of(SECOND)

    def save(content: dict[str, Any]) -> None:
        with driver.database.write() as session:
            keep(session, author, SECOND, visit, item, content, driver.now)

    save({"finding": "半句"})
    save({"categories": ["no_problem"]})
    rows = driver.read(lambda session: drafts_of(session, author, TASK))
    assert [{"categories": ["no_problem"]}] == [row.content for row in rows]
    assert line(driver) == line_of(rows[0])
    assert [] == driver.read(lambda session: drafts_of(session, person(SECOND, Role.HANDLER), TASK))
    with driver.database.write() as session:
        discard(session, author, [visit])
    assert [] == driver.read(lambda session: drafts_of(session, author, TASK))


def test_a_draft_of_what_can_not_be_entered_is_refused(at: At) -> None:
    """Of another department's visit, or of one that is not checked yet."""
    driver = at("matched")
    for department, type_ in (("test/third", "VisitUnknown"), (SECOND, "VisitStage")):
        with pytest.raises(Refusal) as refusal, driver.database.write() as session:
            keep(session, "p", department, first(driver).id, "x", {}, driver.now)
        assert type_ == refusal.value.type


def test_an_incomplete_draft_is_no_line(at: At) -> None:
    """It says so, and stays a draft."""
    driver = at("visited")
    with driver.database.write() as session:
        author = person(SECOND, Role.OFFICER)
        keep(session, author, SECOND, first(driver).id, item_of(SECOND), {"method": "by guess"}, driver.now)
    rows = driver.read(lambda session: drafts_of(session, person(SECOND, Role.OFFICER), TASK))
    with pytest.raises(ValidationError):
        line_of(rows[0])


@pytest.mark.parametrize(
    ("scene", "completed", "entered", "published"),
    [
        ("matched", 0, 0, 0),
        ("visited", 9, 0, 0),
        ("approved", 9, 0, 0),
        ("receipted", 9, 9, None),
        ("published", 9, 9, 9),
    ],
)
def test_the_rates_are_true_at_any_moment(
    at: At, scene: str, completed: int, entered: int, published: int | None
) -> None:
    """Each count as in the rows, and every subject that is missing by name; at the end nobody."""
    driver = at(scene)
    mine = next(one for one in driver.read(lambda s: rates(s, TASK)) if one["department"] == SECOND)
    assert (completed, entered) == (mine["completed"], mine["entered"])
    assert published is None or published == mine["published"]
    assert mine["subjects"] == mine["published"] + len(mine["missing"])
    assert ("100.00" == mine["publication_rate"]) == (not mine["missing"])


def test_a_returned_result_is_entered_again_with_what_was_added(at: At) -> None:
    """The second cycle rests on the evidence of both."""
    driver = at("visited")
    submit(driver)
    driver.act(SECOND, Role.APPROVER, ReturnResults(visits=(first(driver).id,), reason="缺照片"))
    driver.act(SECOND, Role.OFFICER, AddEvidence(lines=(file_of(driver),)))
    submit(driver)
    assert (0, 1) == (
        len(driver.result(first(driver), 1).evidence),
        len(driver.result(first(driver), 2).evidence),
    )
