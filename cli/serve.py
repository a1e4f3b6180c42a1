"""Running the whole service on one machine: embedded engine, migrations, worker, platform stand-in."""

import asyncio
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.engine import start_embedded
from adapters.logging import configure
from adapters.migrate import migrate
from adapters.ports import reserved_port
from adapters.settings import Profile, Settings
from cli.context import out
from cli.demo.play import SEED
from cli.demo.setting import set_up
from cli.demo.show import Show
from worker import working

PORT, UI_PORT = 7233, 8233
_STARTER = Path(__file__).resolve().parent.parent / "starter.py"


@dataclass(frozen=True)
class Running:
    """A service that runs in this process."""

    settings: Settings
    client: Client
    database: Database
    ui: str


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Running]:
    """The whole service for as long as the context lasts; its state stays in the data folder."""
    migrate(settings.database_url)
    with reserved_port(PORT) as port, reserved_port(UI_PORT) as ui_port:
        environment = await start_embedded(settings.data / "temporal.db", port=port, ui_port=ui_port)
    database = Database(settings.database_url)
    try:
        async with working(environment.client, settings, database):
            yield Running(settings, environment.client, database, f"http://127.0.0.1:{ui_port}")
    finally:
        database.close()
        await _stop(environment)


async def _stop(environment: WorkflowEnvironment) -> None:
    await environment.shutdown()


def dev_command() -> None:
    """Serve with persistent files under the data folder until Ctrl-C."""
    settings = _settings(Profile.DEV, Path(".data"))
    configure(json=False)

    async def whole() -> None:
        stop = _stop_signal()
        async with serving(settings) as running:
            out.print(_how_to_reach(running))
            await stop.wait()

    asyncio.run(whole())


def demo_command(*, keep: bool) -> None:
    """Play one joint task from its plan row to its end, in a folder of its own."""
    settings = _settings(Profile.DEMO, Path(".data") / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    configure(json=False, level=30)

    async def whole() -> None:
        stop = _stop_signal()
        async with serving(settings) as running:
            platform = subprocess.Popen(  # noqa: ASYNC220, S603 - our own module, started at once
                _platform(settings)
            )
            try:
                now = datetime.now(UTC)
                out.print(await asyncio.to_thread(set_up, running.database, SEED, now))
                show = Show(running.database, running.client, out.print)
                await show.run()
                show.tables()
                out.print(_how_to_reach(running))
                if keep:
                    out.print("服务继续运行，按 Ctrl-C 结束。")
                    await stop.wait()
            finally:
                platform.terminate()

    asyncio.run(whole())


def _settings(profile: Profile, data: Path) -> Settings:
    """The settings of a service in this process; a database or folder that is configured is kept."""
    # Absolute: the exports that are printed must hold in any folder.
    os.environ["JOINT_DATA"] = str(Path(os.environ.get("JOINT_DATA", data)).resolve())
    os.environ["JOINT_PROFILE"] = profile.value
    return Settings.load()


def _platform(settings: Settings) -> list[str]:
    """The command of the platform's stand-in: over the folders, or at the address that is set."""
    if settings.exchange.startswith("http://"):
        port = settings.exchange.rstrip("/").rsplit(":", 1)[-1]
        state = str(settings.data / "platform.db")
        return [sys.executable, "-m", "cli.demo.platform_server", "--port", port, "--state", state]
    return [sys.executable, "-m", "cli.demo.platform", settings.exchange]


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


_AFTER_DEMO = ("  joint task list --all", "  joint task show yangcheng-2024/4/1", "  joint audit verify")
_NEW_HERE = (
    "  joint person bootstrap-office yc 样例县领导小组办公室 样例县 p-0001 测试人甲   # 首次使用",
    "  joint --help",
)


def _how_to_reach(running: Running) -> str:
    address = running.client.service_client.config.target_host
    profile = running.settings.profile.value
    url = os.environ.get("DATABASE_URL")
    return "\n".join(
        [
            "",
            f"Web UI：  {running.ui}",
            f"数据库：  {running.settings.database_url}",
            "接下来可以试试（另开一个终端，先执行下面的 export 和 alias）：",
            f"  export JOINT_PROFILE={profile} TEMPORAL_ADDRESS={address}",
            f"  export JOINT_DATA={shlex.quote(str(running.settings.data))} JOINT_UI={running.ui}",
            *([f"  export DATABASE_URL={shlex.quote(url)}"] if url else []),
            f"  alias joint='{sys.executable} {_STARTER}'",
            *(_AFTER_DEMO if running.settings.profile is Profile.DEMO else _NEW_HERE),
        ]
    )
