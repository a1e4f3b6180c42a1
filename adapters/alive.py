"""A worker's sign of life for whoever watches its container: a file that stays young while all is well.

`python -m adapters.alive` ends with 0 where the file that JOINT_ALIVE names is young enough.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The check runs twice a minute: it must not load the engine's client.
    from temporalio.client import Client

    from adapters.database import Database

EVERY = 10.0
"""Seconds between two signs."""
OLD = 60.0
"""Seconds after which a worker without a sign counts as ill."""


async def beat(file: Path, client: "Client", database: "Database") -> None:
    """Touch the file as long as the event loop turns and both engine and database answer."""
    while True:
        try:
            if await client.service_client.check_health():
                await asyncio.to_thread(_sign, file, database)
        except Exception:  # noqa: BLE001, S110 - whatever is wrong, no sign is the answer
            pass
        await asyncio.sleep(EVERY)


def is_alive(file: Path) -> bool:
    """Whether the last sign is young."""
    return file.exists() and time.time() - file.stat().st_mtime < OLD


def _sign(file: Path, database: "Database") -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    file.touch()


if __name__ == "__main__":
    sys.exit(0 if is_alive(Path(os.environ["JOINT_ALIVE"])) else 1)
