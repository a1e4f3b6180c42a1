"""The saved queries are understood by the engine and find what they are named for."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.cli.said import Say
from workflows.views import VIEWS, View, until

VALUES = {"department": "县教育局", "what": "领取任务", "until": until(datetime(2026, 4, 1, tzinfo=UTC))}


def query_of(view: View) -> str:
    """The query as the address carries it."""
    return parse_qs(urlsplit(view.address("http://ui.invalid/", VALUES)).query)["query"][0]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
async def test_engine_understands_every_saved_query(view: View, embedded: WorkflowEnvironment) -> None:
    """An attribute that is misspelt or of another type would be refused."""
    assert 0 <= (await embedded.client.count_workflows(query_of(view))).count


def test_address_names_namespace_and_carries_no_bare_quotes() -> None:
    """It survives being pasted into a chat: nothing but ASCII, no blank, no quote."""
    address = VIEWS[-1].address("http://ui.invalid/", {**VALUES, "what": "领取' OR 1=1"}, "joint")
    assert address.isascii()
    assert address.startswith("http://ui.invalid/namespaces/joint/workflows?query=")
    assert "WaitingFor = '领取 OR 1=1'" in parse_qs(urlsplit(address).query)["query"][0]
    assert not set(" '\"") & set(address)


def test_due_soon_is_three_days_ahead_in_beijing() -> None:
    """Visibility knows no clock: the moment stands in the address, with its offset."""
    assert "2026-04-04T08:00:00+08:00" == VALUES["until"]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_command_prints_every_saved_query(view: View, say: Say) -> None:
    """By name in words, those that need a department or a matter once these are named."""
    said = say("views", "--ui", "http://ui.invalid", "--department", "县教育局", "--what", "领取任务")
    assert (0, True) == (said.code, view.words in said.out)


def test_without_a_department_its_list_is_left_out(say: Say) -> None:
    """An address with a blank in it would find nothing and look as if all were well."""
    assert "等某部门" not in say("views").out.replace("等某部门的加", "")
