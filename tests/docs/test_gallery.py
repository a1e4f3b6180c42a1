"""The gallery: every picture is taken by a play, and what the Web UI can't show is what the commands say."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlmodel import Session
from temporalio.api.common.v1 import ActivityType
from temporalio.api.failure.v1 import Failure
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client

from activities.doctor import rows
from activities.doctor import standing as doctor_standing
from activities.doctor.engine import Compared, failing, intervened, told
from activities.doctor.engine_runs import PROBLEMS, Polling, Run
from activities.doctor.examination import _AWAY, _IDLE, Report
from activities.doctor.exchange_folder import in_folders
from activities.doctor.failing_steps import failing_steps
from activities.doctor.findings import Ailment, Finding
from adapters.interceptors import ASIDE
from cli import doctor as doctor_cli
from models.delivery import ChannelName, Delivery, Digest
from models.messages import TASK_QUEUE
from models.papers import AcceptClaim
from models.trail import AuditEvent
from rules.calendar import TZ
from rules.roles import Role
from tests.activities.driver import Driver
from tests.activities.tampering import unguarded
from tests.activities.world import TASK
from tests.builders import LEAD, OFFICE, SECOND, actor, person
from tests.cli.conftest import At
from tests.cli.said import Say

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
FOLDER = ROOT / "docs" / "screenshots"
BLOCKS = dict(re.findall(r"^```text (\S+)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
TARGET = f"joint-task/{TASK}"
EXCHANGE = f"exchange/{OFFICE}"


@dataclass(frozen=True)
class Ill:
    """How an ailment is brought about: the scene, how long ago, what is done, and who looks."""

    scene: str
    look: Callable[[Session, datetime], Any]
    after: timedelta = timedelta(hours=1)
    do: Callable[[Driver], object] = lambda _: None


def filed(driver: Driver) -> None:
    """A claim lies filed that nobody has ruled on."""
    driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))


def given_up(driver: Driver) -> None:
    """The mail server took no message."""
    with driver.database.write() as session:
        session.add(
            Digest(
                id="digest", department=LEAD, person=person(LEAD, Role.HANDLER),
                subject="s", text="t", made_at=driver.now,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Delivery(
                id="letter", digest="digest", department=LEAD, channel=ChannelName.EMAIL,
                address="a***@example.invalid", tries=9, error="ConnectionRefusedError",
            )
        )  # fmt: skip


def tampered(driver: Driver) -> None:
    """Somebody with the owner's rights has changed an event."""
    with unguarded(driver.database, "audit_event") as session:
        session.get_one(AuditEvent, (f"task/{TASK}", 1)).actor = "somebody"


def in_december(session: Session, _: datetime) -> list[Finding]:
    """The calendar of the next year is not loaded by the day by which it should be."""
    return list(doctor_standing.calendar(session, datetime(2026, 12, 2, 10, tzinfo=TZ)))


IN_SQL = {
    Ailment.LATE: Ill("offered", rows.late_rungs, timedelta(days=10)),
    Ailment.UNANSWERED: Ill("offered", rows.unanswered, do=filed),
    Ailment.UNSENT: Ill("approved", rows.unsent),
    Ailment.UNTOLD: Ill("offered", rows.untold, timedelta(days=1)),
    Ailment.UNDELIVERED: Ill("adopted", rows.undelivered, do=given_up),
    Ailment.UNPUBLISHED: Ill("approved", rows.unpublished),
    Ailment.REJECTED: Ill("rejected", rows.rejected, timedelta(days=2)),
    Ailment.CALENDAR: Ill("adopted", in_december),
    Ailment.REGISTER: Ill("adopted", doctor_standing.registers, timedelta(days=31)),
    Ailment.AUDIT: Ill("claimed", doctor_standing.trail, do=tampered),
}


class _Describing:
    """A client that tells of one step that is tried in vain."""

    def get_workflow_handle(self, _: str) -> "_Describing":
        """The workflow."""
        return self

    async def describe(self) -> "_Describing":
        """What the engine says of it."""
        return self

    @property
    def raw_description(self) -> DescribeWorkflowExecutionResponse:
        """One pending activity."""
        since = Timestamp()
        since.FromDatetime(datetime(2026, 4, 1, 9, 30, tzinfo=TZ))
        step = PendingActivityInfo(
            activity_type=ActivityType(name="exchange"),
            attempt=6,
            scheduled_time=since,
            last_failure=Failure(message=f"OperationalError, see log 6387e455610c{ASIDE}自 …"),
        )
        return DescribeWorkflowExecutionResponse(pending_activities=[step])


