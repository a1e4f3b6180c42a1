"""The operators' runbook: each of its commands is typed, in scenes, against a real small service."""

import asyncio
import os
import re
import shlex
import string
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner

from activities.doctor import examination as doctor
from activities.doctor.findings import Ailment
from adapters.database import Database
from adapters.engine import start_embedded
from adapters.exchange_files import FileExchange
from adapters.migrate import migrate
from cli.demo.cast import Cast
from cli.demo.platform import answer
from models.operations import BulkJob
from models.outcomes import Result
from models.papers import SubmitResults
from models.plan import PlanRow, PlanRowVersion
from models.registers import CalendarYear
from models.trail import Wait
from rules.calendar import local_day
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind
from starter import app
from tests.builders import DEPARTMENTS, DOCUMENT, OFFICE_DESK, SECOND, person
from tests.cli.commands import named
from tests.deploy.compose import compose
from tests.engine.house import TASK, TASK_WORKFLOW, fill
from tests.moved import Rows, stage_6, write
from tests.play import Play
from workflows.views import VIEWS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```sh (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"#.*退出码 (\d)")
PATIENCE = 60.0


@dataclass(frozen=True)
class Command:
    """A line of the runbook and the exit code that it promises."""

    line: str
    code: int


def blocks() -> dict[str, list[Command]]:
    """The fenced commands by the scene that they are typed in, in the order of the page."""
    found: dict[str, list[Command]] = {}
    for scene, body in _BLOCK.findall(TEXT):
        for line in filter(None, body.splitlines()):
            code = _CODE.search(line)
            found.setdefault(scene, []).append(Command(line, int(code.group(1)) if code else 0))
    return found


@dataclass
class Service:
    """SQLite, an embedded engine, a worker of its own process and a platform that answers."""

    folder: Path
    engine: WorkflowEnvironment
    values: dict[str, str] = field(default_factory=dict)
    worker: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        data, self.backup = self.folder / "data", self.folder / "backup"
        for made in (data / "evidence", self.backup, data / "exchange" / "taken"):
            made.mkdir(parents=True)
        FileExchange(data / "exchange")
        self.url = f"sqlite:///{data}/joint-inspection.db"
        self.values |= {
            "JOINT_DATA": str(data),
            "BACKUP": str(self.backup),
            "ME": person(OFFICE_DESK, Role.OFFICE),
            "TASK": TASK,
            "PLAN": DOCUMENT,
            "PARTNER": DEPARTMENTS[SECOND],
            "MOVED": f"{DOCUMENT}/2/1",
            "TODAY": str(local_day(datetime.now(UTC))),
        }
        self.environment = {
            "JOINT_PROFILE": "dev",
            "JOINT_DATA": str(data),
            "DATABASE_URL": self.url,
            "TEMPORAL_ADDRESS": str(engine_address(self.engine)),
        }
        self.open()

    def open(self) -> None:
        """Open the database, a new file of it where it was restored."""
        self.database = Database(self.url)
        self.play = Play(Cast(self.database, self.engine.client, TASK))

    def read(self, look: Callable[[Session], Any]) -> Any:
        """Look something up."""
        with self.database.read() as session:
            return look(session)

    def start_worker(self) -> None:
        """`python worker.py`, until its log says that it works."""
        log = self.folder / "worker.log"
        with log.open("wb") as file:
            self.worker = subprocess.Popen(
                [sys.executable, "worker.py"],
                cwd=ROOT,
                env=os.environ | self.environment,
                stdout=file,
                stderr=file,
            )
        for _ in range(int(PATIENCE * 10)):
            if b"worker started" in log.read_bytes():
                return
            threading.Event().wait(0.1)
        raise TimeoutError(log.read_text())

    def lose_database(self) -> None:
        """Take its files away."""
        for file in Path(self.values["JOINT_DATA"]).glob("joint-inspection.db*"):
            file.unlink()

    def stop_worker(self) -> None:
        """End the worker as a deployment does."""
        if self.worker is not None:
            self.worker.terminate()
            self.worker.wait(PATIENCE)
            self.worker = None

    def type(self, command: Command) -> None:
        """Type a line as it stands on the page; its exit code must be the one promised."""
        line = command.line.partition(" #")[0].strip()
        words = [string.Template(word).substitute(self.values) for word in shlex.split(line)]
        if words[-1] == "&":
            self.start_worker()
            return
        code, said = self._joint(words[1:]) if words[0] == "joint" else self._shell(words)
        assert command.code == code, f"{line}\n{said}"

    def _joint(self, words: list[str]) -> tuple[int, str]:
        result = CliRunner().invoke(app, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def _shell(self, words: list[str]) -> tuple[int, str]:
        program = sys.executable if words[0] == "python" else words[0]
        done = subprocess.run(
            [program, *words[1:]],
            cwd=ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout + done.stderr


def engine_address(engine: WorkflowEnvironment) -> str:
    """Where the engine listens."""
    return str(engine.client.service_client.config.target_host)


Prepare = Callable[[Service], Awaitable[None]]


async def nothing(_: Service) -> None:
    """The scene before it left all as it is needed."""


async def launched(service: Service) -> None:
    """The task is offered to its partners."""
    await service.play.run("launch", "prepare")
    await service.play.until_offered(SECOND)
    service.values["WAIT"] = service.read(wait_of(WaitKind.CLAIM, SECOND))


def wait_of(kind: WaitKind, department: str) -> Callable[[Session], str]:
    """The short id of a department's open wait of a kind."""
    statement = select(Wait.id).where(
        col(Wait.kind) == kind, col(Wait.department) == department, col(Wait.closed_at).is_(None)
    )
    return lambda session: session.exec(statement).one()[:8]


async def visited(service: Service) -> None:
    """All checks are done, results are owed."""
    await service.play.run("claim", "draw", "visit")
    service.values["WAIT"] = service.read(wait_of(WaitKind.ENTRY, SECOND))


async def submitted(service: Service) -> None:
    """The results of a department lie before its approver."""
    visit = service.play.cast.visits(SECOND, VisitStage.VISITED)[0]
    line = service.play._line(visit.id, "second-1", "")
    await service.play.cast.act(SECOND, Role.OFFICER, SubmitResults(lines=(line,)))
    service.values |= {"VISIT": visit.id, "APPROVER": person(SECOND, Role.APPROVER)}


async def published(service: Service) -> None:
    """All results are entered and public."""
    await again(service)
    await service.play.run("enter", "publicize")
    visit = service.play.cast.visits(SECOND)[-1]
    newest = select(Result.id).where(col(Result.visit) == visit.id, col(Result.cycle) == visit.cycle)
    service.values |= {
        "RESULT": service.read(lambda session: session.exec(newest).one()),
        "HANDLER": person(SECOND, Role.HANDLER),
        "HEAD": person(SECOND, Role.HEAD),
    }


async def again(service: Service) -> None:
    """What was returned is submitted once more."""
    for visit in service.play.cast.visits(SECOND, VisitStage.RETURNED):
        line = service.play._line(visit.id, "second-1", "")
        await service.play.cast.act(SECOND, Role.OFFICER, SubmitResults(lines=(line,)), name="again")


async def terminated(service: Service) -> None:
    """Somebody has terminated the task's workflow."""
    await service.engine.client.get_workflow_handle(TASK_WORKFLOW).terminate("清理")


async def stopped(service: Service) -> None:
    """The worker is stopped, for a backup of one moment."""
    service.stop_worker()
    service.database.close()


async def lost(service: Service) -> None:
    """The disk with the database is gone."""
    service.lose_database()


async def running(service: Service) -> None:
    """The worker is started again on what was restored."""
    service.open()
    service.start_worker()


async def to_move_in(service: Service) -> None:
    """A workbook for the plan's second row."""
    template = service.backup / "前次.xlsx"
    assert 0 == CliRunner().invoke(app, ["task", "import", "--template", str(template)]).exit_code
    rows: Rows = stage_6(local_day(datetime.now(UTC)))
    for lines in rows.values():
        for line in lines:
            if "序号" in line:
                line["序号"] = "2"
    service.values["SHEET"] = str(write(service.folder / "移入.xlsx", rows, template))


SCENES: Mapping[str, Prepare] = {
    "no-worker": nothing,
    "stuck": launched,
    "night": nothing,
    "daily": nothing,
    "silent": nothing,
    "bulk": nothing,
    "failing": nothing,
    "wrong": visited,
    "returned": submitted,
    "corrected": published,
    "published": nothing,
    "ended": terminated,
    "move-in": to_move_in,
    "release": nothing,
    "backup": stopped,
    "restore": lost,
    "restored": running,
}
"""In the order of a task's life; each prepares what its commands need."""
APART = ("no-database", "backup-postgres", "restore-postgres")
"""Scenes with a database of their own."""


@contextmanager
def answering(folder: Path) -> Iterator[None]:
    """A platform that answers for as long as the context lasts."""
    over = threading.Event()

    def platform() -> None:
        while not over.wait(0.1):
            answer(folder)

    thread = threading.Thread(target=platform, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()


def second_row(session: Session) -> None:
    """A second row of the plan, not launched yet."""
    for model in (PlanRow, PlanRowVersion):
        first = session.exec(select(model).where(col(model.seq) == "1")).one()
        session.add(model(**{**first.model_dump(exclude={"id"}), "seq": "2"}))


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """The small office with an engine of its own; the worker is started by the first scene's command."""
    engine = await start_embedded(None)
    made = Service(tmp_path, engine)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("JOINT_TOKEN", raising=False)
    monkeypatch.setattr(doctor, "SECOND_LOOK", 0.3)
    migrate(made.url)
    fill(made.database)
    with made.database.write() as session:
        second_row(session)
    with answering(tmp_path / "data" / "exchange"):
        yield made
        made.stop_worker()
    made.database.close()
    await engine.shutdown()


async def test_every_command_of_the_runbook_does_what_it_says(service: Service) -> None:
    """Scene by scene through one task's life; each command ends with the exit code that stands beside it."""
    lines = blocks()
    for scene, prepare in SCENES.items():
        await prepare(service)
        for command in lines[scene]:
            if "$JOB" in command.line:
                newest = select(BulkJob.id).order_by(col(BulkJob.made_at).desc())
                service.values["JOB"] = service.read(lambda session: session.exec(newest).first())[:8]  # noqa: B023 - read at once
            await asyncio.to_thread(service.type, command)


def test_no_scene_of_the_page_is_left_out() -> None:
    """Whoever adds a block says in which scene it is typed; a fence without a scene holds no command."""
    assert set(SCENES) | set(APART) == set(blocks())
    assert len(re.findall(r"^```", TEXT, re.MULTILINE)) == 2 * len(_BLOCK.findall(TEXT))


