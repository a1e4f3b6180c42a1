"""Disposals and corrections: cases with a life of their own, which may outlive the task by years."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import (
        AnswerSlip,
        ApplyRequest,
        CaseProgress,
        CaseStart,
        CaseStep,
        Errand,
        Slip,
        Wake,
    )
    from workflows import attributes, projection, steps
    from workflows.afresh import Afresh, broken
    from workflows.paper_desk import Errands, PaperDesk, words_for


class Case:
    """What a disposal and a correction have in common: papers, waits, one timer, and an end read from SQL."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.desk = PaperDesk(target)
        self.progress: CaseProgress | None = None
        self._errands = Errands(self._deliver)
        self._shown = attributes.Shown()

    async def until_closed(self) -> CaseProgress:
        """Serve papers and rungs until SQL says that the case is closed; returns the last state."""
        self._note(await steps.read_case(self._step()))
        running = [
            asyncio.create_task(self.desk.serve(self._apply, self._fire)),
            asyncio.create_task(self._errands.run()),
        ]
        await workflow.wait_condition(lambda: self._ended or self.desk.afresh or broken(running) is not None)
        if error := broken(running):
            raise error
        await workflow.wait_condition(
            lambda: workflow.all_handlers_finished() and self.desk.idle and self._errands.idle
        )
        for one in running:
            one.cancel()
        if not self._ended or self.progress is None:
            raise Afresh
        return self.progress

    @property
    def _ended(self) -> bool:
        # A case whose first paper is just being ruled on has no row yet: it has not ended.
        return self.progress is not None and self.progress.closed and workflow.all_handlers_finished()

    async def _apply(self, papers: tuple[str, ...]) -> tuple[AnswerSlip, ...]:
        request = ApplyRequest(target=self.target, now=workflow.now(), submissions=papers)
        applied = await steps.apply_case_papers(request, words_for(papers))
        self._note(applied.progress)
        return applied.answers

    async def _fire(self) -> None:
        self._note(await steps.fire_case_rungs(self._step()))

    async def _deliver(self) -> int:
        task = self.progress.task if self.progress else ""
        return await steps.deliver_outbox(Errand(source=task, now=workflow.now())) if task else 0

    def _step(self) -> CaseStep:
        return CaseStep(target=self.target, now=workflow.now())

    def _note(self, progress: CaseProgress) -> None:
        if self.progress is None or progress.state != self.progress.state:
            self.desk.pass_border()
        self.progress = progress
        self._errands.want(progress.outbox)
        self.desk.expect(progress.next_rung, f"{progress.label}：{progress.state}")
        workflow.set_current_details(projection.case_details(progress, self.target))
        self._shown.show(
            attributes.standing(
                office=progress.office,
                plan=progress.task.split("/", 1)[0],
                stage=progress.state,
                waits=progress.waits,
                level=progress.level,
            )
        )


class CaseHandlers:
    """The messages that a disposal and a correction take alike; each workflow only sets its case."""

    _case: Case

    @workflow.update(description="办理：按编号处理一份已提交的文书")
    async def act(self, slip: Slip) -> AnswerSlip:
        """A person acts on the case; a correction's first paper starts it."""
        return await self._case.desk.receive(slip)

    @act.validator
    def _names_an_actor(self, slip: Slip) -> None:
        if not all(one.actor and one.submission for one in slip.all):
            raise ValueError("a paper names who files it; use starter.py")

    @workflow.signal(description="有关事实已变化，请重读数据库")
    def wake(self, wake: Wake) -> None:
        """The platform's receipts came."""
        self._case.desk.wake(wake)

    @workflow.query(description="案件当前进展")
    def progress(self) -> CaseProgress | None:
        """Where the case stands, as last read."""
        return self._case.progress


@workflow.defn
class DisposalWorkflow(CaseHandlers):
    """The follow-up of one finding: its own clock, owner and end (后续处置)."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self._case = Case(f"disposal/{start.case}")

    @workflow.run
    async def run(self, start: CaseStart) -> CaseProgress:
        """Step by step to an end; its outcome is published before it closes."""
        try:
            return await self._case.until_closed()
        except Afresh:
            workflow.continue_as_new(start)


@workflow.defn
class CorrectionWorkflow(CaseHandlers):
    """A correction of a locked result, to its publication; also years after the task's end (更正)."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self._case = Case(f"correction/{start.case}")

    @workflow.run
    async def run(self, start: CaseStart) -> CaseProgress:
        """Asked for, signed by the head, published."""
        try:
            return await self._case.until_closed()
        except Afresh:
            workflow.continue_as_new(start)
