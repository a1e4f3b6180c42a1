"""Summary tables per task and department, submitted and receipted (抽查结果汇总表)."""

from collections import Counter
from typing import Any

from sqlmodel import Session, col, func, select

from activities.acts.launch import office_department
from activities.clocks import Clocks
from activities.contributions import first_drawn
from activities.docket import Docket, Target, desk_id, ruling, wake
from activities.draw_papers import load_plan
from models.organisation import Department
from models.outcomes import Correction, CorrectionDecision, Disposal, Result, Summary, Verdict
from models.papers import ReceiptSummary, SubmitReport, SubmitSummary
from models.registers import Subject
from models.task import DrawnSubject, JointTask, TakingPart, Visit
from rules.channel import LegalForm, uses_credit_class
from rules.disposal import DisposalKind
from rules.quota import UNCLASSIFIED
from rules.refusal import Refusal
from rules.results import Category
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind


def open_summary(clocks: Clocks, part: TakingPart) -> None:
    """A department's next summary falls due: the first with its last publication, then a supplement."""
    part.summaries += 1
    part.summaries_open += 1
    clocks.session.add(Summary(task=part.task, department=part.department, number=part.summaries))
    clocks.session.flush()
    clocks.open(
        WaitKind.SUMMARY,
        key=f"{part.task}/summary/{part.department}/{part.summaries}",
        scope=f"joint-task/{part.task}",
        task=part.task,
        department=part.department,
        opened_by="published" if part.summaries == 1 else "disposals ended",
        cycle=part.summaries,
    )


@ruling(Target.TASK, SubmitSummary, Role.HANDLER)
def submit(docket: Docket, paper: SubmitSummary) -> None:
    """Submit the table: its figures are computed here, with disposals as of this day."""
    task, part = docket.living_task, docket.part()
    summary = docket.session.get(Summary, (task.id, docket.department, paper.number))
    if summary is None:
        raise Refusal("SummaryNotDue", "请待本部门最后一项结果公示后再报送汇总表")
    if summary.submitted is not None:
        raise Refusal("AlreadySubmitted", "汇总表已经报送，无须再报")
    summary.content = compile_summary(docket.session, task, part)
    summary.disposals_open = part.disposals_open
    summary.submitted = docket.by
    docket.clocks.settle_key(f"{task.id}/summary/{docket.department}/{paper.number}", by=docket.by)
    docket.clocks.open(
        WaitKind.SUMMARY_RECEIPT,
        key=f"{task.id}/summary-receipt/{docket.department}/{paper.number}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=office_department(docket.session, docket.office),
        opened_by=docket.by,
        cycle=paper.number,
    )


@ruling(Target.TASK, ReceiptSummary, Role.OFFICE)
def receipt(docket: Docket, paper: ReceiptSummary) -> None:
    """The coordinating office receipts a table; a supplement follows where disposals were still open."""
    task, part = docket.living_task, docket.part(paper.department)
    summary = docket.session.get(Summary, (task.id, paper.department, paper.number))
    if summary is None or summary.submitted is None:
        raise Refusal("SummaryNotSubmitted", "该部门尚未报送汇总表，请先由该部门报送")
    if summary.receipted is not None:
        return
    summary.receipted = docket.by
    part.summaries_open -= 1
    docket.clocks.settle_key(f"{task.id}/summary-receipt/{paper.department}/{paper.number}", by=docket.by)


@ruling(Target.OFFICE, SubmitReport, Role.HANDLER, Role.HEAD)
def report(docket: Docket, paper: SubmitReport) -> None:
    """The department's yearly report is on record with its number and day (阳城 七·三)."""
    key = report_key(docket.department, paper.document)
    wait = docket.clocks.find(key)
    if wait is None:
        raise Refusal("ReportNotDue", f"计划 {paper.document} 没有要求你单位报送年度报告，无须报送")
    if paper.sent_on > docket.clocks.today:
        raise Refusal("StepInFuture", f"报送日期{paper.sent_on}在今日之后，请更正")
    docket.clocks.settle_key(key, by=docket.by)
    desk = desk_id(docket.department, docket.clocks.today.year)
    wake(docket.session, desk, "reported", source=docket.department, now=docket.now)