def test_without_a_database_the_commands_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody listens where it should be: a refusal in words, not a trace."""
    monkeypatch.setenv("JOINT_PROFILE", "production")
    monkeypatch.setenv("JOINT_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    for command in blocks()["no-database"]:
        result = CliRunner().invoke(app, shlex.split(command.line.partition(" #")[0])[1:])
        assert command.code == result.exit_code, result.output


def test_backup_of_postgresql_is_put_back(
    database_url: Callable[[str], str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What was deleted after the backup is there again, files too."""
    url = database_url("postgresql")
    database = Database(url)
    fill(database)
    data, backup = tmp_path / "data", tmp_path / "backup"
    backup.mkdir()
    kept = [data / "evidence" / "one", data / "archive" / "two"]
    for file in kept:
        file.parent.mkdir(parents=True)
        file.write_text("1")
    values = {"DATABASE_URL": url, "JOINT_DATA": str(data), "BACKUP": str(backup)}
    programs = request.getfixturevalue("postgres").programs

    def type_all(scene: str) -> None:
        for command in blocks()[scene]:
            words = [string.Template(word).substitute(values) for word in shlex.split(command.line)]
            own = Path(programs) / words[0]
            done = subprocess.run(
                [str(own) if own.exists() else words[0], *words[1:]],
                capture_output=True,
                text=True,
                check=False,
            )
            assert command.code == done.returncode, done.stderr

    type_all("backup-postgres")
    for file in kept:
        file.unlink()
    with database.write() as session:
        years = session.exec(select(CalendarYear)).all()
        session.delete(years[0])
    database.close()
    type_all("restore-postgres")
    with Database(url).read() as session:
        assert len(years) == len(session.exec(select(CalendarYear)).all())
    assert ["1", "1"] == [file.read_text() for file in kept]


