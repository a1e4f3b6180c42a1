"""Definitions of other builds: the task's workflow as it was, as it will be, and as it must not become."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import TaskEnd, TaskStart
    from worker import WORKFLOWS
    from workflows import steps
    from workflows.afresh import Run
    from workflows.joint_task import JointTaskWorkflow

PATCH = "look-again-before-the-visits"


class _Unaware(Run):
    """Before runs knew of builds."""

    @property
    def outlived(self) -> bool:
        return False


@workflow.defn(name="JointTaskWorkflow")
class EarlierTask(JointTaskWorkflow):
    """As it was before stage borders knew of builds: it goes on in one run whatever worker comes."""

    @workflow.init
    def __init__(self, start: TaskStart) -> None:
        super().__init__(start)
        self._desk._span = _Unaware()

    @workflow.run
    async def run(self, start: TaskStart) -> TaskEnd:
        """As today."""
        return await super().run(start)


@workflow.defn(name="JointTaskWorkflow")
class LaterTask(JointTaskWorkflow):
    """As a later build may have it: one step more, guarded by a patch, and still one run."""

    @workflow.init
    def __init__(self, start: TaskStart) -> None:
        super().__init__(start)
        self._desk._span = _Unaware()

    @workflow.run
    async def run(self, start: TaskStart) -> TaskEnd:
        """As today."""
        return await super().run(start)

    async def _match_inspectors(self) -> None:
        if workflow.patched(PATCH):
            self._note(await steps.read_task(self._step()))
        await super()._match_inspectors()


@workflow.defn(name="JointTaskWorkflow")
class CarelessTask(JointTaskWorkflow):
    """A pause more without a patch: tasks that are past it could not go on."""

    @workflow.init
    def __init__(self, start: TaskStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TaskStart) -> TaskEnd:
        """As today."""
        return await super().run(start)

    async def _match_inspectors(self) -> None:
        await workflow.sleep(1)
        await super()._match_inspectors()


def build_with(task: type) -> tuple[type, ...]:
    """All workflows, with another definition of the task's."""
    return tuple(task if one is JointTaskWorkflow else one for one in WORKFLOWS)
