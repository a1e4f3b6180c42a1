"""The figures of tables and reports, each against a count by hand over the same rows."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from activities.acts.summaries import compile_summary
from activities.results.yearly import department_year, office_year
from activities.steps.desk import DeskActivities
from adapters.yearly_files import INTERNAL, figures_of, write_data, write_text
from models.messages import TaskStep
from models.outcomes import Correction, CorrectionDecision, Disposal, Result, Verdict, YearlyReport
from models.papers import AdjustedRow, AdjustPlan, AdoptPlan, OmitRound, SetPlanField, SubmitReport
from models.plan import PlanDocument
from models.registers import Subject
from models.task import DrawnSubject, JointTask, TakingPart, Visit
from models.trail import Deadline, Wait
from rules.channel import MARKET_ENTITIES
from rules.results import Category
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import SECOND_DOCUMENT, correction_target
from tests.activities.world import OFFICE_TARGET, PARTS, SHA, TASK
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, THIRD, actor, read_field, set_field

SCENES = ("matched", "approved", "published", "signed", "closed", "annulled")


def by_hand(session: Session, department: str) -> dict[str, Any]:
    """A department's figures, counted row by row without any sum of the database's."""
    visits = [one for one in session.exec(select(Visit)) if one.department == department]
    living = [one for one in visits if one.stage not in (VisitStage.WITHDRAWN, VisitStage.EXEMPT)]
    signed = {
        row.result: row.after["categories"]
        for row in session.exec(select(Correction).order_by(col(Correction.number)))
        if (verdict := session.get(CorrectionDecision, row.id)) and verdict.verdict is Verdict.APPROVED
    }
    counts: Counter[str] = Counter()
    for visit in living:
        found: set[str] = set()
        for result in session.exec(select(Result)):
            if result.visit == visit.id and result.cycle == visit.cycle:
                found |= set(signed.get(result.id, result.categories))
        if len(found) > 1:
            found.discard(Category.NO_PROBLEM)
        counts.update(found)
    disposals = [one for one in session.exec(select(Disposal)) if one.department == department]
    market = [one for one in visits if session.get_one(Subject, one.subject).legal_form in MARKET_ENTITIES]
    drawn = {row.subject: row.credit_class for row in session.exec(select(DrawnSubject))}
    return {
        "drawn": len([one for one in visits if one.stage is not VisitStage.WITHDRAWN]),
        "completed": len([one for one in living if one.completed_on is not None]),
        "published": len([one for one in living if one.stage is VisitStage.PUBLISHED]),
        "categories": {one.label: counts[one.value] for one in Category},
        "disposals": {
            kind.label: {
                "opened": len([one for one in disposals if one.kind is kind]),
                "ended": len([one for one in disposals if one.kind is kind and one.closed_at]),
            }
            for kind in {one.kind for one in disposals}
        },
        "market": len(market),
        "classed": len([one for one in visits if drawn[one.subject] != "-"]),
    }


def figures(session: Session, department: str) -> dict[str, Any]:
    """The same of the summary table."""
    task = session.get_one(JointTask, TASK)
    made = compile_summary(session, task, session.get_one(TakingPart, (TASK, department)))
    return {
        **{name: made[name] for name in ("drawn", "completed", "published", "categories", "disposals")},
        "market": made["class_use"]["market_entities"],
        "classed": made["class_use"]["by_class"],
    }


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("department", PARTS)
def test_a_summary_is_what_a_count_by_hand_gives(at: At, scene: str, department: str) -> None:
    """At any scene, corrections, disposals and classes included."""
    driver = at(scene)
    assert driver.read(lambda s: by_hand(s, department)) == driver.read(lambda s: figures(s, department))


def test_both_databases_count_alike(at_each: At) -> None:
    """The JSON of categories, on SQLite and on PostgreSQL."""
    driver = at_each("closed")
    with driver.database.read() as session:
        for department in PARTS:
            assert by_hand(session, department) == figures(session, department)
            assert 9 == year_of(driver, session, department)["visits"]


def test_a_corrected_result_counts_as_corrected(at: At) -> None:
    """The category of before is gone from the table, that of after is in it."""
    before = at("published").read(lambda s: figures(s, THIRD))["categories"]
    driver = at("signed")
    after = driver.read(lambda s: figures(s, THIRD))["categories"]
    label = Category.NOT_PUBLISHED.label
    assert (0, 1) == (before[label], after[label])
    assert before["未发现问题"] - 1 == after["未发现问题"]
    assert correction_target(driver)


def year_of(driver: Driver, session: Session, department: str) -> dict[str, Any]:
    """A department's year as of the driver's day."""
    return department_year(session, session.get_one(PlanDocument, DOCUMENT), department, driver.now)


@pytest.mark.parametrize("scene", SCENES)
def test_a_department_years_figures_are_what_a_count_by_hand_gives(at: At, scene: str) -> None:
    """Of the one task that there is."""
    driver = at(scene)
    year = driver.read(lambda s: year_of(driver, s, SECOND))
    hand = driver.read(lambda s: by_hand(s, SECOND))
    assert hand == {
        **{name: year[name] for name in ("completed", "published", "categories", "disposals")},
        "drawn": year["visits"],
        "market": year["class_use"]["market_entities"],
        "classed": year["class_use"]["by_class"],
    }
    assert (0, 1) == (year["initiated"], year["partnered"])


def test_the_offices_year_adds_its_departments_up(at: At) -> None:
    """Visits, disposals and categories; rounds and subjects count once."""
    driver = at("closed")
    year = driver.read(lambda s: office_year(s, s.get_one(PlanDocument, DOCUMENT), driver.now))
    parts = year["departments"]
    assert {*PARTS} == {one["department"] for one in parts}
    for name in ("visits", "completed", "published", "disposals_open"):
        assert sum(one[name] for one in parts) == year[name]
    for label in year["categories"]:
        assert sum(one["categories"][label] for one in parts) == year["categories"][label]
    assert (1, 1, 1, 1, 0) == tuple(
        year[name]
        for name in ("plan_rows", "rounds_due", "rounds_launched", "rounds_done", "rounds_cancelled")
    )
    assert (9, 12, "75.00") == (year["subjects"], year["registered"], year["coverage"])
    assert [] == year["open_tasks"]


def test_an_open_task_is_named_and_a_cancelled_one_is_no_round_done(at: At) -> None:
    """With its stage."""
    driver = at("approved")
    year = driver.read(lambda s: office_year(s, s.get_one(PlanDocument, DOCUMENT), driver.now))
    assert [{"task": TASK, "name": "学校联合抽查", "stage": "录入结果"}] == year["open_tasks"]
    driver = at("cancelled")
    year = driver.read(lambda s: office_year(s, s.get_one(PlanDocument, DOCUMENT), driver.now))
    assert (0, 0, 1) == (year["rounds_launched"], year["rounds_done"], year["rounds_cancelled"])


def test_a_round_that_was_never_launched_is_named_with_its_reason(at: At) -> None:
    """Cancelled with its order's reason, not due yet, owed without a word, put on record; by its initiator too."""
    driver = at("closed")
    assert [] == _unlaunched(driver)
    assert [("1", 1, "待发起", "抽查时间未过")] == _unlaunched(at("adopted"))
    driver = at("adopted")
    driver.now = driver.now.replace(month=12)
    assert [("1", 1, "逾期未发起", "理由尚未登记")] == _unlaunched(driver)
    paper = OmitRound(document=DOCUMENT, seq="1", number="批2", reason="并入专项整治")
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
    assert [("1", 1, "未实施（已登记）", "并入专项整治（批2）")] == _unlaunched(driver)
    assert _unlaunched(driver) == _unlaunched(driver, LEAD)
    assert [] == _unlaunched(driver, SECOND)
    ((_, _, _, why),) = _unlaunched(at("cancelled"))
    assert f"任务 {TASK} 已撤销：" in why


