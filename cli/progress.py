"""How far long work has come: a bar on a terminal, a line now and then where the output goes to a file (进度)."""

from time import monotonic
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from cli.console import err

EVERY = 15.0
"""Seconds from line to line."""


class SpokenProgress(Progress):
    """A bar that has no terminal to be drawn on: it says where it is, at most once in so many seconds."""

    def __init__(self, *columns: Any, **given: Any) -> None:
        super().__init__(*columns, **given)
        self._said = monotonic()

    def update(self, task_id: TaskID, **given: Any) -> None:
        """Note how far a task has come, and say it where it is time."""
        super().update(task_id, **given)
        self._say(task_id)

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        """Note a step, and say it where it is time."""
        super().advance(task_id, advance)
        self._say(task_id)

    def _say(self, task_id: TaskID) -> None:
        if not self.disable or monotonic() - self._said < EVERY:
            return
        self._said = monotonic()
        # Its tasks are in the order of their ids, and none is ever taken away.
        task = self.tasks[task_id]
        whole = f"/{task.total:.0f}" if task.total is not None else ""
        self.console.print(f"{task.description} {task.completed:.0f}{whole}", markup=False)


def bar() -> Progress:
    """Progress on the error stream, so that piped output stays clean."""
    return SpokenProgress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
