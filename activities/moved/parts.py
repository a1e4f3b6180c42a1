"""What must hold of every task before it moves in: its departments, its claims, its day (移入的核对)."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from activities.authority import name_of
from activities.clocks.waits import Clocks
from models.moving import MovedPart, Sheet
from models.papers import MoveUndrawnIn, MovingPaper
from models.plan import PlanRowVersion
from models.registers import CheckItem
from rules.refusal import Refusal
from rules.stages import Claim, Stage
from rules.window import Window, inside

SHOWN = 40


class PartChecks:
    """The sheets of one task against the registers: every fault by sheet, row and field, with its remedy."""

    drawn = True
    """Whether the old portal has drawn the task: then nothing of its claims and items is open."""

    def __init__(self, clocks: Clocks, row: PlanRowVersion, paper: MovingPaper) -> None:
        self._clocks = clocks
        self._session: Session = clocks.session
        self._row = row
        self._head = paper
        self._faults: list[str] = []

    def _refuse(self) -> None:
        if self._faults:
            more = len(self._faults) - SHOWN
            lines = self._faults[:SHOWN] + ([f"另有{more}处"] if more > 0 else [])
            raise Refusal("MoveInFaulty", "请更正后重新移入：" + "；".join(lines))

    def _fault(self, sheet: Sheet, row: int, field: str, remedy: str) -> None:
        self._faults.append(f"“{sheet.value}”第{row}行 {field}：{remedy}")

    def _check_parts(self) -> None:
        planned = {self._row.initiator or "", *self._row.partners}
        given = {one.department for one in self._head.parts}
        for missing in sorted(planned - given):
            words = f"计划中的参与部门{name_of(self._session, missing)}没有列出，请补充"
            self._fault(Sheet.TASKS, self._head.row, "部门", words)
        for one in self._head.parts:
            if one.department not in planned:
                self._fault(Sheet.PARTS, one.row, "部门", "不是该计划行的参与部门，请删去或先调整计划")
            self._check_claim(one)
            if one.items or (self.drawn and one.claimed):
                self._check_items(one)
        self._once(Sheet.PARTS, ((one.row, one.department) for one in self._head.parts))

    def _check_claim(self, one: MovedPart) -> None:
        initiator = one.department == self._row.initiator
        if initiator and not one.claimed:
            self._fault(Sheet.PARTS, one.row, "领取情况", "发起部门不能免除，请填“已领取”")
        if self.drawn and not one.claim.settled:
            words = "请填“已领取”或“已免除”：抽取后不再有待领取的"
            self._fault(Sheet.PARTS, one.row, "领取情况", words)
        if one.claimed_on is None:
            if one.claimed and not (self.drawn or initiator):
                self._fault(Sheet.PARTS, one.row, "领取日期", "已领取的请填在原平台领取的日期")
        elif not one.claimed:
            self._fault(Sheet.PARTS, one.row, "领取日期", "只有已领取的才填，请删去")
        elif not self._head.opened_on <= one.claimed_on <= self._clocks.today:
            self._fault(Sheet.PARTS, one.row, "领取日期", "须在发起日期至今日之间")

    def _check_items(self, one: MovedPart) -> None:
        known = set(
            self._session.exec(
                select(CheckItem.code).where(col(CheckItem.department) == one.department)
            ).all()
        )
        unknown = [code for code in one.items if code not in known]
        if not one.items or unknown:
            words = "、".join(unknown) or "（空）"
            self._fault(
                Sheet.PARTS, one.row, "抽查事项", f"部门事项清单中没有：{words}；请填事项编号，以顿号分开"
            )

    def _once(self, sheet: Sheet, rows: Iterable[tuple[object, ...]]) -> None:
        seen: set[tuple[object, ...]] = set()
        for row, *key in rows:
            if tuple(key) in seen:
                self._fault(sheet, int(str(row)), "重复", "与前面的行重复，请删去")
            seen.add(tuple(key))


class UndrawnChecks(PartChecks):
    """A task that is not drawn yet: its claims and its day, for all else is done here."""

    drawn = False

    def refuse_faults(self, paper: MoveUndrawnIn, window: Window) -> None:
        """Refuses `MoveInFaulty` with all that is wrong, a line each."""
        self._check_parts()
        self._check_days(paper, window)
        if not self._faults:
            self._check_stage(paper)
        self._refuse()

    def _check_days(self, paper: MoveUndrawnIn, window: Window) -> None:
        today, row = self._clocks.today, paper.row
        if paper.opened_on > today:
            self._fault(Sheet.TASKS, row, "发起日期", "在今日之后，请更正")
        elif not inside(paper.opened_on, window):
            words = (
                f"不在抽查起止时间（{window[0]}至{window[1]}）内；窗口外的不移入，请由办公室 "
                f"task approve-launch {paper.document} {paper.seq} 批准后在本系统发起"
            )
            self._fault(Sheet.TASKS, row, "发起日期", words)
        if (paper.first_day is None) != (paper.last_day is None):
            self._fault(Sheet.TASKS, row, "检查时段止", "起止须同时填写，或同时留空")
        elif paper.first_day is not None and paper.last_day is not None:
            if paper.last_day < paper.first_day:
                self._fault(Sheet.TASKS, row, "检查时段止", "早于检查时段起，请更正")
            elif paper.last_day < today:
                self._fault(Sheet.TASKS, row, "检查时段止", "已经过去；请将起止留空，移入后重新安排")

    def _check_stage(self, paper: MoveUndrawnIn) -> None:
        """What is stated of the claims is what the stage says: three, all settled; one, none answered."""
        answers = [one.claim for one in paper.parts if one.department != self._row.initiator]
        answered = [claim is not Claim.NONE for claim in answers]
        if not answers or paper.stage == {True: Stage.DRAW, False: Stage.NOTIFY}[all(answered)]:
            return
        if not any(answered) and paper.stage == Stage.INITIATE:
            return
        reached = Stage.DRAW if all(answered) else Stage.NOTIFY
        words = (
            f"填为第{paper.stage}步，而按“部门”表的领取情况应为第{int(reached)}步（{reached.label}）；请核对"
        )
        self._fault(Sheet.TASKS, paper.row, "所在步骤", words)