def _unlaunched(driver: Driver, department: str | None = None) -> list[tuple[str, int, str, str]]:
    def read(session: Session) -> dict[str, Any]:
        plan = session.get_one(PlanDocument, DOCUMENT)
        if department is None:
            return office_year(session, plan, driver.now)
        return department_year(session, plan, department, driver.now)

    rows = driver.read(read)["unlaunched"]
    return [(one["seq"], one["round"], one["state"], one["why"]) for one in rows]


def test_what_was_late_is_told_with_why(at: At) -> None:
    """By department and kind: what was done late, and what still is not."""
    driver = at("visited")
    year = driver.read(lambda s: office_year(s, s.get_one(PlanDocument, DOCUMENT), driver.now))
    assert [] == year["overdue"]
    driver.now = driver.now.replace(month=6)
    year = driver.read(lambda s: office_year(s, s.get_one(PlanDocument, DOCUMENT), driver.now))
    hand = driver.read(_late_by_hand(driver))
    assert hand == {(one["department"], one["why"]): one["still_open"] for one in year["overdue"]}
    assert {"录入检查结果"} == {one["why"] for one in year["overdue"]}


def _late_by_hand(driver: Driver) -> Any:
    def count(session: Session) -> dict[tuple[str, str], int]:
        found: Counter[tuple[str, str]] = Counter()
        for wait in session.exec(select(Wait)):
            deadline = session.exec(
                select(Deadline).where(col(Deadline.wait) == wait.id, col(Deadline.current).is_(True))
            ).one()
            if wait.closed_at is None and deadline.due <= driver.now and wait.kind == "entry":
                found[wait.department, "录入检查结果"] += 1
        return dict(found)

    return count


