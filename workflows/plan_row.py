"""The watch over one adopted row of a plan for its year (计划行跟踪)."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import Errand, RowProgress, RowStart, TaskStep, Wake
    from workflows import attributes, projection, steps
    from workflows.paper_desk import IDLE, spread_of
    from workflows.watch import Watch


@workflow.defn
class PlanRowWorkflow:
    """Opens with the window, reminds, escalates; it is told of launches and is never a task's parent."""

    @workflow.init
    def __init__(self, start: RowStart) -> None:
        self._row = start.row
        self._watch = Watch()
        self._shown = attributes.Shown()
        self._progress: RowProgress | None = None

    @workflow.run
    async def run(self, start: RowStart) -> RowProgress:
        """Tend the row at each signal, opening, closing and rung, until its year holds nothing more."""
        while True:
            self._watch.look()
            progress = await self._tend()
            if progress.over and not self._watch.woken:
                return progress
            await self._watch.renew(start)
            await self._sleep(progress)

    @workflow.signal(description="任务已发起或撤销、计划已调整，请重读数据库")
    def wake(self, _: Wake) -> None:
        """A fact concerns this row: adopted, launched, cancelled, adjusted, omitted."""
        self._watch.wake()

    @workflow.query(description="计划行当前情况")
    def progress(self) -> RowProgress | None:
        """Where the row stands, as last read."""
        return self._progress

    async def _tend(self) -> RowProgress:
        progress = self._progress = await steps.tend_row(TaskStep(task=self._row, now=workflow.now()))
        left = progress.outbox
        while left:
            left = await steps.deliver_outbox(Errand(source=progress.document, now=workflow.now()))
        workflow.set_current_details(projection.row_details(progress))
        self._shown.show(
            attributes.standing(
                office=progress.office,
                plan=progress.document,
                stage=progress.state,
                waits=progress.waits,
                level=progress.level,
            )
        )
        return progress

    async def _sleep(self, progress: RowProgress) -> None:
        patience = IDLE
        if progress.next_at is not None:
            patience = progress.next_at + spread_of(f"plan-row/{self._row}") - workflow.now()
        await self._watch.sleep(patience, projection.row_waits_for(progress))
