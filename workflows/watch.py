"""Looking again and again at what SQL says: what a desk, a plan row and an exchange have in common."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import DeskStart, ExchangeStart, RowStart
    from workflows.afresh import Run


class Watch:
    """Woken by a signal or by its timer, a workflow looks again; it takes no papers and holds nothing else."""

    def __init__(self) -> None:
        self.woken = True
        """Whether a fact came that the look in hand, or the last one, may not have seen."""
        self._span = Run()

    def wake(self) -> None:
        """A fact happened that SQL knows more of."""
        self.woken = True

    def look(self) -> bool:
        """A look begins, and what comes from here on asks for another; returns whether a fact asked for this one."""
        asked, self.woken = self.woken, False
        return asked

    async def renew(self, start: DeskStart | ExchangeStart | RowStart) -> None:
        """Continue as new where the run is long, or where another build carries it than it began under."""
        if self._span.long or self._span.outlived:
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(start)

    async def sleep(self, patience: timedelta, summary: str) -> None:
        """Wait for a fact, but no longer than this; a moment that has passed is a second ahead."""
        try:
            await workflow.wait_condition(
                lambda: self.woken, timeout=max(patience, timedelta(seconds=1)), timeout_summary=summary
            )
        except TimeoutError:
            return
