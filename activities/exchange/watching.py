"""Waking an office's exchange when a courier has brought something: it may sleep until tomorrow (交换目录来件)."""

import asyncio
import math

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.exchange.queueing import exchange_id
from adapters.exchange import ExchangeAwayError
from adapters.exchange_files import FileExchange
from models.messages import Wake

log = structlog.get_logger(__name__)

EVERY = 60.0
FRESH = 600.0
"""Seconds for which a file that came is pointed out: it may be whole, or given up, only in a later round."""


async def watch_for_ever(client: Client, exchange: FileExchange) -> None:
    """Look once a minute, in every worker; a wake too many is a round that finds nothing."""
    since = math.inf  # What came while no worker was there is as good as new.
    while True:
        try:
            for office in await asyncio.to_thread(exchange.offices_of_fresh, since):
                await _wake(client, office)
            since = FRESH
        except ExchangeAwayError as problem:
            log.warning("exchange folder away", reason=str(problem))
        except RPCError as problem:
            log.warning("exchange not woken", reason=str(problem))
        await asyncio.sleep(EVERY)


async def _wake(client: Client, office: str) -> None:
    try:
        await client.get_workflow_handle(exchange_id(office)).signal("wake", Wake(kind="came"))
    except RPCError as problem:
        # An office that never sent anything, or that is none: `doctor` names the file.
        if problem.status is not RPCStatusCode.NOT_FOUND:
            raise
