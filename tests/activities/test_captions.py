"""What every page says of itself, whatever has become of its workflow."""

import re

import pytest

from activities.captions import DETAILS, LIMIT, caption
from tests.activities.conftest import At
from tests.activities.world import TASK
from tests.cli.commands import named
from workflows.paper_desk import words_for


@pytest.mark.parametrize("kind", DETAILS)
def test_every_page_says_what_it_means_when_it_is_blank_ended_or_red(kind: str, at: At) -> None:
    """And whose command mends it; that stands beside the current details, which may be gone."""
    driver = at("adopted")
    made = driver.read(lambda session: caption(session, f"{kind}/nothing/1"))
    assert len(made.summary) <= LIMIT
    assert DETAILS[kind] in made.details
    for word in ("右栏是空的", "TERMINATED", "CANCELED", "Pending Activities", "运维"):
        assert word in made.details
    typed = re.findall(r"`starter\.py ([^`]+)`", made.details)
    assert ["doctor --repair", "doctor"] == typed
    assert {"doctor"} == {named(one.split())[0].name for one in typed}


def test_a_task_is_called_by_its_name_initiator_and_row(at: At) -> None:
    """In a list and at the head of its page; no subject and no person is named."""
    driver = at("launched")
    summary = driver.read(lambda session: caption(session, f"joint-task/{TASK}")).summary
    assert summary.endswith("牵头局发起 · 第1行第1轮")


@pytest.mark.parametrize(("expected", "papers"), [("处理文书2份", ("a", "b")), ("有新情况，重读数据库", ())])
def test_a_sitting_without_papers_says_why_it_is_held(expected: str, papers: tuple[str, ...]) -> None:
    """A fact brings no paper: none of no papers would look like a mistake."""
    assert expected == words_for(papers)
