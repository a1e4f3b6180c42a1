"""Every alert rule fires when what it is for comes about on a worker's page, and not before."""

import asyncio
import json
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from sqlmodel import Session, col, select
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.gauges import gauges
from adapters.database import Database
from adapters.metrics import FRESH, DomainCollector, Metrics
from models.delivery import ChannelName, Delivery, Digest
from models.outcomes import Publication
from models.task import JointTask
from models.trail import ArchivedRun, Deadline, Notification, Outbox, Submission, Wait
from rules.deadline import Unit
from rules.roles import Role
from rules.stages import TaskStatus
from tests.activities.driver import Driver
from tests.activities.scenes import SCENES
from tests.activities.world import TASK, add_everything
from tests.builders import LEAD, OFFICE, person
from tests.deploy.promql import NAME, Scrapes, Vector, names_in, samples

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
}
TARGET = {"job": "joint-worker", "instance": "worker:9464"}
WALL = datetime.now(UTC)


@activity.defn
async def failing_step() -> None:
    """Fails every time."""
    raise RuntimeError("step")


@activity.defn
async def endless_step() -> None:
    """Keeps its slot."""
    await asyncio.sleep(600)


@workflow.defn
class Troubled:
    """A workflow with a bug, with failing steps, or with a step that does not end."""

    @workflow.run
    async def run(self, trouble: str) -> None:
        """Bring one trouble about."""
        if trouble == "bug":
            raise RuntimeError("bug")
        step = failing_step if trouble == "steps" else endless_step
        await workflow.execute_activity(
            step,
            start_to_close_timeout=timedelta(minutes=20),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=1), backoff_coefficient=1),
        )


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    """The measures of this module's clients and workers."""
    return Metrics()


@pytest.fixture
async def client(embedded: WorkflowEnvironment, metrics: Metrics) -> Client:
    """A client whose worker's measures are on the page."""
    return await Client.connect(embedded.client.service_client.config.target_host, runtime=metrics.runtime)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scrape looks at the database anew."""
    monkeypatch.setattr(DomainCollector.__init__, "__defaults__", (0.0,))


@pytest.fixture
def page(fresh: None, metrics: Metrics, sqlite: Database) -> Iterator[Callable[[], Vector]]:
    """Scrape the page over a world in which nothing waits."""
    with sqlite.write() as session:
        add_everything(session)
    with metrics.serving("127.0.0.1:0", sqlite, gauges) as port:

        def scrape() -> Vector:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                return samples(answer.read().decode(), **TARGET)

        yield scrape


def paper(session: Session) -> None:
    """A paper that nobody answered for ten minutes."""
    session.add(
        Submission(
            id="s", target="office/test", chain="office/test", kind="x", content={}, nonce="", sha256="",
            actor=person(LEAD, Role.HANDLER), role=Role.HANDLER, department=LEAD, filed_at=WALL - timedelta(minutes=10),
        )
    )  # fmt: skip


def signal(session: Session) -> None:
    """A signal that was not sent for ten minutes."""
    session.add(Outbox(workflow="w", source="s", created_at=WALL - timedelta(minutes=10)))


def late_reminder(session: Session) -> None:
    """A rung whose moment was twenty minutes ago; nothing is overdue yet."""
    _owe(session, due=WALL + timedelta(days=1), rung=WALL - timedelta(minutes=20))


def overdue(session: Session) -> None:
    """A wait past its due moment that the office was told of."""
    _owe(session, due=WALL - timedelta(days=4), level=3)


def notice(session: Session) -> None:
    """A notice for a role that nobody has held for eleven days."""
    session.add(
        Notification(
            key="n", office=OFFICE, department=LEAD, role=Role.HEAD, event="due", text="",
            created_at=WALL - timedelta(days=11),
        )
    )  # fmt: skip


def delivery(session: Session) -> None:
    """A message that the mail server did not take."""
    session.add(
        Digest(id="d", department=LEAD, person=person(LEAD, Role.HEAD), subject="", text="", made_at=WALL)
    )
    session.flush()
    session.add(
        Delivery(
            id="d", digest="d", department=LEAD, channel=ChannelName.EMAIL, address="", tries=1, error="x"
        )
    )


ROWS: dict[str, Callable[[Session], None]] = {
    "PapersUnanswered": paper,
    "SignalsUnsent": signal,
    "RemindersLate": late_reminder,
    "OverdueEscalated": overdue,
    "NoticesUngiven": notice,
    "DeliveriesFailing": delivery,
}
TROUBLES = {"WorkflowTasksFailing": "bug", "StepsFailing": "steps", "SlotsExhausted": "endless"}
ENGINES = {
    "temporal_workflow_task_execution_failed_total",
    "temporal_activity_execution_failed_total",
    "temporal_worker_task_slots_available",
    "temporal_worker_task_slots_used",
    "temporal_sticky_cache_size",
    "temporal_workflow_task_execution_latency_seconds_bucket",
}
"""The engine's own measures that rules and dashboard ask for; some are on a page only once they count."""
OTHERS = {"WorkerDown", "DatabaseAway", "PlatformSilent", "HistoriesUnarchived"}


