"""Levers in bulk: row by row what would be done and what was, and a job that repeats nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import col, func, select

from activities.papers.filing import Actor
from cli.context import Context
from models.operations import BulkJob
from models.papers import Paper
from models.task import TakingPart
from models.trail import Answer, AuditEvent, Submission, Wait
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Claim, TaskStatus
from rules.waits import WaitKind
from tests.activities.driver import Driver
from tests.activities.waits import due, wait_of
from tests.activities.world import TASK, dump
from tests.builders import DOCUMENT, OFFICE_DESK, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, refused

STAFF = person(OFFICE_DESK, Role.OFFICE)
ACT = ("--reason", "汛期停工", "--approval", "批7号", "--as", STAFF)


def data(say: Say, *words: str) -> Any:
    """What a command prints as JSON, whatever its exit code."""
    return json.loads(say(*words, "--json").out)


def entry_waits(driver: Driver) -> list[Wait]:
    """The open waits of stage 6, by department."""
    statement = select(Wait).where(col(Wait.kind) == WaitKind.ENTRY).order_by(col(Wait.department))
    return list(driver.read(lambda session: session.exec(statement).all()))


def written(folder: Path, *lines: str) -> str:
    """A list as CSV."""
    file = folder / "清单.csv"
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    return str(file)


def test_dry_run_tells_every_row_and_leaves_no_trace(
    say: Say, at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be moved with both days, what would be refused with its type; not a row is written."""
    driver = at("visited")
    monkeypatch.setattr("cli.bulk.group._now", lambda: driver.now)
    first, second, _ = entry_waits(driver)
    file = written(
        tmp_path, "待办编号,延长数", f"{first.id[:8]},3", f"{second.id[:8]},0", f"{first.id},3", "zzzzzz,2"
    )
    before = dump(driver.database)
    said = say("bulk", "extend", "--file", file, "--dry-run", *ACT)
    assert (3, "RowsRefused") == refused(said)
    rows = data(say, "bulk", "extend", "--file", file, "--dry-run", *ACT)["rows"]
    assert ["accepted", "refused", "refused", "refused"] == [row["outcome"] for row in rows]
    assert "到期日由 2026-04-30 变为 2026-05-08" == rows[0]["words"]
    assert ["PaperInvalid", "RowTwice", "WaitUnknown"] == [
        row["words"].split("（")[1].split("）")[0] for row in rows[1:]
    ]
    assert before == dump(driver.database)


