"""Stage 6: results are submitted, approved or returned (录入、审批、退回)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as rows_of
from sqlmodel import SQLModel, col, select

from activities.acts.visits import visits_of
from activities.desk.notices import notify
from activities.exchange.queueing import queue_results
from activities.lookup import chunks
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.disposing import check_proposal, open_disposals
from activities.results.grounds import Grounds
from activities.results.passage import await_next, meet_waits, move
from models.base import opaque_id
from models.outcomes import Result, ResultDecision, Verdict
from models.papers import ApproveResults, ProposedDisposal, ResultLine, ReturnResults, SubmitResults
from models.task import Aspect, Visit
from models.trail import Submission
from rules.refusal import Refusal
from rules.results import PROBLEM_CATEGORIES, check_categories, check_followed_up
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind

_PREPARED = SQLModel.metadata.tables["preparation"].c
_ITEMS = (
    rows_of(_PREPARED.content)
    .where(
        _PREPARED.task == bindparam("task"),
        _PREPARED.aspect == Aspect.ITEMS,
        _PREPARED.confirmed_by.is_not(None),
    )
    .order_by(_PREPARED.number.desc())
    .limit(1)
)


@ruling(Target.TASK, SubmitResults, Role.OFFICER, Role.HANDLER, together=True)
def submit(docket: Docket, paper: SubmitResults) -> None:
    """Append one cycle of results per visit: all items of the department, each with its categories."""
    lines: dict[str, list[ResultLine]] = defaultdict(list)
    for line in paper.lines:
        lines[line.visit].append(line)
    visits = visits_of(docket, list(lines), VisitStage.VISITED, VisitStage.RETURNED)
    items = set(docket.sitting.once("items", lambda: _items(docket))[docket.department])
    grounds = docket.sitting.once(
        "grounds", lambda: Grounds(docket.session, tuple(docket.sitting.visits_read))
    )
    part, clocks = docket.part(), docket.clocks
    _meet_waits(docket, WaitKind.APPROVAL)
    made: list[dict[str, Any]] = []
    for visit_id, visit in visits.items():
        _check_lines(lines[visit_id], items)
        for line in lines[visit_id]:
            grounds.check(line)
            if line.disposal is not None:
                check_proposal(docket, line.disposal, visit)
            made.append(_result(docket, visit, line, grounds))
    docket.sitting.insert(Result, made)
    members = list(visits.values())
    move(clocks, part, members, VisitStage.SUBMITTED, by=docket.by)
    await_next(clocks, WaitKind.APPROVAL, members, by=docket.by, anchor=clocks.today)


@ruling(Target.TASK, ApproveResults, Role.APPROVER, Role.HEAD, together=True)
def approve(docket: Docket, paper: ApproveResults) -> None:
    """Approve the newest cycle: it is locked, sent to the platform, and its disposals begin."""
    visits = visits_of(docket, list(paper.visits), VisitStage.SUBMITTED)
    part, members = docket.part(), list(visits.values())
    _meet_waits(docket, WaitKind.RECEIPT)
    newest = _newest(docket, members)
    _second_person(docket, newest)
    for visit in members:
        docket.session.add(
            ResultDecision(visit=visit.id, cycle=visit.cycle, verdict=Verdict.APPROVED, submission=docket.by)
        )
    queue_results(docket.session, docket.living_task, members, docket.now)
    for result in newest:
        if result.disposal is not None:
            proposed = ProposedDisposal.model_validate(result.disposal)
            open_disposals(docket, part, visits[result.visit], result, proposed)
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


def _result(docket: Docket, visit: Visit, line: ResultLine, grounds: Grounds) -> dict[str, Any]:
    return {
        "id": opaque_id(),
        "visit": visit.id,
        "item": line.item,
        "cycle": visit.cycle,
        "categories": [category.value for category in line.categories],
        "finding": line.finding,
        "disposal": line.disposal.stored() if line.disposal else None,
        "not_checked": line.not_checked,
        "method": "" if line.not_checked else (line.method or visit.method),
        "evidence": grounds.evidence(visit.id, line.item),
        "submission": docket.by,
    }


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
        if line.disposal is None:
            check_followed_up(line.categories)
        elif not problems:
            raise Refusal("DisposalWithoutProblem", f"事项 {line.item} 未发现问题，不能提出处置意见")


def _check_unchecked(line: ResultLine) -> None:
    """An item that was not checked has a reason, and nothing else."""
    if line.categories or line.finding.strip() or line.disposal is not None:
        raise Refusal(
            "UncheckedWithResult", f"事项 {line.item} 填了未检查的理由，不能同时填写结果，请删去其一"
        )


def _items(docket: Docket) -> dict[str, list[str]]:
    """The check items of this task by department."""
    content = docket.session.execute(_ITEMS, {"task": docket.living_task.id}).scalar_one()
    return dict(content["items"])


def _meet_waits(docket: Docket, following: WaitKind) -> None:
    """Look up the waits that the visits of all papers of the sitting are in, and those that follow."""
    sitting, clocks = docket.sitting, docket.clocks
    sitting.once(
        "waits",
        lambda: meet_waits(clocks, following, sitting.visits_read.values(), anchor=clocks.today),
    )


def _newest(docket: Docket, visits: Sequence[Visit]) -> list[Result]:
    """The results of each visit's newest cycle, in the order of the visits and their items."""
    rows = docket.session.exec(
        select(Result)
        .join(Visit, (col(Visit.id) == col(Result.visit)) & (col(Visit.cycle) == col(Result.cycle)))
        .where(col(Visit.id).in_([visit.id for visit in visits]))
    )
    order = {visit.id: place for place, visit in enumerate(visits)}
    return sorted(rows, key=lambda row: (order[row.visit], row.item))


def _second_person(docket: Docket, results: Sequence[Result]) -> None:
    papers = sorted({result.submission for result in results})
    writers = {
        actor
        for some in chunks(papers)
        for actor in docket.session.exec(select(Submission.actor).where(col(Submission.id).in_(some)))
    }
    if docket.submission.actor in writers:
        raise Refusal(
            "SecondPersonNeeded", f"检查结果须由录入人以外的审批人或负责人审批：result approve {docket.case}"
        )
