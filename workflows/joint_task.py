"""One durable workflow per joint task: eight stages from the launch to the last disposal (联合抽查任务)."""

import asyncio
from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import structlog

    from models.messages import (
        AnswerSlip,
        ApplyRequest,
        BranchProgress,
        Errand,
        Progress,
        Slip,
        TaskEnd,
        TaskStart,
        TaskStep,
        Wake,
    )
    from rules.stages import Stage, TaskStatus
    from workflows import attributes, projection, steps, waiting
    from workflows.afresh import Afresh, broken
    from workflows.branch import DepartmentBranch
    from workflows.paper_desk import Errands, PaperDesk, words_for

log = structlog.get_logger(__name__)


@workflow.defn
class JointTaskWorkflow:
    """Truth stands in SQL; this holds where the task is, who is waited for, and one timer."""

    @workflow.init
    def __init__(self, start: TaskStart) -> None:
        self._task = start.task
        self._target = f"joint-task/{start.task}"
        self._progress: Progress | None = None
        self._desk = PaperDesk(self._target)
        self._errands = Errands(self._deliver)
        self._running: list[asyncio.Task[None]] = []
        self._shown = attributes.Shown()

    @workflow.run
    async def run(self, start: TaskStart) -> TaskEnd:
        """The eight stages; from the match on each department flows at its own pace."""
        await self._open()
        try:
            await self._initiate()
            await self._notify_partners()
            await self._draw_subjects()
            await self._match_inspectors()
            await self._inspect()
            await self._enter_results()
            await self._publicize()
            await self._follow_up()
        except Afresh:
            await self._end_run()
            workflow.continue_as_new(start)
        return await self._close()

    @workflow.update(description="办理：按编号处理一份已提交的文书")
    async def act(self, slip: Slip) -> AnswerSlip:
        """A person acts: the paper lies in SQL, here comes its number."""
        return await self._desk.receive(slip)

    @act.validator
    def _names_an_actor(self, slip: Slip) -> None:
        if not all(one.actor and one.submission for one in slip.all):
            raise ValueError("a paper names who files it; use starter.py")

    @workflow.signal(description="有关事实已变化，请重读数据库")
    def wake(self, wake: Wake) -> None:
        """A fact happened elsewhere: receipts came, a disposal ended."""
        self._desk.wake(wake)

    @workflow.query(description="任务当前进展")
    def progress(self) -> Progress | None:
        """Where the task stands, as last read."""
        return self._progress

    async def _open(self) -> None:
        """Read where the task stands, and begin to serve papers, errands and departments."""
        self._note(await steps.read_task(self._step()))
        self._running = [
            asyncio.create_task(self._desk.serve(self._apply, self._fire)),
            asyncio.create_task(self._errands.run()),
        ]

    async def _initiate(self) -> None:
        """1 发起: the initiator's scope, items and periods, each confirmed by a second person."""
        await self._until_past(Stage.INITIATE)

    async def _notify_partners(self) -> None:
        """2 通知: offer the task to the partners; all claims are settled before the draw."""
        if self._sight.to_offer:
            self._note(await steps.offer_to_partners(self._step()))
        await self._until_past(Stage.NOTIFY)

    async def _draw_subjects(self) -> None:
        """3 抽取: fix and hash, wait for the links, draw; the draw comes before the match."""
        await self._until_past(Stage.DRAW)

    async def _match_inspectors(self) -> None:
        """4 匹配: each department at random among its own officers."""
        for branch in self._sight.branches:
            department = DepartmentBranch(branch.department, self._branch, self._match)
            self._running.append(asyncio.create_task(department.run()))
        await self._until_past(Stage.MATCH)

    async def _inspect(self) -> None:
        """5 检查: one visit for all; replacement and re-draw stay possible until the last check."""
        await self._until_past(Stage.INSPECT)

    async def _enter_results(self) -> None:
        """6 录入: submitted, approved and receipted within 20 working days of completion."""
        await self._until_past(Stage.ENTER)

    async def _publicize(self) -> None:
        """7 公示: every result is public, by its subject's legal form."""
        await self._until_past(Stage.PUBLICIZE)

    async def _follow_up(self) -> None:
        """8 处置: open until the last disposal has ended and every summary is receipted."""
        await self._until_past(Stage.FOLLOW_UP)

    async def _close(self) -> TaskEnd:
        """Answer what still comes in, send what is still unsent, and end."""
        await self._end_run()
        return TaskEnd(task=self._task, status=self._sight.status)

    async def _end_run(self) -> None:
        await workflow.wait_condition(
            lambda: workflow.all_handlers_finished() and self._desk.idle and self._errands.idle
        )
        for running in self._running:
            running.cancel()

    @property
    def _sight(self) -> Progress:
        if self._progress is None:
            raise RuntimeError("the task was not read yet")
        return self._progress

    @property
    def _open_case(self) -> bool:
        return self._sight.status is TaskStatus.OPEN

    @property
    def _drawing(self) -> bool:
        return self._sight.act.to_fix or self._sight.act.to_draw

    def _branch(self, department: str) -> BranchProgress | None:
        return next((one for one in self._sight.branches if one.department == department), None)

    async def _until_past(self, stage: Stage) -> None:
        """Wait until the task is past a stage; every draw act that is ready meanwhile is fixed and drawn.

        A replacement may fall due at any stage: it was asked for before the last check.
        """
        while self._sight.stage <= stage and self._open_case:
            await self._until(lambda: self._drawing or self._sight.stage > stage)
            act = self._sight.act
            if act.to_fix:
                self._note(await steps.fix_draw(self._step(act=act.number)))
            elif act.to_draw:
                self._note(await steps.execute_draw(self._step(act=act.number)))

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition, for the task's end by order, or for the moment to continue as new."""
        await workflow.wait_condition(
            lambda: (
                condition() or not self._open_case or self._desk.afresh or broken(self._running) is not None
            )
        )
        if error := broken(self._running):
            raise error
        if self._desk.afresh and self._open_case and not condition():
            raise Afresh

    async def _apply(self, papers: tuple[str, ...]) -> tuple[AnswerSlip, ...]:
        request = ApplyRequest(target=self._target, now=workflow.now(), submissions=papers)
        applied = await steps.apply_task_papers(request, words_for(papers))
        self._note(applied.progress)
        return applied.answers

    async def _fire(self) -> None:
        self._note(await steps.fire_task_rungs(self._step()))

    async def _match(self, department: str) -> None:
        branch = self._branch(department)
        name = branch.name if branch else department
        self._note(await steps.match_officers(self._step(department=department), name))

    async def _deliver(self) -> int:
        return await steps.deliver_outbox(Errand(source=self._task, now=workflow.now()))

    def _step(self, department: str = "", act: int = 0) -> TaskStep:
        return TaskStep(task=self._task, now=workflow.now(), department=department, act=act)

    def _note(self, progress: Progress) -> None:
        """Take in a newer state and show it; an older one that comes late only brings its errands."""
        self._errands.want(progress.outbox)
        if self._progress is not None and progress.version < self._progress.version:
            return
        if self._progress is None or progress.stage is not self._progress.stage:
            log.info("stage", task=self._task, stage=progress.stage.name, level=progress.level)
            self._desk.pass_border()
        self._progress = progress
        self._desk.expect(progress.next_rung, _timer_words(progress))
        workflow.set_current_details(projection.task_details(progress))
        self._shown.show(
            attributes.standing(
                office=progress.office,
                plan=progress.document,
                stage=f"{min(int(progress.stage), 8)} {progress.stage.label}",
                waits=progress.waits,
                level=progress.level,
                else_for="处置办结" if any(one.disposals_open for one in progress.branches) else "",
            )
        )


def _timer_words(progress: Progress) -> str:
    if not progress.waits:
        return progress.stage.label
    return f"{progress.stage.label}：等 {waiting.waiting_names(progress.waits)}"
