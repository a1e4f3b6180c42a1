"""What must hold of a drawn task before it moves in: every fault by sheet, row and field, with its remedy (移入的核对)."""

from collections import defaultdict
from functools import cached_property

from sqlmodel import col, select

from activities.clocks.waits import Clocks
from activities.lookup import subjects_by_code
from activities.moved.parts import PartChecks
from models.moving import MovedDisposal, MovedResult, MovedVisit, Sheet
from models.organisation import Department
from models.papers import MoveTaskIn
from models.plan import PlanRowVersion
from models.registers import Officer, Subject
from rules.channel import Channel, channel_of
from rules.disposal import DisposalKind, DisposalState
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.results import PROBLEM_CATEGORIES, check_categories
from rules.stages import Stage, branch_stage

Key = tuple[str, str]
"""A subject's code and a department's id."""
_STATES = frozenset({DisposalState.OPEN, DisposalState.FILED})


class MovedChecks(PartChecks):
    """One task's sheets against the registers and each other."""

    def __init__(self, clocks: Clocks, row: PlanRowVersion, paper: MoveTaskIn) -> None:
        super().__init__(clocks, row, paper)
        self._paper = paper

    def refuse_faults(self) -> None:
        """Refuses `MoveInFaulty` with all that is wrong, a line each."""
        self._check_task()
        self._check_parts()
        self._check_subjects()
        for visit in self._paper.visits:
            self._check_visit(visit)
        for result in self._paper.results:
            self._check_result(result)
        self._check_whole_results()
        for disposal in self._paper.disposals:
            self._check_disposal(disposal)
        self._once(Sheet.VISITS, ((one.row, one.code, one.department) for one in self._paper.visits))
        self._once(
            Sheet.RESULTS, ((one.row, one.code, one.department, one.item) for one in self._paper.results)
        )
        if not self._faults:
            self._check_stage()
        self._refuse()

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """The drawn subjects by code."""
        return subjects_by_code(self._session, self._row_office, [one.code for one in self._paper.subjects])

    @cached_property
    def items(self) -> dict[str, frozenset[str]]:
        """The items of each department that claimed."""
        return {one.department: frozenset(one.items) for one in self._paper.parts if one.claimed}

    @cached_property
    def entered(self) -> dict[Key, list[MovedResult]]:
        """The results by subject and department."""
        found: dict[Key, list[MovedResult]] = defaultdict(list)
        for one in self._paper.results:
            found[one.code, one.department].append(one)
        return found

    def channel(self, code: str) -> Channel:
        """Where a subject's results are made public."""
        return channel_of(self.subjects[code].legal_form)

    @property
    def _row_office(self) -> str:
        return self._clocks.office

    @cached_property
    def _officers(self) -> dict[str, dict[str, Officer]]:
        rows = self._session.exec(select(Officer).where(col(Officer.department).in_(self.items)))
        found: dict[str, dict[str, Officer]] = defaultdict(dict)
        for row in rows:
            found[row.department][row.code] = row
        return found

    @cached_property
    def _visits(self) -> dict[Key, MovedVisit]:
        return {(one.code, one.department): one for one in self._paper.visits}

    def _check_task(self) -> None:
        paper, today = self._paper, self._clocks.today
        row = paper.row
        if paper.opened_on > today:
            self._fault(Sheet.TASKS, row, "发起日期", "在今日之后，请更正")
        if not paper.opened_on <= paper.drawn_on <= today:
            self._fault(Sheet.TASKS, row, "抽取日期", "须在发起日期至今日之间")
        if paper.last_day < paper.first_day:
            self._fault(Sheet.TASKS, row, "检查时段止", "早于检查时段起，请更正")

    def _check_subjects(self) -> None:
        for one in self._paper.subjects:
            if one.code not in self.subjects:
                self._fault(
                    Sheet.SUBJECTS, one.row, "代码", "不在检查对象名录库，请先 register import subjects"
                )
        self._once(Sheet.SUBJECTS, ((one.row, one.code) for one in self._paper.subjects))

    def _check_visit(self, visit: MovedVisit) -> None:
        if not self._of_task(Sheet.VISITS, visit.row, visit.code, visit.department):
            return
        own = self._officers[visit.department]
        if unknown := [code for code in visit.officers if code not in own]:
            words = f"不在本部门执法人员库：{'、'.join(unknown)}；请先 register import officers"
            self._fault(Sheet.VISITS, visit.row, "执法人员证号", words)
            return
        least = int(self._clocks.policies.value(PolicyKey.OFFICERS_PER_SUBJECT))
        if len(set(visit.officers)) < least:
            self._fault(
                Sheet.VISITS, visit.row, "执法人员证号", f"至少{least}人；未匹配的请删去本行，移入后自动匹配"
            )
        if visit.completed_on is None:
            expired = [code for code in visit.officers if own[code].certificate_to < self._paper.last_day]
            if expired:
                words = f"证件在检查时段内到期：{'、'.join(expired)}；请删去本行，移入后自动匹配"
                self._fault(Sheet.VISITS, visit.row, "执法人员证号", words)
        elif not self._paper.drawn_on <= visit.completed_on <= self._clocks.today:
            self._fault(Sheet.VISITS, visit.row, "检查完成日", "须在抽取日期至今日之间")

    def _check_result(self, result: MovedResult) -> None:
        if not self._of_task(Sheet.RESULTS, result.row, result.code, result.department):
            return
        visit = self._visits.get((result.code, result.department))
        done = visit.completed_on if visit else None
        if done is None:
            self._fault(Sheet.RESULTS, result.row, "代码", "“检查”中没有该户的检查完成日，请补充")
        elif not done <= result.entered_on <= self._clocks.today:
            self._fault(Sheet.RESULTS, result.row, "录入日期", "须在检查完成日至今日之间")
        try:
            check_categories(result.categories)
        except Refusal as refusal:
            self._fault(Sheet.RESULTS, result.row, "检查结果", refusal.words)
        if PROBLEM_CATEGORIES & set(result.categories) and not result.finding:
            self._fault(Sheet.RESULTS, result.row, "发现的问题", "检查结果为存在问题的须写明")
        self._check_publication(result)

    def _check_publication(self, result: MovedResult) -> None:
        national = self.channel(result.code) is Channel.NATIONAL
        if result.published_on is None:
            if national:
                words = (
                    "市场主体已录入未公示的暂不能移入：请待国家系统公示后移入；或不填该户结果，移入后重新录入"
                )
                self._fault(Sheet.RESULTS, result.row, "公示日期", words)
            return
        if not result.entered_on <= result.published_on <= self._clocks.today:
            self._fault(Sheet.RESULTS, result.row, "公示日期", "须在录入日期至今日之间")
        if not national and not result.address:
            self._fault(Sheet.RESULTS, result.row, "公示网址", "在本部门网站公示的须写明网址")

    def _check_whole_results(self) -> None:
        """All items of a subject and department were entered and published together."""
        for (_, department), results in self.entered.items():
            owed, row = self.items.get(department, frozenset()), results[0].row
            given = {one.item for one in results}
            if owed and given != owed:
                differ = "、".join(sorted(given ^ owed))
                self._fault(Sheet.RESULTS, row, "事项编号", f"须与该部门的抽查事项一致，缺少或多出：{differ}")
            if len({(one.entered_on, one.receipt, one.published_on) for one in results}) > 1:
                self._fault(Sheet.RESULTS, row, "录入日期", "同一户各事项的录入、回执、公示须相同")

    def _check_disposal(self, disposal: MovedDisposal) -> None:
        row, today = disposal.row, self._clocks.today
        found = [
            one
            for one in self.entered.get((disposal.code, disposal.department), [])
            if one.item == disposal.item and PROBLEM_CATEGORIES & set(one.categories)
        ]
        if not found:
            self._fault(Sheet.DISPOSALS, row, "事项编号", "“结果”中该户该事项没有存在问题的结果，请核对")
        owner = self._session.get(Department, disposal.owner)
        if owner is None or owner.office != self._row_office:
            self._fault(Sheet.DISPOSALS, row, "责任部门", "不是本领导小组的部门，请更正")
        if disposal.state not in _STATES:
            words = "只能移入“办理中”和“已立案”的；移送中的请先在原平台办到接收，或按“办理中”移入后重新移送"
            self._fault(Sheet.DISPOSALS, row, "状态", words)
        if disposal.state is DisposalState.FILED and disposal.kind is not DisposalKind.CASE:
            self._fault(Sheet.DISPOSALS, row, "状态", "只有“立案”可填“已立案”")
        if not disposal.opened_on <= min(disposal.due, today):
            self._fault(Sheet.DISPOSALS, row, "开启日期", "须不晚于今日和到期日")

    def _check_stage(self) -> None:
        """The stage that the sheets add up to is the one that the office believes it to be in."""
        stages = []
        for department in self.items:
            visits = [one for one in self._paper.visits if one.department == department]
            entered = [results for (_, one), results in self.entered.items() if one == department]
            stages.append(
                branch_stage(
                    subjects=len(self._paper.subjects),
                    matched=len(visits),
                    visited=sum(one.completed_on is not None for one in visits),
                    receipted=len(entered),
                    published=sum(results[0].published_on is not None for results in entered),
                )
            )
        reached = min(stages, default=Stage.MATCH)
        if reached != self._paper.stage:
            words = f"填为第{self._paper.stage}步，而按各表所填应为第{int(reached)}步（{reached.label}）；请核对各表是否齐全"
            self._fault(Sheet.TASKS, self._paper.row, "所在步骤", words)

    def _of_task(self, sheet: Sheet, row: int, code: str, department: str) -> bool:
        if department not in self.items:
            self._fault(sheet, row, "部门", "没有领取本任务，请核对“部门”表")
        elif code not in self.subjects:
            self._fault(sheet, row, "代码", "不在本任务的“对象”表中，请核对")
        else:
            return True
        return False
