"""A department's part in a joint task, from the match of its officers to its last disposal."""

from collections.abc import Awaitable, Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import BranchProgress
    from rules.stages import Stage


class DepartmentBranch:
    """One taking-part department, the initiator too; it flows at its own pace, subject by subject."""

    def __init__(
        self,
        department: str,
        look: Callable[[str], BranchProgress | None],
        match: Callable[[str], Awaitable[None]],
    ) -> None:
        self.department = department
        self._look = look
        self._match = match

    async def run(self) -> None:
        """The department's way through the stages that it goes alone; what comes back to it goes it once more."""
        while True:
            await self.match_inspectors()
            await self.inspect()
            await self.enter_results()
            await self.publicize()
            await self.follow_up()
            await workflow.wait_condition(lambda: not self._past(Stage.FOLLOW_UP))

    async def match_inspectors(self) -> None:
        """Match officers until no subject is without them."""
        await self._until_past(Stage.MATCH)

    async def inspect(self) -> None:
        """Every subject is visited; until then a replacement or a sick officer asks for another match."""
        await self._until_past(Stage.INSPECT)

    async def enter_results(self) -> None:
        """Every result is approved and has the platform's receipt."""
        await self._until_past(Stage.ENTER)

    async def publicize(self) -> None:
        """Every result is public."""
        await self._until_past(Stage.PUBLICIZE)

    async def follow_up(self) -> None:
        """Every disposal has ended and every summary is receipted."""
        await self._until_past(Stage.FOLLOW_UP)

    async def _until_past(self, stage: Stage) -> None:
        """Wait until the department is past a stage; a match that is asked for meanwhile is made."""
        while not self._past(stage):
            await workflow.wait_condition(lambda: self._past(stage) or self._to_match())
            if self._to_match():
                await self._match(self.department)

    def _past(self, stage: Stage) -> bool:
        """Past a stage, compared with "past" and never "equal": SQL may be ahead. A released part is past all."""
        progress = self._look(self.department)
        return progress is None or progress.stage > stage

    def _to_match(self) -> bool:
        progress = self._look(self.department)
        return progress is not None and progress.to_match