def test_table_of_saved_queries_is_the_one_that_is_shipped() -> None:
    """Name, words and query of each, in order; what a reader fills in stands in angle brackets."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+?) \| `(.+?)` \|$", TEXT, re.MULTILINE)
    blanks = {"department": "〈部门全称〉", "what": "〈事项〉", "until": "〈三日后〉"}
    assert [(one.name, one.words, one.query.format_map(blanks)) for one in VIEWS] == rows


def test_table_of_the_doctors_lines_is_complete_and_in_the_order_of_mending() -> None:
    """What is typed at night for each line; a line that the page does not know would be read by nobody."""
    rows = re.findall(r"^\| (\S[^|`]*?) \| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE)
    labels = {one.label: one for one in Ailment}
    told = [(labels[said], what) for said, what in rows if said in labels]
    assert list(Ailment) == [one for one, _ in told]
    assert [one for one in Ailment if one.mended_by_repair] == [
        one for one, what in told if "修复" in _sure(what)
    ]
    headings = set(re.findall(r"^## (\S+) · ", TEXT, re.MULTILINE))
    assert set() == {name for _, what in told for name in re.findall(r"“(.+?)”", what)} - headings


def _sure(what: str) -> str:
    return what.replace("不要修复", "")


def test_commands_of_docker_name_services_of_the_compose_file() -> None:
    """They can't be typed where there is no container engine; a service that is renamed would be missed."""
    services = set(compose()["services"])
    commands = [shlex.split(one) for one in re.findall(r"`docker compose ([^`]+)`", TEXT)]
    assert 10 < len(commands)
    for verb, *words in commands:
        plain = [
            word for word, former in zip(words, ["", *words], strict=False) if not _is_option(word, former)
        ]
        if verb in {"run", "exec"}:
            assert plain[0] in services, words
        elif verb in {"up", "stop", "build"}:
            assert set(plain) <= services, words
        else:
            assert verb in {"config", "ps"}


def _is_option(word: str, former: str) -> bool:
    return word.startswith("-") or former in {"--entrypoint", "--scale"}


def test_pictures_are_those_that_are_taken() -> None:
    """Each picture that the page shows has a play that takes it."""
    plays = (ROOT / "docs" / "screenshots" / "plays.py").read_text(encoding="utf-8")
    shown = set(re.findall(r"screenshots/([a-z0-9-]+)\.png", TEXT))
    assert 12 < len(shown)
    assert [] == [name for name in sorted(shown) if f'"{name}"' not in plays]
    folder = ROOT / "docs" / "screenshots"
    assert [] == [name for name in sorted(shown) if not (folder / f"{name}.png").exists()]


@pytest.mark.parametrize(
    "words", sorted(set(re.findall(r"`((?:task|result|publication|disposal) [a-z -]+)`", TEXT)))
)
def test_commands_named_in_passing_exist(words: str) -> None:
    """A table tells them without their words; they are commands all the same."""
    command, _ = named(words.split())
    assert command.name == next(word for word in reversed(words.split()) if not word.startswith("-"))
