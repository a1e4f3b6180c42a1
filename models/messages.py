"""What travels through the engine: ids, counts, stages and hashes; never a name, code or finding."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from rules.stages import Claim, Stage, TaskStatus

TASK_QUEUE = "joint-inspection"


class Message(BaseModel):
    """A frozen message. New fields need a default: histories written by older builds are read again."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="ignore")


class Slip(Message):
    """The number of a filed paper: all that an update carries, with those of papers that came along."""

    submission: str
    sha256: str
    kind: str
    count: int = 1
    actor: str
    along: tuple["Slip", ...] = ()

    @property
    def all(self) -> "tuple[Slip, ...]":
        """This one and those that came along."""
        return (self, *self.along)


class AnswerSlip(Message):
    """What became of a paper; the words stand in the answer's row.

    `kind` and `actor` are given where no update had brought the paper's number: histories know them all.
    """

    submission: str
    outcome: str
    type: str
    kind: str = ""
    actor: str = ""


class WaitLine(Message):
    """One open wait as people see it (待办): who owes what, how many, since when, until when."""

    id: str
    department: str
    name: str = ""
    role: str
    kind: str
    stage: int
    open: int
    total: int
    since: AwareDatetime
    due: AwareDatetime | None = None
    next_rung: AwareDatetime | None = None
    level: int = 0
    provisional: bool = False
    suspended: bool = False
    scope: str = ""
    """The workflow that it belongs to, where that is another than the one that shows it."""
    what: str = ""
    """What is owed, where the words of its kind do not say it all."""
    command: str = ""
    """What is typed, where the command of its kind lacks the case's own numbers."""
    by_itself: bool = False
    """Whether the service ends it at its time and nobody need act."""


class BranchProgress(Message):
    """Where one department stands."""

    department: str
    name: str
    initiator: bool = False
    claim: Claim
    stage: Stage
    since: AwareDatetime
    subjects: int = 0
    matched: int = 0
    visited: int = 0
    approved: int = 0
    receipted: int = 0
    published: int = 0
    disposals: int = 0
    disposals_open: int = 0
    summaries_open: int = 0
    to_match: bool = False


class ActProgress(Message):
    """Where the newest draw act stands; `to_fix` and `to_draw` name the machine's next step.

    `notes` say in words what bears on who is waited for: who was left out, what is void, whose secret is kept.
    """

    number: int = 0
    to_fix: bool = False
    to_draw: bool = False
    notes: tuple[str, ...] = ()


class Progress(Message):
    """A task's state as read from SQL (任务进展): all that the workflow knows of it."""

    task: str
    office: str
    document: str
    name: str
    version: int = 0
    status: TaskStatus
    stage: Stage
    since: AwareDatetime
    level: int = 0
    branches: tuple[BranchProgress, ...] = ()
    act: ActProgress = ActProgress()
    waits: tuple[WaitLine, ...] = ()
    waits_open: int = 0
    next_rung: AwareDatetime | None = None
    to_offer: bool = False
    outbox: int = 0
    rejected: int = 0
    """Records of the task that the platform has sent back and nobody has put right."""
    rejected_by: tuple[str, ...] = ()
    """The departments that must put them right, by name."""
    rejected_since: AwareDatetime | None = None
    """Since when the first of them lies with its department."""


class TaskStart(Message):
    """The input of a joint task's workflow: its id; everything else stands in SQL."""

    task: str


class TaskEnd(Message):
    """The end of a joint task."""

    task: str
    status: TaskStatus


class Wake(Message):
    """A fact happened that SQL knows more of; `kind` is for the reader of a history only."""

    kind: str
    count: int = 1


class ApplyRequest(Message):
    """Apply the filed papers of one target, as of `now` (the engine's clock)."""

    target: str
    now: AwareDatetime
    submissions: tuple[str, ...] = ()


class Applied(Message):
    """The answers given, and where the task stands after them."""

    answers: tuple[AnswerSlip, ...] = ()
    progress: Progress


class TaskStep(Message):
    """The input of an activity that does one machine's step of a task."""

    task: str
    now: AwareDatetime
    department: str = ""
    act: int = 0


class CaseStep(Message):
    """The input of an activity of a disposal or correction, by its workflow's id."""

    target: str
    now: AwareDatetime


class Errand(Message):
    """The input of the activity that sends what was written for the outside: whose, as of when."""

    source: str
    now: AwareDatetime


class DeskStart(Message):
    """The input of a department's desk."""

    department: str
    year: int


class DeskProgress(Message):
    """What a department owes (部门待办), and when its desk must act next."""

    department: str
    office: str
    name: str
    waits: tuple[WaitLine, ...] = ()
    waits_open: int = 0
    level: int = 0
    undelivered: int = 0
    digest_at: AwareDatetime | None = None
    next_rung: AwareDatetime | None = None
    over: bool = False
    to_send: int = 0


class Dispatch(Message):
    """What is left to be sent through the channels, and when the next try is."""

    left: int = 0
    next_try: AwareDatetime | None = None


class CaseStart(Message):
    """The input of a workflow of one case: a disposal or a correction, by its id."""

    case: str


class CaseProgress(Message):
    """Where a disposal or correction stands (案件进展)."""

    case: str
    office: str
    task: str
    kind: str
    label: str
    state: str
    closed: bool
    waits: tuple[WaitLine, ...] = ()
    level: int = 0
    next_rung: AwareDatetime | None = None
    outbox: int = 0
    steps: tuple[tuple[str, str], ...] = ()
    """The steps that are open now: the word that is typed, and what it is called."""


class CaseApplied(Message):
    """The answers given to a case's papers, and where it stands after them."""

    answers: tuple[AnswerSlip, ...] = ()
    progress: CaseProgress


class RowStart(Message):
    """The input of the watch over a plan row: `<document>/<seq>`."""

    row: str


class RowProgress(Message):
    """Where a plan row stands in its year (计划行进展)."""

    row: str
    office: str
    document: str
    name: str = ""
    version: int = 1
    mode: str = ""
    state: str = ""
    rounds: int = 0
    launched: int = 0
    omitted: int = 0
    before: int = 0
    waits: tuple[WaitLine, ...] = ()
    level: int = 0
    next_at: AwareDatetime | None = None
    over: bool = False
    outbox: int = 0


class ExchangeStart(Message):
    """The input of an office's exchange with the provincial platform."""

    office: str


class RejectedOf(Message):
    """How many of a department's records of a task the platform has sent back."""

    task: str
    name: str
    count: int
    since: AwareDatetime | None = None


class ExchangeProgress(Message):
    """What is on its way to the platform (交换进展)."""

    office: str
    queued: int = 0
    unanswered: int = 0
    rejected: int = 0
    facts: int = 0
    outbox: int = 0
    away: bool = False
    since: AwareDatetime | None = None
    """Since when the oldest of what is queued or unanswered waits."""
    rejected_of: tuple[RejectedOf, ...] = ()
    """The first few tasks and departments whose records were sent back."""
