"""OpenTelemetry traces from a message to its SQL (链路追踪); off unless an address is set.

Spans bear ids, names of steps and SQL with its placeholders: no parameter, name, code or finding.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from temporalio.client import Interceptor

_STATEMENT = 1000
"""Characters of a statement that are kept: a bulk insert has a placeholder for every cell."""
_SPAN = "span"


class _State:
    """The one provider of this process; None while traces are off."""

    provider: "TracerProvider | None" = None


def start(address: str, service: str) -> None:
    """Trace from here on, to an OTLP collector at `address` (`http://…/v1/traces`); '' leaves traces off."""
    if not address:
        return
    # A third of a second to load, which only those pay who trace.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    start_with(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)), service)


def start_with(processor: "SpanProcessor", service: str) -> None:
    """Trace from here on, to a processor of spans."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above

    _State.provider = TracerProvider(resource=Resource.create({"service.name": service}))
    _State.provider.add_span_processor(processor)


def stop() -> None:
    """Send what is still held, and trace no more."""
    if _State.provider is not None:
        _State.provider.shutdown()
        _State.provider = None


def interceptors() -> "list[Interceptor]":
    """What a client, and every worker of it, is given: the SDK's own, and the way from a paper to its step."""
    if _State.provider is None:
        return []
    from temporalio.contrib.opentelemetry import TracingInterceptor  # noqa: PLC0415 - as above

    from adapters.paper_traces import PaperTraces  # noqa: PLC0415 - the database is watched without the engine's library

    return [PaperTraces(), TracingInterceptor(_State.provider.get_tracer(__name__))]


@contextmanager
def span(name: str) -> Iterator[None]:
    """A span around what follows; nothing where traces are off."""
    if _State.provider is None:
        yield
        return
    with _State.provider.get_tracer(__name__).start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ):
        yield


def watch(engine: Engine) -> None:
    """A span for each statement that a traced step sends; sweeps and measures leave none."""
    if _State.provider is None:
        return
    from opentelemetry import trace  # noqa: PLC0415 - as above

    tracer = _State.provider.get_tracer(__name__)

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(
        _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, many: bool
    ) -> None:
        if context is None or not trace.get_current_span().get_span_context().is_valid:
            return
        words = statement.split(maxsplit=1)
        found = tracer.start_span(f"SQL {words[0] if words else ''}", kind=trace.SpanKind.CLIENT)
        found.set_attribute("db.system.name", engine.dialect.name)
        found.set_attribute("db.query.text", statement[:_STATEMENT])
        found.set_attribute("joint.many", many)
        setattr(context, _SPAN, found)

    @event.listens_for(engine, "after_cursor_execute")
    def _end(
        _connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        _close(context, failed=False)

    @event.listens_for(engine, "handle_error")
    def _fail(failure: Any) -> None:
        _close(failure.execution_context, failed=True)


def _close(context: Any, *, failed: bool) -> None:
    found = getattr(context, _SPAN, None)
    if found is None:
        return
    found.set_attribute("error", failed)
    found.end()
    delattr(context, _SPAN)
