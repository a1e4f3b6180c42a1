"""The yearly report of a department, and its supplement (年度监管工作情况和抽查数据)."""

from sqlmodel import Session, col, func, select

from activities.clocks.waits import Clocks
from activities.desk.notices import desk_id
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.yearly import department_year
from activities.waking import wake
from models.outcomes import YearlyReport
from models.papers import SubmitReport
from models.plan import PlanDocument
from models.task import JointTask, TakingPart
from models.trail import Wait
from rules.deadline import due_day
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Claim, TaskStatus
from rules.waits import WaitKind


@ruling(Target.OFFICE, SubmitReport, Role.HANDLER, Role.HEAD)
def report(docket: Docket, paper: SubmitReport) -> None:
    """The report is on record with its number, day, figures and file (阳城 七·三).

    What still runs then is told in a supplement, which is waited for.
    """
    session, clocks = docket.session, docket.clocks
    key = report_key(docket.department, paper.document)
    wait = _supplement_of(session, key) if paper.supplement else clocks.find(key)
    if wait is None:
        what = "补充报告" if paper.supplement else "年度报告"
        raise Refusal(
            "ReportNotDue", f"计划 {paper.document} 没有须由你单位报送的{what}，可用 inbox 查看待办"
        )
    if paper.sent_on > clocks.today:
        raise Refusal("StepInFuture", f"报送日期{paper.sent_on}在今日之后，请更正")
    if wait.closed_at is not None:
        raise Refusal("AlreadyReported", "该报告已经报送；其后的变化请在补充报告中报送")
    plan = session.get_one(PlanDocument, paper.document)
    session.add(
        YearlyReport(
            department=docket.department,
            document=plan.id,
            number=_number(session, docket.department, plan.id),
            content=department_year(session, plan, docket.department, docket.now),
            internal=paper.internal,
            file_sha256=paper.file_sha256 or "",
            reference=paper.number,
            sent_on=paper.sent_on,
            submission=docket.by,
        )
    )
    clocks.settle(wait, by=docket.by)
    open_tasks = _open_tasks(session, docket.department, plan.id)
    if open_tasks and not paper.supplement:
        _await_supplement(clocks, docket.department, plan.id, by=docket.by, source=docket.department)
    docket.data = {"open_tasks": open_tasks}
    desk = desk_id(docket.department, clocks.today.year)
    wake(session, desk, "reported", source=docket.department, now=docket.now)


def supplement_report(clocks: Clocks, part: TakingPart) -> None:
    """What a supplement of a summary tells, the report did not: where it is sent, it is supplemented too."""
    session = clocks.session
    document = session.get_one(JointTask, part.task).document
    newest = _supplement_of(session, report_key(part.department, document))
    told_later = newest is not None and newest.closed_at is None
    if _number(session, part.department, document) > 1 and not told_later:
        _await_supplement(clocks, part.department, document, by=part.task, source=part.task)


def _await_supplement(clocks: Clocks, department: str, document: str, *, by: str, source: str) -> None:
    """The supplement is on the desk of the year in which it falls due: a year's desk ends with its year."""
    span = clocks.policies.span(PolicyKey.SUPPLEMENT_DAYS, department)
    due = due_day(clocks.calendar, clocks.today, span.amount, span.unit)
    scope = desk_id(department, due.year)
    number = _number(clocks.session, department, document)
    clocks.open(
        WaitKind.YEARLY_SUPPLEMENT,
        key=report_key(department, document, supplement=number - 1),
        scope=scope,
        department=department,
        opened_by=by,
    )
    wake(clocks.session, scope, "supplement", source=source, now=clocks.now, start="DepartmentWorkflow")


def _supplement_of(session: Session, report: str) -> Wait | None:
    """The wait for a supplement of the report under a key: the open one, else the newest."""
    department, _, document = report.rsplit("/", 2)
    return session.exec(
        select(Wait)
        .where(
            col(Wait.department) == department,
            col(Wait.kind) == WaitKind.YEARLY_SUPPLEMENT,
            col(Wait.key).endswith(f"/{document}", autoescape=True),
        )
        .order_by(col(Wait.closed_at).is_(None).desc(), col(Wait.opened_at).desc())
    ).first()


def report_key(department: str, document: str, *, supplement: int = 0) -> str:
    """The key of a department's yearly report for a plan, or of its n-th supplement."""
    again = f"-{supplement}" if supplement > 1 else ""
    return f"{department}/{f'yearly-supplement{again}' if supplement else 'yearly-report'}/{document}"


def _number(session: Session, department: str, document: str) -> int:
    known = session.exec(
        select(func.count()).where(
            col(YearlyReport.department) == department, col(YearlyReport.document) == document
        )
    ).one()
    return known + 1


def _open_tasks(session: Session, department: str, document: str) -> int:
    return session.exec(
        select(func.count())
        .select_from(TakingPart)
        .join(JointTask, col(JointTask.id) == col(TakingPart.task))
        .where(
            col(JointTask.document) == document,
            col(JointTask.status) == TaskStatus.OPEN,
            col(TakingPart.department) == department,
            col(TakingPart.claim) != Claim.RELEASED,
        )
    ).one()
