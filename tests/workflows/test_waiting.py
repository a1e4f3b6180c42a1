"""Who is waited for, in words."""

from datetime import UTC, datetime

import pytest

from rules.wait_rules import WAITS
from rules.waits import WaitKind
from tests.workflows.progresses import a_wait
from workflows import waiting


def test_a_wait_with_words_and_a_command_of_its_own_shows_these() -> None:
    """A yearly report belongs to a plan, which the desk's own id does not tell."""
    own = a_wait(kind="yearly_report", what="报送年报", command="starter.py summary yearly yc-2026 报送文号")
    text = "\n".join(waiting.wait_lines([own], 1, ""))
    assert "**报送年报**" in text
    assert "办理 `starter.py summary yearly yc-2026 报送文号`" in text


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("2026-03-04 24:00+08:00", {}),
        ("2026-03-04 24:00+08:00（暂定）", {"provisional": True}),
        ("2026-03-05 15:30+08:00", {"due": datetime(2026, 3, 5, 7, 30, tzinfo=UTC)}),
        ("未定", {"due": None}),
    ],
)
def test_a_last_day_ends_at_24_00_of_the_day_itself(expected: str, given: dict[str, object]) -> None:
    """00:00 of the next day would read like one day more."""
    assert expected == waiting.last_day(a_wait(**given))


@pytest.mark.parametrize("kind", WaitKind)
def test_every_kind_of_wait_can_be_shown(kind: WaitKind) -> None:
    """In the words of the trade, with its command filled in."""
    text = "\n".join(waiting.wait_lines([a_wait(kind=kind.value)], 1, "yc-2026/4/1"))
    assert f"**{kind.label}**" in text
    assert WAITS[kind].command.format(target="yc-2026/4/1") in text
    assert "{target}" not in text