def test_clocks_that_are_to_stand_still_have_no_last_day(
    say: Say, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former day beside itself would read as if nothing happened."""
    driver = at("visited")
    monkeypatch.setattr("cli.bulk.group._now", lambda: driver.now)
    query = ("--query", "kind=录入检查结果", "--from", str(driver.today))
    rows = data(say, "bulk", "suspend", *query, "--dry-run", *ACT)["rows"]
    assert {"中止中，恢复后另计"} == {row["words"] for row in rows}


def test_query_pulls_a_lever_on_all_waits_of_a_kind(say: Say, at: At, tmp_path: Path) -> None:
    """Each row is an ordinary message with its own answer; the result file tells it row by row."""
    driver = at("visited")
    former = {wait.id: due(driver, wait) for wait in entry_waits(driver)}
    result = tmp_path / "结果.xlsx"
    query = ("--query", "kind=录入检查结果", "--by", "2", "--result", str(result))
    said = say("bulk", "extend", *query, *ACT)
    assert 0 == said.code, said.err
    assert all(due(driver, wait) > former[wait.id] for wait in entry_waits(driver))
    (job,) = data(say, "bulk", "list", "--as", STAFF)
    assert (3, 3, 0, 0) == (job["rows"], job["done"], job["refused"], job["left"])
    (head, *lines) = load_workbook(result).worksheets[0].iter_rows(values_only=True)
    assert {"待办编号", "延长数", "结果", "说明"} <= set(head)
    assert set(former) == {line[0] for line in lines}
    assert {"已受理"} == {line[head.index("结果")] for line in lines}
    begun = driver.read(
        lambda s: s.exec(select(AuditEvent).where(col(AuditEvent.event) == "bulk.begun")).one()
    )
    assert (STAFF, 3) == (begun.actor, begun.detail["rows"])


def test_result_file_can_be_given_as_the_next_list(
    say: Say, at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rehearsal of a query is a list that a person edits and gives again."""
    driver = at("visited")
    monkeypatch.setattr("cli.bulk.group._now", lambda: driver.now)
    wait = entry_waits(driver)[0]
    result = tmp_path / "试办.xlsx"
    query = ("--query", "department=配合局 kind=entry", "--from", str(driver.today), "--result", str(result))
    say("bulk", "suspend", *query, "--dry-run", *ACT)
    said = say("bulk", "suspend", "--file", str(result), "--as", STAFF)
    assert 0 == said.code, said.err
    assert not driver.read(lambda s: s.get_one(Wait, wait.id)).closed_at
    assert 1 == data(say, "bulk", "list", "--as", STAFF)[0]["done"]


def test_job_broken_off_is_taken_up_and_repeats_nothing(
    say: Say, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine goes away after the first row: the job tells its id; resumed, each wait is moved once."""
    driver = at("visited")
    former = {wait.id: due(driver, wait) for wait in entry_waits(driver)}
    deliver, sent = Context.deliver, list[Any]()

    def once(self: Context, target: str, paper: Paper, actor: Actor, message_id: Any = None) -> Answer:
        if sent:
            raise Refusal("EngineAway", "连接不上")
        sent.append(message_id)
        return deliver(self, target, paper, actor, message_id)

    monkeypatch.setattr(Context, "deliver", once)
    said = say("bulk", "extend", "--query", f"task={TASK} kind=entry", "--by", "2", *ACT)
    assert (3, "BulkBrokenOff") == refused(said)
    monkeypatch.setattr(Context, "deliver", deliver)
    (job,) = data(say, "bulk", "list", "--as", STAFF)
    assert (1, 2) == (job["done"], job["left"])
    assert f"bulk resume {job['job'][:8]}" in said.err
    assert (3, "NotOwnJob") == refused(say("bulk", "resume", job["job"], "--as", person(SECOND, Role.HEAD)))
    for _ in range(2):
        assert 0 == say("bulk", "resume", job["job"][:8], "--as", STAFF).code
    moved = {wait.id: due(driver, wait) for wait in entry_waits(driver)}
    assert all(moved[one] > former[one] for one in former)
    assert 3 == driver.read(
        lambda s: s.exec(
            select(func.count()).select_from(Submission).where(col(Submission.kind) == "clock.extend")
        ).one()
    )


def test_waits_are_suspended_resumed_and_reassigned(say: Say, at: At) -> None:
    """The other levers on a wait; a kind that does not admit one is refused in its row."""
    driver = at("visited")
    query = ("--query", "department=配合局 kind=entry")
    assert 0 == say("bulk", "suspend", *query, "--from", str(driver.today), *ACT).code
    driver.now = driver.now.replace(day=8)
    assert 0 == say("bulk", "resume-clock", *query, "--from", "2026-04-08", *ACT).code
    reassign = ("--role", "经办人", "--reason", "休假", "--as", STAFF)
    assert 0 == say("bulk", "reassign", *query, *reassign).code
    assert Role.HANDLER is wait_of(driver, WaitKind.ENTRY, SECOND).role
    skipped = say("bulk", "skip", *query, *ACT)
    assert (3, True) == (skipped.code, "LeverNotLawful" in skipped.err)


def test_partners_are_released_and_tasks_cancelled(say: Say, at: At) -> None:
    """Overdue claims by a query; tasks of a plan; the papers are those of the single commands."""
    driver = at("offered")
    assert 0 == say("bulk", "release", "--query", "department=协同局", "--reason", "撤并", "--as", STAFF).code
    part = driver.read(lambda session: session.get_one(TakingPart, (TASK, THIRD)))
    assert Claim.RELEASED is part.claim
    assert 0 == say("bulk", "cancel", "--query", f"plan={DOCUMENT}", *ACT).code
    assert TaskStatus.CANCELLED is driver.job().status


@pytest.mark.parametrize(
    ("words", "type_"),
    [
        (("cancel", "--query", "overdue"), "QueryUnknown"),
        (("extend", "--query", "迟的"), "QueryUnknown"),
        (("extend", "--query", " "), "QueryEmpty"),
        (("extend", "--query", "kind=commission"), "NothingFound"),
        (("resume", "zzzz"), "JobUnknown"),
    ],
)
def test_queries_that_would_reach_too_far_are_refused(
    say: Say, at: At, words: tuple[str, ...], type_: str
) -> None:
    """An unknown or an empty condition never means everything."""
    driver = at("offered")
    act = ACT if words[0] != "resume" else ("--as", STAFF)
    assert (3, type_) == refused(say("bulk", *words, *act))
    assert [] == driver.read(lambda session: session.exec(select(BulkJob)).all())


def test_file_or_query_but_not_both(say: Say, at: At) -> None:
    """Neither, or both, is a wrong command line."""
    at("offered")
    assert 2 == say("bulk", "extend", *ACT).code