def fires(alert: str, before: Vector, now: Vector) -> bool:
    """Whether the rule's expression has an element; how long it must stay is Prometheus's business."""
    return bool(Scrapes(before, now).value(RULES[alert]["expr"]))


def test_every_rule_is_made_to_fire_below() -> None:
    """A new rule needs a scene."""
    assert set(RULES) == set(ROWS) | set(TROUBLES) | OTHERS


@pytest.mark.parametrize("alert", ROWS)
def test_a_rule_fires_for_its_rows_and_for_no_other(
    alert: str, page: Callable[[], Vector], sqlite: Database
) -> None:
    """The quiet page fires nothing; with the rows of one scene, one rule of the domain fires."""
    quiet = page()
    assert [] == [one for one in RULES if fires(one, quiet, quiet)]
    with sqlite.write() as session:
        ROWS[alert](session)
    now = page()
    assert [alert] == [one for one in RULES if fires(one, quiet, now)]


@pytest.mark.parametrize("alert", TROUBLES)
async def test_a_rule_fires_for_a_worker_in_trouble(
    alert: str, client: Client, page: Callable[[], Vector]
) -> None:
    """A bug in a workflow, failing steps, no slot left: brought about in a real worker."""
    queue = f"alerts-{uuid4().hex}"
    before = await asyncio.to_thread(page)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Troubled],
        activities=[failing_step, endless_step],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_activities=1,
    ):
        handle = await client.start_workflow("Troubled", TROUBLES[alert], id=queue, task_queue=queue)
        async with asyncio.timeout(60):
            while not fires(alert, before, now := await asyncio.to_thread(page)):
                # A series that begins to exist has not grown: the first scrape that shows it is the base.
                before = {**now, **before}
                await asyncio.sleep(0.2)
        await handle.terminate()


async def test_the_engines_measures_bear_the_names_that_are_asked_for(
    client: Client, page: Callable[[], Vector]
) -> None:
    """Of a worker with a workflow that fails and one whose step fails: the names are the SDK's to change."""
    queue = f"names-{uuid4().hex}"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Troubled],
        activities=[failing_step, endless_step],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        handles = [
            await client.start_workflow("Troubled", trouble, id=f"{queue}-{trouble}", task_queue=queue)
            for trouble in ("bug", "steps")
        ]
        missing = ENGINES
        for _ in range(150):
            missing = ENGINES - {dict(labels)[NAME] for labels in await asyncio.to_thread(page)}
            if not missing:
                break
            await asyncio.sleep(0.2)
        for handle in handles:
            await handle.terminate()
    assert set() == missing


def test_a_worker_that_does_not_answer_is_down(page: Callable[[], Vector]) -> None:
    """One that answers is enough."""
    up, down = page(), samples("", **TARGET)
    assert (False, True) == (fires("WorkerDown", up, up), fires("WorkerDown", up, down))
    assert not fires("WorkerDown", up, {**down, **samples("# other", job="joint-worker", instance="other")})


