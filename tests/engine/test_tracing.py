"""A trace leads from the message that a person sends to the SQL that rules on it, and names nobody."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlmodel import Session, select
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from adapters import tracing
from adapters.database import Database
from models.organisation import Person
from models.papers import AcceptClaim
from models.registers import Officer, Subject
from rules.roles import Role
from tests.builders import SECOND
from tests.engine.house import House


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Traces are on for this test, and kept here."""
    exporter = InMemorySpanExporter()
    tracing.start_with(SimpleSpanProcessor(exporter), "test")
    yield exporter
    tracing.stop()


@pytest.fixture
async def traced(house: House, spans: InMemorySpanExporter, tmp_path: Path) -> AsyncIterator[House]:
    """The same service, its client and database opened after traces were turned on."""
    client = await Client.connect(
        house.client.service_client.config.target_host,
        data_converter=pydantic_data_converter,
        interceptors=tracing.interceptors(),
    )
    database = Database(house.database.url)
    yield replace(house, client=client, database=database)
    database.close()


def children(spans: tuple[ReadableSpan, ...], parent: ReadableSpan) -> list[ReadableSpan]:
    """The spans right under a span."""
    place = parent.get_span_context()
    assert place is not None
    return [one for one in spans if one.parent and one.parent.span_id == place.span_id]


async def test_a_trace_leads_from_the_message_to_its_sql(traced: House, spans: InMemorySpanExporter) -> None:
    """Message, update, the step that rules, its statements: one trace, though another started the workflow."""
    async with traced.working():
        await traced.play.run("launch", "prepare")
        spans.clear()
        with tracing.span("file claim"):
            await traced.cast.act(SECOND, Role.HANDLER, AcceptClaim())
    done = spans.get_finished_spans()
    (message,) = [one for one in done if one.name == "file claim"]
    under = {one.name: one for one in children(done, message)}
    assert {"SQL INSERT", "StartWorkflowUpdate:act"} <= set(under)
    below = {one.name: one for one in children(done, under["StartWorkflowUpdate:act"])}
    statements = {one.name for one in children(done, below["RunActivity:apply_task_papers"])}
    assert {"SQL SELECT", "SQL INSERT", "SQL UPDATE"} <= statements


async def test_traces_name_nobody(traced: House, spans: InMemorySpanExporter) -> None:
    """Neither persons, nor officers, nor subjects with their codes: a collector is outside the house."""
    async with traced.working():
        await traced.play.run()
        await traced.task.result()
    said = "\n".join(one.to_json() for one in spans.get_finished_spans())
    assert "SQL INSERT" in said
    with traced.database.read() as session:
        names = _names(session)
    assert [] == [name for name in names if name in said]


def test_without_an_address_nothing_is_traced() -> None:
    """Off by default: no interceptor stands between."""
    tracing.start("", "test")
    assert [] == tracing.interceptors()


def _names(session: Session) -> set[str]:
    people = [person.name for person in session.exec(select(Person))]
    officers = [officer.name for officer in session.exec(select(Officer))]
    firms = [one for subject in session.exec(select(Subject)) for one in (subject.name, subject.code)]
    return {*people, *officers, *firms}
