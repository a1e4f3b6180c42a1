"""Each command that a page of the Web UI shows, typed as it stands there by the person whom the page names."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlmodel import col, select

from activities.progress import open_waits
from activities.steps.case import read_case
from models.trail import Wait
from rules.roles import Role
from rules.waits import WaitKind, case_of
from tests.activities.driver import Driver
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say
from workflows import projection
from workflows.waiting import wait_lines

_COMMAND = re.compile(r"`starter\.py ([^`]+)`")
SCENES = (
    *("launched", "proposed", "offered", "declined", "claimed", "requested", "fixed", "announced"),
    *("short", "asked", "offered_joint", "expert_lacking", "matched", "visited", "clock asked"),
    *("commissioned", "submitted", "receipted", "corrected", "published", "sent", "summed", "referred"),
    *("annulled", "desk", "both_adopted"),
)
"""Among them every stage and nearly every kind of wait."""
MOVED_ON = {
    "launched": WaitKind.PREPARE,
    "proposed": WaitKind.CONFIRM,
    "offered": WaitKind.CLAIM,
    "declined": WaitKind.SETTLE_CLAIM,
    "claimed": WaitKind.REQUEST_DRAW,
    "requested": WaitKind.APPROVE_DRAW,
    "expert_lacking": WaitKind.EXPERT,
    "clock asked": WaitKind.DECIDE_CLOCK,
    "submitted": WaitKind.APPROVAL,
    "corrected": WaitKind.SIGN,
    "published": WaitKind.SUMMARY,
    "sent": WaitKind.ACKNOWLEDGE,
}
"""What is done with once its commands are typed, without anything but what they show."""


class Shown(NamedTuple):
    """A command and by whom it is typed."""

    command: str
    by: str


def shown(driver: Driver) -> Iterator[Shown]:
    """The commands of all open waits as their pages show them, and the steps of open disposals."""
    with driver.database.read() as session:
        scopes = session.exec(select(Wait.scope).where(col(Wait.closed_at).is_(None)).distinct()).all()
        for scope in sorted(scopes):
            waits, _ = open_waits(session, scope, limit=99)
            for wait in waits:
                by = person(wait.department, Role(wait.role))
                text = "\n".join(wait_lines([wait], 1, case_of(scope)))
                yield from (Shown(one, by) for one in _COMMAND.findall(text))
            if waits and scope.startswith("disposal/"):
                text = projection.case_details(read_case(session, scope), scope).split("现在可以办理")[-1]
                by = person(waits[0].department, Role(waits[0].role))
                yield from (Shown(one, by) for one in _COMMAND.findall(text))


def filled(driver: Driver, command: str) -> list[str]:
    """The words of a command with what the page leaves to the reader: dates, numbers of days, a choice."""
    blanks = {"日期": str(driver.today), "天": "10", "答复": "accepted", "起日~止日": "2026-06-01~2026-06-30"}
    words = [blanks.get(word, word) for word in shlex.split(command)]
    # The play's days lie in the past of the clock that the command looks at.
    is_step = words[:2] == ["disposal", "step"] and len(words) > 3 and "--on" not in words
    return [*words, "--on", str(driver.today)] if is_step else words


@pytest.mark.parametrize("scene", SCENES)
def test_what_a_page_tells_to_type_is_done_or_refused_in_words(
    scene: str, at: At, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never a wrong command line, never a fault; and what needs nothing else moves the task on."""
    driver = at(scene)
    monkeypatch.chdir(tmp_path)
    typed = list(dict.fromkeys(shown(driver)))
    assert typed
    for one in typed:
        said = say(*filled(driver, one.command), "--as", one.by, input="y\n")
        assert said.code in (0, 3), f"{one.command}\n{said.out}{said.err}"
        assert said.code == 0 or "不予受理" in said.err or "✗" in said.out + said.err, one.command
    if scene in MOVED_ON:
        with driver.database.read() as session:
            left = session.exec(
                select(Wait.id).where(col(Wait.kind) == MOVED_ON[scene], col(Wait.closed_at).is_(None))
            ).all()
        assert [] == left


def test_a_disposals_page_names_the_step_and_what_its_command_must_say(at: At) -> None:
    """The re-check is what is waited for; an extension is the approver's and needs its days."""
    driver = at("approved")
    case = next(one.id for one in driver.disposals() if one.owner == SECOND)
    with driver.database.read() as session:
        text = projection.case_details(read_case(session, f"disposal/{case}"), f"disposal/{case}")
    assert "经办人：**责令改正到期复查**" in text
    assert f"- 复查合格 `starter.py disposal step {case} recheck_passed`" in text
    extend = (
        f"- 延期（审批人或主要负责人） `starter.py disposal step {case} extend --days 天 --note 文号或理由`"
    )
    assert extend in text
