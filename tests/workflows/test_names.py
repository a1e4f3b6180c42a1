"""Names that open histories hold are for ever: what a worker registers is compared with a kept list."""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.exchange_files import FileExchange
from models import search_attributes
from tests.engine.conftest import own_queue
from worker import build_worker

KEPT = Path(__file__).with_name("names.json")
Names = dict[str, dict[str, Any]]


def registered(client: Any, database: Database, folder: Path) -> Names:
    """Everything that a worker answers to by name, with the kind of each search attribute."""
    config = build_worker(client, database, FileExchange(folder), task_queue=own_queue()).config()
    workflows = [workflow._Definition.must_from_class(one) for one in config["workflows"]]
    activities = [activity._Definition.must_from_callable(one) for one in config["activities"]]
    return {
        "workflows": {
            str(one.name): {
                "signals": sorted(map(str, one.signals)),
                "updates": sorted(map(str, one.updates)),
                "queries": sorted(map(str, one.queries)),
            }
            for one in sorted(workflows, key=lambda one: str(one.name))
        },
        "activities": {str(one.name): {} for one in sorted(activities, key=lambda one: str(one.name))},
        "search_attributes": {
            key.name: {"kind": key.indexed_value_type.name}
            for key in sorted(search_attributes.ALL, key=lambda key: key.name)
        },
    }


def flat(names: Names) -> set[str]:
    """A line for each name, as `workflows/JointTaskWorkflow/signals/wake`."""
    lines = set()
    for section, members in names.items():
        for name, parts in members.items():
            lines.add(f"{section}/{name}")
            for part, values in parts.items():
                lines |= {
                    f"{section}/{name}/{part}/{one}"
                    for one in (values if isinstance(values, list) else [values])
                }
    return lines


@pytest.fixture
async def today(embedded: WorkflowEnvironment, sqlite: Database, tmp_path: Path) -> set[str]:
    """The names of the worker as it is."""
    return flat(registered(embedded.client, sqlite, tmp_path))


@pytest.fixture
def kept() -> set[str]:
    """The names that were ever released."""
    return flat(json.loads(KEPT.read_text("utf-8")))


async def test_no_name_that_was_released_is_removed_or_renamed(today: set[str], kept: set[str]) -> None:
    """An open workflow asks for it by this name, perhaps in a year; keep the old beside the new."""
    assert set() == kept - today


async def test_every_name_is_kept(today: set[str], kept: set[str]) -> None:
    """A new name belongs into names.json, in the same change that brings it."""
    assert set() == today - kept