async def of_the_engine(driver: Driver) -> list[Finding]:
    """A line of each kind that the engine's answers show."""
    run = Run(TARGET, "01a1f96a-b1df-7db3-a237-3d0000000000", driver.now, None, {PROBLEMS: ["x"]})
    return [
        _AWAY,
        Finding(Ailment.NO_WORKER, TASK_QUEUE, *_IDLE[Polling.BY_NOBODY]),
        *failing([run]),
        *await failing_steps(cast("Client", _Describing()), [EXCHANGE]),
        *driver.read(lambda session: list(intervened(session, [run]))),
        *told(Compared((TARGET,), (), ())),
    ]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What `doctor` prints of some findings."""

    def show(findings: Sequence[Finding]) -> str:
        capsys.readouterr()
        doctor_cli._tell({}, Report(tuple(findings)), None)
        return capsys.readouterr().out

    return show


@pytest.mark.parametrize("ailment", IN_SQL, ids=lambda one: one.value)
def test_what_doctor_says_of_rows_is_what_the_page_shows(
    ailment: Ailment, at: At, printed: Callable[..., str]
) -> None:
    """Brought about in a small office, and printed as on a terminal."""
    ill = IN_SQL[ailment]
    driver = at(ill.scene)
    ill.do(driver)
    found = driver.read(lambda session: list(ill.look(session, driver.now + ill.after)))
    assert {ailment} == {one.ailment for one in found}
    assert BLOCKS[ailment.value] == printed(found[:1])


async def test_what_doctor_says_of_the_engine_is_what_the_page_shows(
    at: At, printed: Callable[..., str]
) -> None:
    """From what the engine answers of its runs, steps and pollers."""
    found = await of_the_engine(at("offered"))
    assert {one.ailment.value: BLOCKS[one.ailment.value] for one in found} == {
        one.ailment.value: printed([one]) for one in found
    }


def test_what_doctor_says_of_files_is_what_the_page_shows(
    at: At, printed: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that was renamed on its way."""
    driver = at("approved")
    (driver.folder / "in" / "回执.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    found = driver.read(lambda session: list(in_folders(session, Path("exchange"), quiet=0)))
    assert BLOCKS[Ailment.STRAY.value] == printed(found)


def test_a_paper_that_was_not_delivered_shows_in_the_tasks_own_words(at: At, say: Say) -> None:
    """The Web UI knows nothing of it; `task show` does."""
    filed(at("offered"))
    lines = [line for line in say("task", "show", TASK).out.splitlines() if line.startswith("⚠ 已提交")]
    assert BLOCKS["task-show"] == "\n".join(lines) + "\n"


def test_every_picture_is_shown_once_with_what_to_see_and_taken_by_a_play() -> None:
    """No picture lies in the folder that nobody explains, none is explained that nobody takes."""
    plays = (ROOT / "docs" / "screenshots" / "plays.py").read_text(encoding="utf-8")
    taken = re.findall(r'Picture\(\s*"([a-z0-9-]+)"', plays)
    shown = re.findall(r"!\[[^\]]+\]\(screenshots/([a-z0-9-]+)\.png\)", TEXT)
    assert 20 < len(taken)
    assert sorted(taken) == sorted(shown)
    assert sorted(taken) == sorted(file.stem for file in FOLDER.glob("*.png"))
    assert set(re.findall(r"screenshots/([a-z0-9-]+)\.png", RUNBOOK)) <= set(taken)


def test_every_kind_of_finding_that_operators_meet_has_its_words() -> None:
    """Each kind of line of the doctor's that operators meet, but those of a restore and of bookkeeping."""
    apart = {Ailment.UNKNOWN, Ailment.AHEAD, Ailment.OVER, Ailment.IDLE, Ailment.UNARCHIVED}
    assert {one.value for one in set(Ailment) - apart} | {"task-show"} == set(BLOCKS)
