"""A department's desk for a year: where partners receive signals (部门工作台)."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import DeskProgress, DeskStart, TaskStep, Wake
    from workflows import attributes, projection, steps
    from workflows.afresh import Run
    from workflows.paper_desk import IDLE


@workflow.defn
class DepartmentWorkflow:
    """Tells the people concerned: at once what is urgent, the rest with the digest."""

    @workflow.init
    def __init__(self, start: DeskStart) -> None:
        self._start = start
        self._id = f"department/{start.department}/{start.year}"
        self._woken = True
        self._span = Run()
        self._progress: DeskProgress | None = None
        self._shown: attributes.Standing | None = None

    @workflow.run
    async def run(self, start: DeskStart) -> DeskProgress:
        """Tend the desk at each signal, digest hour and rung, until the year is over."""
        while True:
            self._woken = False
            progress = await self._tend()
            if progress.over and not self._woken:
                return progress
            if self._span.long or self._span.outlived:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(start)
            await self._sleep(progress, await self._send() if progress.to_send else None)

    @workflow.signal(description="有任务通知、抽取、到期、逾期、免除或撤销等事实")
    def wake(self, _: Wake) -> None:
        """A fact concerns this department: offered, drawn, due, overdue, released, cancelled …"""
        self._woken = True

    @workflow.query(description="部门待办")
    def progress(self) -> DeskProgress | None:
        """What the department owes, as last read."""
        return self._progress

    async def _tend(self) -> DeskProgress:
        step = TaskStep(task=self._id, now=workflow.now(), department=self._start.department)
        progress = self._progress = await steps.tend_desk(step)
        workflow.set_current_details(projection.desk_details(progress))
        shown = attributes.standing(
            office=progress.office,
            stage=f"待办{progress.waits_open}项",
            waits=progress.waits,
            level=progress.level,
        )
        if shown != self._shown:
            self._shown = shown
            workflow.upsert_search_attributes(shown.updates())
        return progress

    async def _send(self) -> datetime | None:
        """Send what is due through the channels; returns when the next try of what failed is."""
        step = TaskStep(task=self._id, now=workflow.now(), department=self._start.department)
        return (await steps.send_digests(step)).next_try

    async def _sleep(self, progress: DeskProgress, next_try: datetime | None) -> None:
        moments = [at for at in (progress.digest_at, progress.next_rung, next_try) if at is not None]
        patience = min(moments) - workflow.now() if moments else IDLE
        words = "等到每日提醒时刻" if progress.digest_at else "等新的通知"
        try:
            await workflow.wait_condition(
                lambda: self._woken, timeout=max(patience, timedelta(seconds=1)), timeout_summary=words
            )
        except TimeoutError:
            return