def test_a_database_that_is_away_is_shown_and_takes_no_page_away(
    fresh: None, metrics: Metrics, tmp_path: Path
) -> None:
    """The worker's own measures are still there."""
    away = Database(f"sqlite:///{tmp_path}/none.db")
    with (
        metrics.serving("127.0.0.1:0", away, gauges) as port,
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        now = samples(answer.read().decode(), **TARGET)
    assert fires("DatabaseAway", now, now)


def test_a_silent_platform_is_told(page: Callable[[], Vector], sqlite: Database, tmp_path: Path) -> None:
    """Results that were queued long ago have no receipt."""
    quiet = page()
    play_to("approved", Driver(sqlite, tmp_path / "exchange"))
    with sqlite.read() as session:
        assert session.exec(select(Publication).where(col(Publication.receipted_at).is_(None))).first()
    assert (False, True) == (fires("PlatformSilent", quiet, quiet), fires("PlatformSilent", quiet, page()))


def test_a_closed_task_without_its_history_is_told(
    page: Callable[[], Vector], sqlite: Database, tmp_path: Path
) -> None:
    """Until its run is in the archive."""
    quiet = page()
    play_to("launched", Driver(sqlite, tmp_path / "exchange"))
    ended = WALL - timedelta(hours=3)
    with sqlite.write() as session:
        task = session.get_one(JointTask, TASK)
        task.status, task.closed_at = TaskStatus.CANCELLED, ended
    assert fires("HistoriesUnarchived", quiet, page())
    with sqlite.write() as session:
        session.add(
            ArchivedRun(
                workflow=f"joint-task/{TASK}", run="r", type="JointTaskWorkflow", task=TASK, status="completed",
                started_at=ended, closed_at=ended, events=1, sha256="", size=0, archived_at=WALL,
            )
        )  # fmt: skip
    assert not fires("HistoriesUnarchived", quiet, page())


def play_to(scene: str, driver: Driver) -> None:
    """Play a task from its launch to a scene."""
    if scene in SCENES:
        play_to(SCENES[scene].begins, driver)
        SCENES[scene].play(driver)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus's own program is not installed")
def test_prometheus_itself_agrees() -> None:
    """Its own program checks the rules and plays their tests, how long a state must last included."""
    folder = DEPLOY / "prometheus"
    for words in (("check", "config", "prometheus.yml"), ("test", "rules", "alerts.test.yml")):
        said = subprocess.run(["promtool", *words], cwd=folder, check=False, capture_output=True, text=True)
        assert 0 == said.returncode, said.stdout + said.stderr
    played = yaml.safe_load((folder / "alerts.test.yml").read_text("utf-8"))["tests"]
    assert set(RULES) == {one["alertname"] for test in played for one in test["alert_rule_test"]}


def test_rules_and_dashboard_ask_only_for_what_the_page_has(page: Callable[[], Vector]) -> None:
    """A measure that was renamed would silence its rule: an empty vector never fires."""
    quiet = page()
    families = {"joint_tasks_open", "joint_waits_overdue", "joint_deliveries_failing"}
    known = {dict(labels)[NAME] for labels in quiet} | ENGINES | families
    asked = {name for rule in RULES.values() for name in names_in(rule["expr"])}
    assert asked <= known
    dashboard = json.loads((DEPLOY / "grafana" / "joint-inspection.json").read_text("utf-8"))
    shown = {target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])}
    assert {name for expression in shown for name in names_in(expression)} <= known
    assert {name for name in known if name.startswith("joint_")} <= {
        name
        for expression in (*shown, *(rule["expr"] for rule in RULES.values()))
        for name in names_in(expression)
    } | {name for name in known if name.startswith("joint_") and name.endswith("_waiting")}


def test_the_database_is_looked_at_once_in_half_a_minute(sqlite: Database) -> None:
    """However many collectors scrape however often."""
    looks: list[datetime] = []

    def look(_: Session, now: datetime) -> tuple[()]:
        looks.append(now)
        return ()

    collector = DomainCollector(sqlite, look, FRESH)
    for _ in range(5):
        list(collector.collect())
    assert 1 == len(looks)


def _owe(session: Session, *, due: datetime, rung: datetime | None = None, level: int = 0) -> None:
    wait = Wait(
        key="w", scope="s", office=OFFICE, department=LEAD, role=Role.HANDLER, kind="claim", stage=2,
        opened_by="x", opened_at=WALL - timedelta(days=9), level=level,
    )  # fmt: skip
    session.add(wait)
    session.flush()
    session.add(
        Deadline(
            wait=wait.id, anchor=date(2026, 1, 5), amount=3, unit=Unit.WORKING_DAY, calendar="x",
            due_day=due.date(), due=due, made_at=WALL, rungs_from=WALL, next_rung=rung,
        )
    )  # fmt: skip
