"""A department's desk for a year: where partners receive signals (部门工作台)."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import DeskProgress, DeskStart, TaskStep, Wake
    from workflows import attributes, projection, steps
    from workflows.paper_desk import IDLE
    from workflows.watch import Watch


@workflow.defn
class DepartmentWorkflow:
    """Tells the people concerned: at once what is urgent, the rest with the digest."""

    @workflow.init
    def __init__(self, start: DeskStart) -> None:
        self._start = start
        self._id = f"department/{start.department}/{start.year}"
        self._watch = Watch()
        self._shown = attributes.Shown()
        self._progress: DeskProgress | None = None

    @workflow.run
    async def run(self, start: DeskStart) -> DeskProgress:
        """Tend the desk at each signal, digest hour and rung, until the year is over."""
        while True:
            self._watch.look()
            progress = await self._tend()
            if progress.over and not self._watch.woken:
                return progress
            await self._watch.renew(start)
            await self._sleep(progress, await self._send() if progress.to_send else None)

    @workflow.signal(description="有任务通知、抽取、到期、逾期、免除或撤销等事实")
    def wake(self, _: Wake) -> None:
        """A fact concerns this department: offered, drawn, due, overdue, released, cancelled …"""
        self._watch.wake()

    @workflow.query(description="部门待办")
    def progress(self) -> DeskProgress | None:
        """What the department owes, as last read."""
        return self._progress

    async def _tend(self) -> DeskProgress:
        step = TaskStep(task=self._id, now=workflow.now(), department=self._start.department)
        progress = self._progress = await steps.tend_desk(step)
        workflow.set_current_details(projection.desk_details(progress))
        self._shown.show(
            attributes.standing(
                office=progress.office,
                stage=f"待办{progress.waits_open}项",
                waits=progress.waits,
                level=progress.level,
            )
        )
        return progress

    async def _send(self) -> datetime | None:
        """Send what is due through the channels; returns when the next try of what failed is."""
        step = TaskStep(task=self._id, now=workflow.now(), department=self._start.department)
        return (await steps.send_digests(step)).next_try

    async def _sleep(self, progress: DeskProgress, next_try: datetime | None) -> None:
        moments = [
            (progress.digest_at, "等每日提醒时刻"),
            (progress.next_rung, "等催办时刻"),
            (next_try, "稍后再送没有送达的邮件、即时通讯"),
        ]
        ahead = [(at, words) for at, words in moments if at is not None]
        first, words = min(ahead, default=(workflow.now() + IDLE, "等新的通知"))
        await self._watch.sleep(first - workflow.now(), words)
