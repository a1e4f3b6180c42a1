"""What differs between SQL and the engine: who should run and does not, and the reverse (体检：运行)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from activities.doctor.engine_runs import Run
from activities.doctor.findings import REPAIR, RESTORED, Ailment, Finding
from activities.doctor.interventions import unrecorded
from activities.doctor.rows import PAPER_GRACE
from activities.lookup import chunks
from activities.rebuild import TYPES, busy_desks, open_cases
from models.organisation import Department, Office
from models.outcomes import Correction, Disposal
from models.plan import PlanRow
from models.retractions import Retraction
from models.task import JointTask
from models.trail import Outbox

TASK = "joint-task/"


@dataclass(frozen=True)
class Compared:
    """The workflows that SQL wants and the engine has not, and those that it has and SQL does not want."""

    missing: tuple[str, ...]
    over: tuple[str, ...]
    unknown: tuple[str, ...]

    def still(self, later: "Compared") -> "Compared":
        """What stands in both: what only began or ended between two looks is no finding."""
        pairs = ((self.missing, later.missing), (self.over, later.over), (self.unknown, later.unknown))
        return Compared(*(tuple(filter(frozenset(again).__contains__, first)) for first, again in pairs))

    def without(self, known: Iterable[str]) -> "Compared":
        """What is missing for no reason that is known already."""
        told = set(known)
        return replace(self, missing=tuple(one for one in self.missing if one not in told))

    @property
    def agree(self) -> bool:
        """Whether SQL and the engine say the same."""
        return not (self.missing or self.over or self.unknown)


def compare(session: Session, runs: Sequence[Run], now: datetime) -> Compared:
    """Hold what runs against what should run; the list of runs is to be older than the session."""
    wanted = open_cases(session, now)
    alive = {one.workflow for one in runs}
    extra = sorted(alive - set(wanted))
    known = known_of(session, extra)
    absent = [one for one in wanted if one not in alive]
    # A desk that merely shows what is owed begins with its first notice; a start may be on its way.
    expected = _called(session, now) | (set(filter(_is_desk, absent)) - busy_desks(session, now))
    return Compared(
        missing=tuple(one for one in absent if one not in expected),
        # A desk lives through its year and an exchange for ever, whether they have anything in hand or not.
        over=tuple(one for one in extra if one in known and not one.startswith(("department/", "exchange/"))),
        unknown=tuple(one for one in extra if one not in known),
    )


def _is_desk(workflow: str) -> bool:
    return workflow.startswith("department/")


def told(compared: Compared) -> Iterator[Finding]:
    """The lines of a comparison."""
    for one in compared.unknown:
        words = "数据库可能恢复到了较早的时刻，或 DATABASE_URL 有误；确系恢复的，按下面的命令办理"
        yield Finding(Ailment.UNKNOWN, one, words, RESTORED)
    for one in compared.missing:
        command = f"starter.py task rebuild {one.removeprefix(TASK)}" if one.startswith(TASK) else REPAIR
        yield Finding(Ailment.MISSING, one, "数据库中未办结，引擎中没有运行", command)
    for one in compared.over:
        yield Finding(Ailment.OVER, one, "数据库中已办结，引擎中仍在运行")


def failing(runs: Sequence[Run]) -> Iterator[Finding]:
    """Workflows whose workflow tasks keep failing, as the engine reports them."""
    for one in runs:
        if one.failing:
            words = f"升级或修复工作进程后自动继续；仍不继续的从数据库重新启动。详情：temporal workflow show -w {one.workflow}"
            command = f"starter.py doctor --repair --restart {one.workflow}"
            yield Finding(Ailment.FAILING, one.workflow, words, command)


def intervened(session: Session, ended: Sequence[Run]) -> Iterator[Finding]:
    """Runs that somebody ended from outside, of which the trail does not tell yet."""
    for one in unrecorded(session, ended):
        yield Finding(Ailment.INTERVENED, one.workflow, f"运行 {one.run} 未自行结束")


def _called(session: Session, now: datetime) -> set[str]:
    """The workflows that a signal is on its way to which starts them where nobody runs yet."""
    return set(
        session.exec(
            select(Outbox.workflow).where(
                col(Outbox.sent_at).is_(None),
                col(Outbox.start) != "",
                col(Outbox.created_at) >= now - PAPER_GRACE,
            )
        )
    )


def known_of(session: Session, workflows: Iterable[str]) -> set[str]:
    """Those of the workflows whose case stands in SQL, open or not."""
    cases: dict[str, dict[str, str]] = {kind: {} for kind in TYPES}
    for workflow in workflows:
        kind, _, case = workflow.partition("/")
        if kind in cases:
            # A desk's department, without the year.
            cases[kind][workflow] = case.rsplit("/", 1)[0] if kind == "department" else case
    columns = (
        ("joint-task", JointTask.id),
        ("disposal", Disposal.id),
        ("correction", Correction.id),
        ("correction", Retraction.id),
        ("department", Department.id),
        ("exchange", Office.code),
    )
    found: set[str] = set()
    for kind, column in columns:
        wanted = cases[kind]
        stored = {
            one
            for some in chunks(sorted(set(wanted.values())))
            for one in session.exec(select(column).where(col(column).in_(some)))
        }
        found |= {workflow for workflow, case in wanted.items() if case in stored}
    if cases["plan-row"]:
        rows = set(session.exec(select(PlanRow.document, PlanRow.seq)))
        found |= {one for one, case in cases["plan-row"].items() if tuple(case.split("/", 1)) in rows}
    return found
