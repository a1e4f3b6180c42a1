"""How a run ends before its case: it goes on in a fresh one, or a coroutine broke; all that it knows stands in SQL."""

import asyncio
from collections.abc import Iterable

from temporalio import workflow


class Afresh(Exception):  # noqa: N818 - not an error: the course goes on in the next run
    """Raised at a wait, never in the middle of a step."""


class Run:
    """The build of the worker that the present run began under, made in the workflow's constructor."""

    def __init__(self) -> None:
        self._began = workflow.info().get_current_deployment_version()

    @property
    def long(self) -> bool:
        """The engine would like a new run."""
        return workflow.info().is_continue_as_new_suggested()

    @property
    def outlived(self) -> bool:
        """Another build goes on with what this run began: a fresh run spares it the older shape's patches.

        Workers without a deployment have no name there, and no run of theirs is ever outlived.
        """
        now = workflow.info().get_current_deployment_version()
        return now is not None and bool(now.deployment_name) and now != self._began


def broken(running: Iterable[asyncio.Task[None]]) -> BaseException | None:
    """What ended one of a workflow's coroutines: it must fail the workflow task, or nobody would see it."""
    for one in running:
        if one.done() and not one.cancelled() and (error := one.exception()):
            return error
    return None
