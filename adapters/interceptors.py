"""What stands between the engine and our activities: nothing personal leaves in a failure, and a sign of life."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from rules.calendar import TZ

log = structlog.get_logger(__name__)

ASIDE = " · "
"""What follows it in a failure's message is for whoever reads it in the Web UI alone."""


class _Discreet(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        try:
            with structlog.contextvars.bound_contextvars(**_context(input)):
                return await self.next.execute_activity(input)
        except ApplicationError:
            raise
        except Exception as error:
            # SQLAlchemy prints parameters, PostgreSQL keys, pydantic inputs: histories get a log id.
            log_id = uuid4().hex[:12]
            log.exception("activity failed", log_id=log_id)
            name = type(error).__name__
            message = f"{name}, see log {log_id}"
            if not activity.info().is_local:
                message += f"{ASIDE}{_standing()}"
            raise ApplicationError(message, type=name) from None


class _Alive(ActivityInboundInterceptor):
    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        self._outbound = outbound
        super().init(outbound)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        patience = activity.info().heartbeat_timeout
        if patience is None:
            return await self.next.execute_activity(input)
        beating = asyncio.create_task(self._beat(patience / 3))
        try:
            return await self.next.execute_activity(input)
        finally:
            beating.cancel()

    async def _beat(self, pause: timedelta) -> None:
        while True:
            await asyncio.sleep(pause.total_seconds())
            self._outbound.heartbeat()


def _standing() -> str:
    """Since when a step fails, and who must do what: its page in the Web UI tells nothing else of it."""
    about = activity.info()
    since = about.scheduled_time.astimezone(TZ).strftime("%Y-%m-%d %H:%M+08:00")
    return (
        f"自 {since} 起第{about.attempt}次 · 引擎自动重试，没有丢失"
        f"{ASIDE}请运维按编号查工作进程日志，排除原因：starter.py doctor"
    )


def _context(input: ExecuteActivityInput) -> dict[str, str]:  # noqa: A002 - the SDK's name
    """Task and department of the activity's message, for every line that it logs."""
    message = input.args[0] if input.args else None
    found = {name: getattr(message, name, "") for name in ("task", "department", "target")}
    return {name: value for name, value in found.items() if value}


class DiscreetFailures(Interceptor):
    """Replaces the message of every unexpected exception by its type and a log id."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Wrap the activity."""
        return _Discreet(super().intercept_activity(next))


class SignsOfLife(Interceptor):
    """Beats for every activity that asks for it: what a killed worker had in hand is soon taken up by another."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Wrap the activity."""
        return _Alive(super().intercept_activity(next))
