"""Progress where nobody looks at a terminal: a line now and then on the error stream, never a flood."""

import io

import pytest
from rich.console import Console

from cli import progress
from cli.progress import EVERY, bar


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """The error stream, which is a file."""
    stream = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=stream, force_terminal=False, width=200))
    return stream


def test_a_line_is_said_at_most_once_in_so_many_seconds(
    said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand steps of a second each are a line for every quarter of a minute, with how many of how many."""
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    with bar() as shown:
        task = shown.add_task("延期", total=1000)
        for _ in range(1000):
            now[0] += 1.0
            shown.advance(task)
    lines = said.getvalue().splitlines()
    assert int(1000 // EVERY) == len(lines)
    assert ("延期 15/1000", "延期 990/1000") == (lines[0], lines[-1])


def test_tracked_work_and_renamed_work_are_said_too(
    said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of a bulk, and a year whose words change from day to day; an unknown total is left out."""
    now = [0.0]

    def later() -> float:
        now[0] += EVERY
        return now[0]

    monkeypatch.setattr(progress, "monotonic", later)
    with bar() as shown:
        assert [1, 2] == list(shown.track([1, 2], description="上传"))
        year = shown.add_task("模拟", total=None)
        shown.update(year, completed=3, description="模拟2027年 2027-01-03")
    lines = said.getvalue().splitlines()
    assert "上传 2/2" in lines
    assert "模拟2027年 2027-01-03 3" == lines[-1]
