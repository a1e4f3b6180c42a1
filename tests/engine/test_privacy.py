"""What the engine keeps names nobody: histories hold ids, counts, departments and roles (个人信息)."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from cli.demo.play import HEALTH, LEAD, SCHOOLS, SEED, TASK, secret
from cli.demo.setting import set_up
from cli.demo.show import Show
from models.organisation import Department, Person
from models.outcomes import Correction, Result
from models.registers import Officer, Subject
from models.trail import Submission
from rules.draw_commitments import commitment, link
from tests.engine.conftest import own_queue
from tests.engine.histories import histories_of, text_of
from tests.engine.house import House

SHORTEST = 4
"""Characters from which a text tells something: “已接收” is a note and also the label of a state."""


@pytest.fixture
async def demo(embedded: WorkflowEnvironment, sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    """The demonstration's county."""
    set_up(sqlite, SEED, datetime.now(UTC))
    made = House(sqlite, embedded.client, tmp_path / "exchange", own_queue())
    yield made
    troubles = await made.troubles()
    await made.terminate_all()
    assert [] == troubles


async def test_no_history_of_the_demo_names_anybody_or_anything_found(demo: House) -> None:
    """Every event of every run, payloads included, against every name, code, finding, reason and secret."""
    async with demo.working():
        show = Show(demo.database, demo.client, lambda _: None, task_queue=demo.task_queue)
        await show.run()
        await demo.client.get_workflow_handle(f"joint-task/{TASK}").result()
        kept = {history.workflow_id: text_of(history) async for history in histories_of(demo)}
        shown = await _lists(demo)
    kinds = {workflow.split("/")[0] for workflow in kept}
    assert {"joint-task", "department", "disposal", "correction", "exchange", "plan-row"} == kinds
    with demo.database.read() as session:
        private = list(_private(session))
        # The search would find Chinese words: departments' names may be read, and are.
        assert session.get_one(Department, LEAD).name in kept[f"joint-task/{TASK}"]
    assert len(private) > 6000
    assert [] == _found(private, kept)
    assert [] == _found(private, {"lists": shown})


@dataclass(frozen=True)
class Private:
    """A text that must not be seen, and what it is."""

    what: str
    text: str


def _private(session: Session) -> Iterator[Private]:
    for person in session.exec(select(Person)):
        yield Private("person", person.name)
    for subject in session.exec(select(Subject)):
        yield Private("subject", subject.name)
        yield Private("code", subject.code)
    for officer in session.exec(select(Officer)):
        yield Private("officer", officer.name)
    for result in session.exec(select(Result)):
        yield Private("finding", result.finding)
    for correction in session.exec(select(Correction)):
        yield Private("finding", str(correction.after["finding"]))
        yield Private("reason", correction.reason)
    for paper in session.exec(select(Submission)):
        for field in ("reason", "note", "nonce"):
            yield Private(field, str(paper.content.get(field, "")))
        yield Private("nonce", paper.nonce)
    for department in (LEAD, SCHOOLS, HEALTH):
        own = secret(department)
        yield Private("secret", own.hex())
        yield Private("link", link(own, 1))
        yield Private("commitment", commitment(own))


def _found(private: list[Private], kept: dict[str, str]) -> list[str]:
    """What was found of it, plainly or escaped; the text itself is not repeated in the report."""
    found = set()
    for one in private:
        if len(one.text) < SHORTEST:
            continue
        escaped = json.dumps(one.text)[1:-1]
        found |= {
            f"{one.what} in {workflow}"
            for workflow, text in kept.items()
            if one.text in text or escaped in text
        }
    return sorted(found)


async def _lists(house: House) -> str:
    """What a list of workflows shows of each."""
    query = f"TaskQueue = '{house.task_queue}'"
    return "\n".join([str(one.raw_info) async for one in house.client.list_workflows(query)])
