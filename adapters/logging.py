"""Structured logs: JSON in production, readable on a terminal, silent while history is replayed."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor


def configure(*, json: bool, level: int = logging.INFO) -> None:
    """Configure structlog and route the libraries' logs the same way."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            drop_replayed,
            bind_engine,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Looked up at each line: whoever replaces the stream for a while would else leave a closed one behind.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def drop_replayed(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """A replayed line was logged when it happened."""
    # Here and below: loaded with the first line, for most commands write none and need no engine.
    from temporalio import workflow  # noqa: PLC0415 - see above

    if workflow.in_workflow() and workflow.unsafe.is_replaying_history_events():
        raise structlog.DropEvent
    return event


def bind_engine(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Say which workflow a line belongs to; ids hold no names."""
    from temporalio import activity, workflow  # noqa: PLC0415 - see above

    if workflow.in_workflow():
        event.setdefault("workflow", workflow.info().workflow_id)
    elif activity.in_activity():
        info = activity.info()
        event.setdefault("workflow", info.workflow_id)
        event.setdefault("activity", info.activity_type)
    return event