def test_a_yearly_report_is_kept_as_sent_and_its_supplement_waited_for(at: At) -> None:
    """Figures of that day, the file's hash, internal draws; what runs on is told later, and only then."""
    driver = at("approved")
    with driver.database.write() as session:
        session.get_one(PlanDocument, DOCUMENT).reading = {"report_by": read_field("2026-04-20")}
    desk = TaskStep(task="department/test/lead/2026", now=driver.now, department=LEAD)
    DeskActivities(driver.database).tend_desk(desk)
    by = actor(LEAD, Role.HANDLER)
    paper = SubmitReport(
        document=DOCUMENT,
        number="牵头局〔2026〕9号",
        sent_on=driver.today,
        file_sha256=SHA,
        internal={INTERNAL[0]: 4},
    )
    later = paper.model_copy(update={"supplement": True, "number": "牵头局〔2026〕12号"})
    assert "ReportNotDue" == driver.say(later, by, target=OFFICE_TARGET).type
    assert 1 == driver.act(LEAD, Role.HANDLER, paper, target=OFFICE_TARGET).data["open_tasks"]
    assert "AlreadyReported" == driver.say(paper, by, target=OFFICE_TARGET).type
    waits = driver.read(lambda session: session.exec(select(Wait)).all())
    (supplement,) = [one for one in waits if one.kind == "yearly_supplement"]
    assert (LEAD, "department/test/lead/2026", None) == (
        supplement.department,
        supplement.scope,
        supplement.closed_at,
    )
    driver.act(LEAD, Role.HANDLER, later, target=OFFICE_TARGET)
    rows = driver.read(
        lambda session: session.exec(select(YearlyReport).order_by(col(YearlyReport.number))).all()
    )
    assert [(1, SHA, {INTERNAL[0]: 4}), (2, SHA, {INTERNAL[0]: 4})] == [
        (row.number, row.file_sha256, row.internal) for row in rows
    ]
    assert 9 == rows[0].content["visits"]


def _report_due(driver: Driver) -> list[date]:
    """The last day of the report that the initiator's desk waits for."""
    desk = TaskStep(task="department/test/lead/2026", now=driver.now, department=LEAD)
    DeskActivities(driver.database).tend_desk(desk)
    statement = (
        select(col(Deadline.due_day))
        .join(Wait, col(Wait.id) == col(Deadline.wait))
        .where(col(Wait.kind) == WaitKind.YEARLY_REPORT, col(Deadline.current).is_(True))
    )
    return list(driver.read(lambda session: session.exec(statement).all()))


@pytest.mark.parametrize(
    ("status", "owed"), [("read", True), ("set", True), ("inferred", False), ("unknown", False)]
)
def test_a_report_is_owed_by_the_date_that_is_printed_or_settled(at: At, status: str, *, owed: bool) -> None:
    """A doubtful date reminds nobody until a person has settled it."""
    driver = at("adopted")
    with driver.database.write() as session:
        field = {"value": "2026-11-06", "status": status, "raw": "11月6日前", "why": ""}
        session.get_one(PlanDocument, DOCUMENT).reading = {"report_by": field}
    assert ([date(2026, 11, 6)] if owed else []) == _report_due(driver)


def test_the_date_that_a_person_corrected_before_the_adoption_is_the_desks(at: At) -> None:
    """Read as 20 November, corrected to 6 November; issued anew with 13 November it moves, with its cause."""
    driver = at("imported")
    paper = SetPlanField(
        document=SECOND_DOCUMENT, seq="notice", field="report_by", value="2026-11-06", reason="电话核实"
    )
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
    driver.act(OFFICE_DESK, Role.OFFICE, AdoptPlan(document=SECOND_DOCUMENT), target=OFFICE_TARGET)
    with driver.database.write() as session:
        session.get_one(PlanDocument, DOCUMENT).reading = {}
    assert [date(2026, 11, 6)] == _report_due(driver)
    anew = AdjustPlan(
        document=SECOND_DOCUMENT,
        number="测双随机办〔2026〕9号",
        approval="测批〔2026〕9号",
        reason="重新印发",
        notice={"report_by": read_field("2026-11-13")},
        changed=(AdjustedRow(seq="1", fields={"ratio": set_field({"percent": "60"})}),),
    )
    driver.act(OFFICE_DESK, Role.OFFICE, anew, target=OFFICE_TARGET)
    assert [date(2026, 11, 13)] == _report_due(driver)


def test_the_reports_files_hold_every_figure(at: At, tmp_path: Path) -> None:
    """The data with room for internal draws, the text with what a person completes."""
    driver = at("closed")
    year = driver.read(lambda s: year_of(driver, s, SECOND))
    write_data(tmp_path / "数据.xlsx", "配合局2026年度报告", year)
    book = load_workbook(tmp_path / "数据.xlsx")
    cells = {row[0]: row[1] for row in book.worksheets[0].iter_rows(min_row=4, values_only=True)}
    assert dict(figures_of(year)) == {name: cells[name] for name, _ in figures_of(year)}
    assert [None] * len(INTERNAL) == [cells[name] for name in INTERNAL]
    write_text(tmp_path / "文字.docx", "配合局2026年度报告", year)
    text = "\n".join(one.text for one in docx.Document(str(tmp_path / "文字.docx")).paragraphs)
    assert all(word in text for word in ("公示率100.00%", "没有逾期事项", "（请补充）"))
    office = driver.read(lambda s: office_year(s, s.get_one(PlanDocument, DOCUMENT), driver.now))
    write_data(tmp_path / "办公室.xlsx", "年度报告", office)
    assert "各部门" in load_workbook(tmp_path / "办公室.xlsx").sheetnames
