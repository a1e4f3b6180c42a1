"""`worker.py setup` against the engine's own server: what it registers, leaves alone, and can't register."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from adapters.engine import find_server
from adapters.search_attributes import EngineRefuses, register_search_attributes
from models.search_attributes import ALL, WAITING_FOR

ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def server(attributes: Sequence[SearchAttributeKey[Any]] = ()) -> AsyncIterator[Client]:
    """An engine of its own that has these search attributes and no others."""
    started = await WorkflowEnvironment.start_local(
        dev_server_existing_path=find_server(), dev_server_log_level="error", search_attributes=attributes
    )
    try:
        yield started.client
    finally:
        await started.shutdown()


async def typed(*words: str, address: str, **more: str) -> tuple[int, str, str]:
    """`worker.py` with these words: its exit code, what it said and what it complained of."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "worker.py", *words],
        cwd=ROOT, env=os.environ | {"TEMPORAL_ADDRESS": address, "JOINT_PROFILE": "dev"} | more,
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def address_of(client: Client) -> str:
    """Where the engine listens."""
    return str(client.service_client.config.target_host)


async def test_setup_registers_all_of_ours_and_says_so_and_changes_nothing_the_second_time() -> None:
    """The command as it is typed; an attribute of somebody else's is left alone."""
    async with server([SearchAttributeKey.for_keyword("Foreign")]) as client:
        first = await typed("setup", address=address_of(client))
        assert (0, "") == (first[0], first[2])
        assert "命名空间 default：搜索属性8个，新登记8个" == first[1].splitlines()[0]
        assert 8 == first[1].count("  新登记 ")
        assert "  新登记 WaitingOn（KeywordList）" in first[1].splitlines()
        second = await typed("setup", address=address_of(client))
        assert (0, "命名空间 default：搜索属性8个，均已登记，没有改动") == (
            second[0],
            second[1].splitlines()[0],
        )
        for key in ALL:
            assert 0 == (await client.count_workflows(f"{key.name} IS NOT NULL")).count


async def test_what_is_missing_is_added_to_what_is_there() -> None:
    """A new version may bring a new attribute."""
    async with server(ALL[:-2]) as client:
        registered = await register_search_attributes(client)
        assert 2 == len(registered.added)
        assert len(ALL) - 2 == len(registered.kept)
        assert {key.name for key in ALL[-2:]} == {one.split("（")[0] for one in registered.added}


async def test_an_attribute_of_another_type_is_refused_with_the_command_that_removes_it() -> None:
    """Left alone, every workflow task that sets it would fail, and the engine would not say why."""
    async with server([SearchAttributeKey.for_int(WAITING_FOR.name)]) as client:
        code, said, complained = await typed("setup", address=address_of(client))
        assert (1, "") == (code, said)
        assert "WaitingFor 已登记为 Int，须为 Keyword" in complained
        assert "search-attribute remove --namespace default --name WaitingFor" in complained
        assert "Traceback" not in complained
        assert 1 == (await typed(address=address_of(client)))[0], "a worker would start and fail for ever"


async def test_an_engine_that_takes_no_more_is_quoted() -> None:
    """Ten keywords are all that it stores in SQL."""
    async with server([SearchAttributeKey.for_keyword(f"Foreign{one}") for one in range(9)]) as client:
        with pytest.raises(
            EngineRefuses, match=r"more than 10 search attribute of type Keyword.*TEMPORAL_NAMESPACE"
        ):
            await register_search_attributes(client)


async def test_without_an_engine_or_its_namespace_it_is_said_what_to_check() -> None:
    """Exit code 1 and a sentence, no trace."""
    nobody = await typed("setup", address="127.0.0.1:9")
    assert (1, True, False) == (nobody[0], "TEMPORAL_ADDRESS" in nobody[2], "Traceback" in nobody[2])
    async with server() as client:
        missing = await typed("setup", address=address_of(client), TEMPORAL_NAMESPACE="nowhere")
        assert (1, True) == (missing[0], "namespace create --retention 90d --namespace nowhere" in missing[2])


async def test_check_replay_says_nothing_but_its_count() -> None:
    """What a history logs when it is replayed was logged when it happened."""
    code, said, complained = await typed("check-replay", "--only-kept", address="127.0.0.1:9")
    assert (0, "", 1) == (code, complained, len(said.splitlines()))
    assert said.endswith(" histories replayed, 0 failed\n")
