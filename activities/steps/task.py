"""The activities of a joint task: each one transaction, each safe to run again."""

from collections.abc import Callable

from sqlmodel import Session, col, select
from temporalio import activity

from activities.acts.claims import offer
from activities.clocks.rungs import fire_due
from activities.clocks.waits import Clocks
from activities.draw.contributing import settle_overdue, watch_due
from activities.draw.drawing import draw_act
from activities.draw.fixing import fix_act
from activities.match.officers import match_department
from activities.papers.apply import apply_request
from activities.progress import advance, read_progress
from adapters.database import Database
from models.messages import Applied, ApplyRequest, Progress, TaskStep
from models.task import JointTask, TakingPart
from rules.stages import Claim, TaskStatus

Step = Callable[[Clocks, JointTask], None]


class TaskActivities:
    """A task's steps against one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @activity.defn(name="read_task")
    def read_task(self, step: TaskStep) -> Progress:
        """Where the task stands: asked for at the start of every run."""
        with self.database.read() as session:
            return read_progress(session, step.task)

    @activity.defn(name="apply_task_papers")
    def apply_task_papers(self, request: ApplyRequest) -> Applied:
        """Rule on all papers that wait for the task, in one transaction with their answers."""
        task_id = request.target.split("/", 1)[1]
        answers, progress = apply_request(
            self.database, request, lambda session: read_progress(session, task_id)
        )
        return Applied(answers=answers, progress=progress)

    @activity.defn(name="offer_to_partners")
    def offer_to_partners(self, step: TaskStep) -> Progress:
        """Offer the task to every partner that has not been told yet."""

        def act(clocks: Clocks, task: JointTask) -> None:
            parts = clocks.session.exec(
                select(TakingPart).where(col(TakingPart.task) == task.id, col(TakingPart.claim) == Claim.NONE)
            ).all()
            for part in parts:
                offer(clocks, task, part)

        return self._do(step, act)

    @activity.defn(name="fix_draw")
    def fix_draw(self, step: TaskStep) -> Progress:
        """Freeze and hash everything that a draw act depends on."""
        return self._do(step, lambda clocks, task: fix_act(clocks, task, step.act), snapshot=True)

    @activity.defn(name="execute_draw")
    def execute_draw(self, step: TaskStep) -> Progress:
        """Draw the subjects of a fixed act from the opened links."""
        return self._do(step, lambda clocks, task: draw_act(clocks, task, step.act))

    @activity.defn(name="match_officers")
    def match_officers(self, step: TaskStep) -> Progress:
        """Match a department's officers to its unmatched visits."""
        return self._do(step, lambda clocks, task: match_department(clocks, task, step.department))

    @activity.defn(name="fire_task_rungs")
    def fire_task_rungs(self, step: TaskStep) -> Progress:
        """Apply what a missed deadline of the draw entails, and fire the rungs that are due, each once."""

        def act(clocks: Clocks, task: JointTask) -> None:
            settle_overdue(clocks, task)
            fire_due(clocks, f"joint-task/{task.id}")
            watch_due(clocks, task)

        return self._do(step, act)

    def _do(self, step: TaskStep, act: Step, *, snapshot: bool = False) -> Progress:
        with self.database.write(snapshot=snapshot) as session:
            task = _locked(session, step.task)
            clocks = Clocks(session, task.office, step.now)
            if task.status is TaskStatus.OPEN:
                act(clocks, task)
                advance(clocks, task)
            return read_progress(session, task.id)


def _locked(session: Session, task_id: str) -> JointTask:
    return session.get_one(JointTask, task_id, with_for_update=True)
