"""Every figure of a summary table against a count by hand (抽查结果汇总表)."""

from typing import Any

from sqlmodel import select

from models.outcomes import Correction, CorrectionDecision, Disposal, Publication, Result
from models.papers import RequestDraw, SignCorrection, SubmitSummary
from models.registers import Subject
from models.task import DrawnSubject, Visit
from rules.channel import uses_credit_class
from rules.draw_record import Kind
from rules.results import Category
from rules.roles import Role
from rules.stages import TaskStatus, VisitStage
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.draw.contributing import later_act
from tests.activities.driver import Driver
from tests.activities.world import PARTS
from tests.builders import LEAD, SECOND, THIRD


def table(driver: Driver, department: str, number: int = 1) -> dict[str, Any]:
    """A department's summary."""
    (found,) = [one for one in driver.summaries() if (one.department, one.number) == (department, number)]
    assert found.content is not None
    return found.content


def by_hand(driver: Driver, department: str) -> dict[str, Any]:
    """The figures that hang on nothing but rows, counted without the code that compiles the table."""
    with driver.database.read() as session:
        visits = [
            one
            for one in session.exec(select(Visit)).all()
            if (one.task, one.department) == (driver.task, department) and one.stage != VisitStage.WITHDRAWN
        ]
        subjects = {one.id: one for one in session.exec(select(Subject)).all()}
        results = session.exec(select(Result)).all()
        signed = {
            one.correction for one in session.exec(select(CorrectionDecision)) if one.verdict == "approved"
        }
        corrections = sorted(session.exec(select(Correction)).all(), key=lambda one: one.number)
        published = {
            one.visit
            for one in session.exec(select(Publication)).all()
            if one.kind == "result" and one.published_at is not None
        }
        disposals = [one for one in session.exec(select(Disposal)).all() if one.department == department]
    categories = dict.fromkeys((one.label for one in Category), 0)
    for visit in visits:
        found: set[str] = set()
        for result in results:
            if (result.visit, result.cycle) == (visit.id, visit.cycle):
                standing = result.categories
                for one in corrections:
                    if one.result == result.id and one.id in signed:
                        standing = one.after["categories"]
                found |= set(standing)
        for category in found - ({"no_problem"} if len(found) > 1 else set()):
            categories[Category(category).label] += 1
    market = [one for one in visits if uses_credit_class(subjects[one.subject].legal_form)]
    return {
        "population": 12,
        "ratio": "75",
        "drawn": len(visits),
        "market": len(market),
        "completed": sum(one.completed_on is not None for one in visits),
        "published": sum(one.id in published for one in visits),
        "categories": categories,
        "disposals_open": sum(one.closed_at is None for one in disposals),
        "disposals": {
            one.kind.label: {
                "opened": sum(other.kind is one.kind for other in disposals),
                "ended": sum(other.kind is one.kind and other.closed_at is not None for other in disposals),
            }
            for one in disposals
        },
    }


def figures(content: dict[str, Any]) -> dict[str, Any]:
    """The same figures as the table gives them."""
    wanted = (
        "population",
        "ratio",
        "drawn",
        "completed",
        "published",
        "categories",
        "disposals_open",
        "disposals",
    )
    return {"market": content["class_use"]["market_entities"], **{name: content[name] for name in wanted}}


def test_every_figure_of_the_first_tables_equals_a_count_by_hand(at_each: At) -> None:
    """Base, ratio, number, completion, publication, each category, each disposal, per department."""
    driver = at_each("summed")
    for department in PARTS:
        assert by_hand(driver, department) == figures(table(driver, department))


def test_a_table_says_who_initiated_and_that_all_is_entered_and_published(at: At) -> None:
    """Types 发起 and 配合; both rates must reach 100 per cent."""
    driver = at("summed")
    assert ["发起", "配合", "配合"] == [table(driver, department)["type"] for department in PARTS]
    for department in PARTS:
        content = table(driver, department)
        assert ("100.00", "100.00", 0) == (
            content["completion_rate"],
            content["publication_rate"],
            content["unpublished"],
        )


def test_the_use_of_classes_counts_market_entities_drawn_by_their_class(at: At) -> None:
    """分类应用率: of the market entities drawn, those whose class bore on the draw."""
    driver = at("summed")
    drawn = driver.read(lambda session: session.exec(select(DrawnSubject)).all())
    use = table(driver, LEAD)["class_use"]
    assert sum(one.credit_class != "-" for one in drawn) == use["by_class"] <= use["market_entities"]


def test_a_signed_correction_is_counted_as_corrected(at: At) -> None:
    """A subject leaves 未发现问题 for the corrected category; an unsigned one changes nothing."""
    driver = at("corrected")
    before = by_hand(driver, THIRD)["categories"]
    driver.act(THIRD, Role.HEAD, SignCorrection(), target=scenes.correction_target(driver))
    driver.act(THIRD, Role.HANDLER, SubmitSummary())
    content = table(driver, THIRD)
    assert by_hand(driver, THIRD) == figures(content)
    assert before["未发现问题"] - 1 == content["categories"]["未发现问题"]
    assert before["未按规定公示应当公示的信息"] + 1 == content["categories"]["未按规定公示应当公示的信息"]


def test_a_supplement_follows_where_disposals_were_open(at_each: At) -> None:
    """The first table holds disposals as of its day; the second all ended; the third department needs none."""
    driver = at_each("closed")
    assert [(LEAD, 1), (LEAD, 2), (SECOND, 1), (SECOND, 2), (THIRD, 1)] == [
        (one.department, one.number) for one in driver.summaries()
    ]
    assert [1, 0] == [table(driver, SECOND, number)["disposals_open"] for number in (1, 2)]
    assert {"责令改正": {"opened": 1, "ended": 1}} == table(driver, SECOND, 2)["disposals"]
    assert {"移送其他机关": {"opened": 1, "ended": 1}} == table(driver, LEAD, 2)["disposals"]
    assert {} == table(driver, THIRD)["disposals"]
    for department in (LEAD, SECOND):
        assert by_hand(driver, department) == figures(table(driver, department, 2))


def test_no_supplement_where_the_disposals_ended_before_the_table(at: At) -> None:
    """One table is enough: it already says how everything ended."""
    driver = at("published")
    scenes.outcome(driver)
    scenes.disposed(driver)
    scenes.closed(driver)
    assert [1, 1, 1] == [one.number for one in driver.summaries()]
    assert TaskStatus.CLOSED is driver.job().status


def test_replaced_subjects_are_not_counted_as_drawn(at: At) -> None:
    """A replacement changes who is checked, not how many."""
    driver = at("matched")
    code = driver.subject(driver.visits(LEAD)[0]).code
    later_act(
        driver, RequestDraw(act=Kind.REPLACEMENT, reason="注销", replaces=(code,), evidence="注销通知"), 2
    )
    for play in (
        scenes.visited,
        scenes.submitted,
        scenes.approved,
        scenes.receipted,
        scenes.proved,
        scenes.summed,
    ):
        play(driver)
    for department in PARTS:
        assert by_hand(driver, department) == figures(table(driver, department))