def report_key(department: str, document: str) -> str:
    """The key of a department's yearly report for a plan."""
    return f"{department}/yearly-report/{document}"


def compile_summary(session: Session, task: JointTask, part: TakingPart) -> dict[str, Any]:
    """The figures of one department's table, from the same rows that everything else reads."""
    plan = load_plan(session, task.id, first_drawn(session, task.id))
    drawn = _drawn(session, part)
    classed = sum(credit_class != UNCLASSIFIED for credit_class, _ in drawn)
    market = sum(uses_credit_class(form) for _, form in drawn)
    return {
        "type": part.part.label,
        "task": task.id,
        "name": task.name,
        "department": session.get_one(Department, part.department).name,
        "population": plan["population"],
        "ratio": plan["quota"]["percent"],
        "drawn": len(drawn),
        "class_use": {"market_entities": market, "by_class": classed},
        "completed": part.visited,
        "completion_rate": _rate(part.visited, part.subjects),
        "entered": part.receipted,
        "published": part.published,
        "unpublished": part.subjects - part.published,
        "publication_rate": _rate(part.published, part.subjects),
        "categories": _categories(session, part),
        "disposals": _disposals(session, part),
        "disposals_open": part.disposals_open,
    }


def _drawn(session: Session, part: TakingPart) -> list[tuple[str, LegalForm]]:
    """Class as drawn and legal form of each subject of the department; who was replaced is left out."""
    visit = (col(Visit.task) == col(DrawnSubject.task)) & (col(Visit.act) == col(DrawnSubject.act))
    statement = (
        select(DrawnSubject.credit_class, Subject.legal_form)
        .join(Visit, visit & (col(Visit.subject) == col(DrawnSubject.subject)))
        .join(Subject, col(Subject.id) == col(DrawnSubject.subject))
        .where(
            col(Visit.task) == part.task,
            col(Visit.department) == part.department,
            col(Visit.stage) != VisitStage.WITHDRAWN,
        )
    )
    return [(credit_class, LegalForm(form)) for credit_class, form in session.exec(statement)]


def _categories(session: Session, part: TakingPart) -> dict[str, int]:
    """Subjects per category, each counted once a category, as corrected."""
    rows = session.exec(
        select(Result, Visit)
        .join(Visit, col(Visit.id) == col(Result.visit))
        .where(
            col(Visit.task) == part.task,
            col(Visit.department) == part.department,
            col(Result.cycle) == col(Visit.cycle),
        )
    ).all()
    corrected = {
        row.result: row.after["categories"]
        for row in session.exec(
            select(Correction)
            .join(CorrectionDecision, col(CorrectionDecision.correction) == col(Correction.id))
            .join(Result, col(Result.id) == col(Correction.result))
            .join(Visit, col(Visit.id) == col(Result.visit))
            .where(col(Visit.task) == part.task, col(CorrectionDecision.verdict) == Verdict.APPROVED)
            .order_by(col(Correction.number))
        )
    }
    found: dict[str, set[str]] = {}
    for result, visit in rows:
        found.setdefault(visit.id, set()).update(corrected.get(result.id, result.categories))
    problems = [
        # 未发现问题 of one item does not hold for a subject at which another item has a problem.
        categories - {Category.NO_PROBLEM.value} if len(categories) > 1 else categories
        for categories in found.values()
    ]
    counts = Counter(category for categories in problems for category in categories)
    return {category.label: counts[category.value] for category in Category}


def _disposals(session: Session, part: TakingPart) -> dict[str, dict[str, int]]:
    rows = session.exec(
        select(Disposal.kind, func.count(), func.count(col(Disposal.closed_at)))
        .where(col(Disposal.task) == part.task, col(Disposal.department) == part.department)
        .group_by(col(Disposal.kind))
    ).all()
    return {DisposalKind(kind).label: {"opened": opened, "ended": ended} for kind, opened, ended in rows}


def _rate(count: int, of: int) -> str:
    """Per cent with two decimals, cut and never rounded up to 100."""
    return "100.00" if count == of else f"{count * 10000 // of / 100:.2f}"
