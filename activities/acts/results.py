"""Stage 6: results are submitted, approved or returned (录入、审批、退回)."""

from collections import defaultdict

from sqlmodel import col, select

from activities.acts.preparation import confirmed
from activities.acts.visits import visits_of
from activities.disposing import all_of, open_disposals
from activities.docket import Docket, Target, notify, ruling
from activities.grounds import Grounds
from activities.passage import await_next, move
from activities.publishing import queue
from models.outcomes import PublicationKind, Result, ResultDecision, Verdict
from models.papers import ApproveResults, ProposedDisposal, ResultLine, ReturnResults, SubmitResults
from models.task import Aspect, Visit
from models.trail import Submission
from rules.disposal import DisposalKind
from rules.refusal import Refusal
from rules.results import PROBLEM_CATEGORIES, check_categories
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind


@ruling(Target.TASK, SubmitResults, Role.OFFICER, Role.HANDLER)
def submit(docket: Docket, paper: SubmitResults) -> None:
    """Append one cycle of results per visit: all items of the department, each with its categories."""
    lines: dict[str, list[ResultLine]] = defaultdict(list)
    for line in paper.lines:
        lines[line.visit].append(line)
    visits = visits_of(docket, list(lines), VisitStage.VISITED, VisitStage.RETURNED)
    items = set(
        confirmed(docket.session, docket.living_task.id)[Aspect.ITEMS].content["items"][docket.department]
    )
    grounds = Grounds(docket.session, list(visits))
    for visit_id, visit in visits.items():
        _check_lines(lines[visit_id], items)
        for line in lines[visit_id]:
            grounds.check(line)
            docket.session.add(_result(docket, visit, line, grounds))
    docket.session.flush()
    members = list(visits.values())
    move(docket.clocks, docket.part(), members, VisitStage.SUBMITTED, by=docket.by)
    await_next(docket.clocks, WaitKind.APPROVAL, members, by=docket.by, anchor=docket.clocks.today)


@ruling(Target.TASK, ApproveResults, Role.APPROVER, Role.HEAD)
def approve(docket: Docket, paper: ApproveResults) -> None:
    """Approve the newest cycle: it is locked, sent to the platform, and its disposals begin."""
    visits = visits_of(docket, list(paper.visits), VisitStage.SUBMITTED)
    part = docket.part()
    for visit in visits.values():
        results = _newest(docket, visit)
        _second_person(docket, results)
        docket.session.add(
            ResultDecision(visit=visit.id, cycle=visit.cycle, verdict=Verdict.APPROVED, submission=docket.by)
        )
        queue(docket.session, visit, PublicationKind.RESULT, f"c{visit.cycle}", docket.now)
        for result in results:
            if result.disposal is not None:
                proposed = ProposedDisposal.model_validate(result.disposal)
                open_disposals(docket, part, visit, result, proposed)
    docket.session.flush()
    members = list(visits.values())
    move(docket.clocks, part, members, VisitStage.APPROVED, by=docket.by)
    await_next(docket.clocks, WaitKind.RECEIPT, members, by=docket.by, anchor=docket.clocks.today)


@ruling(Target.TASK, ReturnResults, Role.APPROVER, Role.HEAD)
def send_back(docket: Docket, paper: ReturnResults) -> None:
    """Return the newest cycle with a reason: the next begins, with rungs of its own, in the same clock."""
    visits = visits_of(docket, list(paper.visits), VisitStage.SUBMITTED)
    for visit in visits.values():
        docket.session.add(
            ResultDecision(
                visit=visit.id,
                cycle=visit.cycle,
                verdict=Verdict.RETURNED,
                reason=paper.reason,
                submission=docket.by,
            )
        )
    docket.session.flush()
    members = list(visits.values())
    move(docket.clocks, docket.part(), members, VisitStage.RETURNED, by=docket.by)
    by_day: dict[object, list[Visit]] = defaultdict(list)
    for visit in members:
        visit.cycle += 1
        by_day[visit.completed_on].append(visit)
    for group in by_day.values():
        day = group[0].completed_on or docket.clocks.today
        await_next(docket.clocks, WaitKind.ENTRY, group, by=docket.by, anchor=day)
    notify(
        docket.session,
        docket.department,
        Role.OFFICER,
        key=f"returned/{docket.by}",
        event="returned",
        text=f"任务 {docket.case}：{len(members)}户检查结果被退回，理由：{paper.reason}",
        now=docket.now,
        task=docket.case,
        urgent=True,
    )


def _result(docket: Docket, visit: Visit, line: ResultLine, grounds: Grounds) -> Result:
    return Result(
        visit=visit.id,
        item=line.item,
        cycle=visit.cycle,
        categories=[category.value for category in line.categories],
        finding=line.finding,
        disposal=line.disposal.stored() if line.disposal else None,
        not_checked=line.not_checked,
        method="" if line.not_checked else (line.method or visit.method),
        evidence=grounds.evidence(visit.id, line.item),
        submission=docket.by,
    )


def _check_lines(lines: list[ResultLine], items: set[str]) -> None:
    given = [line.item for line in lines]
    if sorted(given) != sorted(items):
        raise Refusal(
            "ItemsIncomplete",
            f"须逐项填写本部门全部抽查事项：{'、'.join(sorted(items))}；所报为：{'、'.join(sorted(given))}",
        )
    if all(line.not_checked.strip() for line in lines):
        raise Refusal(
            "NothingChecked", "该户没有一项已检查；对象注销、迁出等情形请登记对象情况后由审批人终止检查"
        )
    for line in lines:
        if line.not_checked.strip():
            _check_unchecked(line)
            continue
        check_categories(line.categories)
        problems = [one for one in line.categories if one in PROBLEM_CATEGORIES]
        if problems and not line.finding.strip():
            raise Refusal("FindingMissing", f"事项 {line.item} 结果为“{problems[0].label}”，须写明发现的问题")
        if line.disposal is not None:
            if not problems:
                raise Refusal("DisposalWithoutProblem", f"事项 {line.item} 未发现问题，不能提出处置意见")
            if unknown := {one.kind for one in all_of(line.disposal)} - set(DisposalKind):
                raise Refusal(
                    "DisposalKindUnknown", f"处置方式“{'、'.join(sorted(unknown))}”不在规定之列，请更正"
                )


def _check_unchecked(line: ResultLine) -> None:
    """An item that was not checked has a reason, and nothing else."""
    if line.categories or line.finding.strip() or line.disposal is not None:
        raise Refusal(
            "UncheckedWithResult", f"事项 {line.item} 填了未检查的理由，不能同时填写结果，请删去其一"
        )


def _newest(docket: Docket, visit: Visit) -> list[Result]:
    return list(
        docket.session.exec(
            select(Result)
            .where(col(Result.visit) == visit.id, col(Result.cycle) == visit.cycle)
            .order_by(col(Result.item))
        )
    )


def _second_person(docket: Docket, results: list[Result]) -> None:
    writers = {docket.session.get_one(Submission, result.submission).actor for result in results}
    if docket.submission.actor in writers:
        raise Refusal(
            "SecondPersonNeeded", f"检查结果须由录入人以外的审批人或负责人审批：result approve {docket.case}"
        )
