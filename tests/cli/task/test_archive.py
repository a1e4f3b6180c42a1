"""The legal record of a task: whole, hashed, guarded, and on the trail."""

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, select

from activities import audit
from activities.archive import legal_record
from adapters.database import Database
from adapters.evidence_store import EvidenceStore
from models.task import JointTask, Visit
from models.trail import ArchivedRun, AuditEvent, Submission
from rules.roles import Role
from rules.stages import TaskStatus
from tests.activities.world import TARGET, TASK
from tests.builders import LEAD, OFFICE_DESK, SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, refused

CLERK, HANDLER = person(OFFICE_DESK, Role.OFFICE), person(LEAD, Role.HANDLER)
OFFICER = person(SECOND, Role.OFFICER)
ROOT = Path(__file__).resolve().parents[3]
PDF = b"%PDF-1.7\nrecord"
HISTORY = b"a compressed history"


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    """A file of JSON lines."""
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]


def manifest_checks(folder: Path) -> bool:
    """What `sha256sum` says of all files at once."""
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


@pytest.fixture
def ended(say: Say, at: At, sqlite: Database, tmp_path: Path) -> Path:
    """A closed task with a file of evidence and an archived run; where its record may go."""
    driver = at("visited")
    file = tmp_path / "现场 记录.pdf"
    file.write_bytes(PDF)
    assert (
        0
        == say(
            "result", "evidence", "add", TASK, driver.visits(SECOND)[0].id, str(file), "--as", OFFICER
        ).code
    )
    digest = EvidenceStore(tmp_path / "data" / "archive").keep_content(HISTORY)
    now = datetime.now(UTC)
    with sqlite.write() as session:
        session.get_one(JointTask, TASK).status = TaskStatus.CLOSED
        session.add(
            ArchivedRun(
                workflow=TARGET, run="r1", type="JointTaskWorkflow", task=TASK, status="completed",
                started_at=now, closed_at=now, events=9, sha256=digest, size=len(HISTORY), archived_at=now,
            )
        )  # fmt: skip
    return tmp_path / "out" / "record"


def test_the_record_is_whole_and_its_manifest_checks(say: Say, ended: Path, sqlite: Database) -> None:
    """Papers, answers, draw, results' evidence, history, trail; a touched byte is found."""
    said = say("task", "archive", TASK, "--to", str(ended), "--as", CLERK)
    assert 0 == said.code, said.err
    assert manifest_checks(ended)
    files = {str(one.relative_to(ended)) for one in ended.rglob("*") if one.is_file()} - {"SHA256SUMS"}
    listed = {line.split("  ", 1)[1] for line in (ended / "SHA256SUMS").read_text("utf-8").splitlines()}
    assert files == listed
    with sqlite.read() as session:
        visits, papers = _counts(session)
    assert visits == len(lines(ended, "visit"))
    assert papers <= {one["id"] for one in lines(ended, "submission")}
    assert len(lines(ended, "answer")) == len(lines(ended, "submission"))
    assert PDF == (ended / "evidence" / f"{hashlib.sha256(PDF).hexdigest()}.pdf").read_bytes()
    assert HISTORY == (ended / "histories" / "joint-task_test-2026_1_1.r1.json.gz").read_bytes()
    assert [TASK] == [one["id"] for one in lines(ended, "joint_task")]
    (ended / "visit.jsonl").write_text("{}\n")
    assert not manifest_checks(ended)


def test_the_papers_and_the_trail_can_be_checked_from_the_record_alone(say: Say, ended: Path) -> None:
    """Each paper's hash over nonce and content, each event's over its former."""
    say("task", "archive", TASK, "--to", str(ended), "--as", CLERK)
    events = lines(ended, "audit_event")
    assert list(range(1, len(events) + 1)) == [one["number"] for one in events]
    former = audit.GENESIS
    for one in events:
        event = AuditEvent.model_validate(one)
        assert (former, event.hash) == (event.previous, audit.event_hash(event))
        former = event.hash
    named = {one["detail"]["submission"] for one in events if "submission" in one["detail"]}
    assert named <= {one["id"] for one in lines(ended, "submission")}
    actors = {one["actor"] for one in events} - {"system"}
    assert actors <= {one["id"] for one in lines(ended, "person")}


