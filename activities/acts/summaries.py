"""Summary tables per task and department, submitted and receipted (抽查结果汇总表)."""

from typing import Any

from sqlmodel import Session, col

from activities.acts.reports import supplement_report
from activities.authority import office_department
from activities.clocks.waits import Clocks
from activities.draw.contributions import first_drawn
from activities.draw.papers import load_plan
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.figures import (
    category_counts,
    class_use,
    disposal_counts,
    drawn_count,
    fact_counts,
    of_part,
    outcome_counts,
    rate,
    stage_counts,
    unchecked_items,
)
from models.organisation import Department
from models.outcomes import Disposal, Summary
from models.papers import ReceiptSummary, SubmitSummary
from models.task import JointTask, TakingPart
from rules.refusal import Refusal
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
        opened_by="published" if part.summaries == 1 else "untold",
        cycle=part.summaries,
    )
    if part.summaries > 1:
        supplement_report(clocks, part)


@ruling(Target.TASK, SubmitSummary, Role.HANDLER, together=True)
def submit(docket: Docket, paper: SubmitSummary) -> None:
    """Submit the table: its figures are computed here, with disposals as of this day."""
    task, part = docket.living_task, docket.part()
    summary = docket.session.get(Summary, (task.id, docket.department, paper.number))
    if summary is None:
        left = part.subjects - part.published
        still = f"，现尚缺{left}户，逐户见 result rates {task.id}" if left else ""
        raise Refusal("SummaryNotDue", f"请待本部门最后一项结果公示后再报送汇总表{still}")
    if summary.submitted is not None:
        later = (
            f"；须待未结的{part.disposals_open}件处置全部办结后再补报"
            if part.disposals_open
            else "，无须再报"
        )
        raise Refusal("AlreadySubmitted", f"汇总表已经报送{later}")
    summary.content = compile_summary(docket.session, task, part)
    summary.disposals_open = part.disposals_open
    part.untold = part.published < part.subjects
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


@ruling(Target.TASK, ReceiptSummary, Role.OFFICE, together=True)
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


def compile_summary(session: Session, task: JointTask, part: TakingPart) -> dict[str, Any]:
    """The figures of one department's table, from the same rows that everything else reads."""
    visits = of_part(part.task, part.department)
    disposals = (col(Disposal.task) == part.task, col(Disposal.department) == part.department)
    plan = load_plan(session, task.id, first_drawn(session, task.id))
    return {
        "type": part.part.label,
        "task": task.id,
        "name": task.name,
        "department": session.get_one(Department, part.department).name,
        "population": plan["population"],
        "ratio": plan["quota"]["percent"],
        "drawn": drawn_count(session, visits),
        "class_use": class_use(session, visits),
        "subjects": part.subjects,
        "exempt": stage_counts(session, visits).get(VisitStage.EXEMPT, 0),
        "facts": fact_counts(session, visits),
        "completed": part.visited,
        "completion_rate": rate(part.visited, part.subjects),
        "entered": part.receipted,
        "entry_rate": rate(part.receipted, part.subjects),
        "published": part.published,
        "unpublished": part.subjects - part.published,
        "publication_rate": rate(part.published, part.subjects),
        "unchecked_items": unchecked_items(session, visits),
        "categories": category_counts(session, visits),
        "disposals": disposal_counts(session, disposals),
        "outcomes": outcome_counts(session, disposals),
        "disposals_open": part.disposals_open,
    }
