"""An office's exchange with the provincial platform: batches out, receipts in (平台交换)."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import Errand, ExchangeProgress, ExchangeStart, TaskStep, Wake
    from workflows import attributes, projection, steps
    from workflows.paper_desk import IDLE
    from workflows.watch import Watch

POLL_FIRST = timedelta(seconds=2)
POLL_LAST = timedelta(minutes=5)


@workflow.defn
class ExchangeWorkflow:
    """One per office; it waits for no other workflow, it tells them what came back."""

    @workflow.init
    def __init__(self, start: ExchangeStart) -> None:
        self._office = start.office
        self._watch = Watch()
        self._shown = attributes.Shown()
        self._progress: ExchangeProgress | None = None

    @workflow.run
    async def run(self, start: ExchangeStart) -> None:
        """Round after round: at once when something is queued, less and less often while an answer is out."""
        pause = POLL_FIRST
        while True:
            asked = self._watch.look()
            progress = await self._round()
            await self._watch.renew(start)
            moving = asked or progress.facts or (progress.queued and not progress.away)
            pause = POLL_FIRST if moving else min(pause * 2, POLL_LAST)
            await self._sleep(progress, pause)

    @workflow.signal(description="有待发送的公示事项")
    def wake(self, _: Wake) -> None:
        """Something was queued."""
        self._watch.wake()

    @workflow.query(description="交换进展")
    def progress(self) -> ExchangeProgress | None:
        """What is on its way, as last read."""
        return self._progress

    async def _round(self) -> ExchangeProgress:
        step = TaskStep(task=self._office, now=workflow.now())
        progress = self._progress = await steps.exchange(step)
        workflow.set_current_details(projection.exchange_details(progress))
        self._shown.show(attributes.exchange_standing(progress))
        left = progress.outbox
        while left:
            left = await steps.deliver_outbox(Errand(source=f"exchange/{self._office}", now=workflow.now()))
        return progress

    async def _sleep(self, progress: ExchangeProgress, pause: timedelta) -> None:
        out = progress.queued or progress.unanswered
        words = f"等平台回执（{progress.unanswered}件）" if out else "无待发送事项"
        if progress.rejected and not out:
            words = f"等部门更正退回的{progress.rejected}条"
        if progress.away:
            words = "省平台连接不上，稍后再试"
        await self._watch.sleep(pause if out or progress.away else IDLE, words)