def test_the_draw_in_the_record_is_verified_by_the_program_for_sceptics(say: Say, ended: Path) -> None:
    """Its record and directories, where the last check has been made."""
    say("task", "archive", TASK, "--to", str(ended), "--as", CLERK)
    command = [sys.executable, str(ROOT / "docs" / "verify-draw.py"), str(ended / "draw" / "record.json")]
    command += [str(one) for one in sorted((ended / "draw").glob("directory-*.csv"))]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    assert 0 == checked.returncode, checked.stdout + checked.stderr
    papers = {(one["act"], one["name"]): one["sha256"] for one in lines(ended, "draw_paper")}
    for (act, name), sha256 in papers.items():
        assert (
            sha256 == hashlib.sha256((ended / "draw" / "papers" / f"{act}-{name}").read_bytes()).hexdigest()
        )


def test_a_zip_holds_the_same_files(say: Say, ended: Path) -> None:
    """Unpacked, its manifest checks; it is readable to its owner only."""
    file = ended.with_suffix(".zip")
    assert 0 == say("task", "archive", TASK, "--to", str(file), "--as", CLERK).code
    with zipfile.ZipFile(file) as archive:
        archive.extractall(ended)
    assert manifest_checks(ended)
    assert 0o600 == file.stat().st_mode & 0o777


def test_a_record_leaves_the_house_on_the_trail_only_by_the_office_and_once_the_task_has_ended(
    say: Say, ended: Path, sqlite: Database
) -> None:
    """With the manifest's hash: what was handed out can be told from what was altered later."""
    command = ("task", "archive", TASK, "--to", str(ended))
    assert (3, "WrongRole") == refused(say(*command, "--as", HANDLER))
    with sqlite.write() as session:
        session.get_one(JointTask, TASK).status = TaskStatus.OPEN
    assert (3, "TaskOpen") == refused(say(*command, "--as", CLERK))
    assert not ended.exists()
    with sqlite.write() as session:
        session.get_one(JointTask, TASK).status = TaskStatus.CANCELLED
    assert 0 == say(*command, "--as", CLERK).code
    with sqlite.read() as session:
        event = session.exec(select(AuditEvent).where(col(AuditEvent.event) == "record.exported")).one()
        assert [] == audit.verify(session)
    digest = hashlib.sha256((ended / "SHA256SUMS").read_bytes()).hexdigest()
    assert (CLERK, digest) == (event.actor, event.detail["manifest"])
    assert (3, "FileExists") == refused(say(*command, "--as", CLERK))


def test_a_file_that_is_lost_is_named_and_the_rest_is_exported(say: Say, ended: Path, tmp_path: Path) -> None:
    """The exit code says that the record has a hole; the record says which."""
    EvidenceStore(tmp_path / "data" / "archive").path(hashlib.sha256(HISTORY).hexdigest()).unlink()
    said = say("task", "archive", TASK, "--to", str(ended), "--as", CLERK)
    assert (1, True) == (said.code, "histories/" in said.err)
    assert manifest_checks(ended)
    assert 1 == len(json.loads((ended / "record.json").read_text("utf-8"))["faults"])


def test_every_table_is_part_of_the_record_or_left_out_with_a_reason(at: At, sqlite: Database) -> None:
    """A new table must say which."""
    at("launched")
    with sqlite.read() as session:
        others = legal_record._others(session, session.get_one(JointTask, TASK), ())
        beside = {str(model.__tablename__) for model, _ in others} | {"audit_event", "person", "audit_anchor"}
    of_tasks = {table.name for table in legal_record._tables_of_tasks()}
    named = of_tasks | beside | set(legal_record.LEFT_OUT)
    assert set(SQLModel.metadata.tables) == named
    assert set() == (of_tasks | beside) & set(legal_record.LEFT_OUT)


def _counts(session: Session) -> tuple[int, set[str]]:
    visits = session.exec(select(Visit.id).where(col(Visit.task) == TASK)).all()
    papers = session.exec(select(Submission.id).where(col(Submission.chain) == audit.task_chain(TASK))).all()
    return len(visits), set(papers)
