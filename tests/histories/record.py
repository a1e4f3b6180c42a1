"""Records histories of the short play at every stage's border: `python -m tests.histories.record`.

To be run, and its files committed, when a new step is meant to change what a workflow does; the old
files stay beside it as long as workflows that began before may still run.
"""

import asyncio
import json
import socket
import tempfile
from pathlib import Path
from typing import Any

from adapters.database import Database
from adapters.engine import start_embedded
from adapters.migrate import migrate
from models.papers import SignCorrection
from rules.roles import Role
from tests.builders import SECOND
from tests.engine.corrections import ask_for_correction, corrections_entered
from tests.engine.house import TASK_WORKFLOW, House, fill
from tests.play import SCENES

HOME = Path(__file__).parent


def file_of(scene: str, workflow: str) -> Path:
    """Where the history of a workflow after a scene lies."""
    return HOME / f"{SCENES.index(scene) + 1}-{scene}-{workflow.split('/', maxsplit=1)[0]}.json"


async def record() -> None:
    """Play, and write the task's history after each scene and one of every other kind at the end."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/record.db"
        migrate(url)
        database = Database(url)
        fill(database, subjects=6)
        environment = await start_embedded(None)
        house = House(database, environment.client, Path(folder) / "exchange", "record")
        async with house.working():
            for scene in SCENES:
                await house.play.run(scene)
                if scene == SCENES[-1]:
                    await house.task.result()
                await _write(house, scene, TASK_WORKFLOW)
            await _correct(house)
            written = {"joint-task"}
            async for one in house.client.list_workflows():
                if one.id.split("/")[0] not in written:
                    written.add(one.id.split("/")[0])
                    await _write(house, SCENES[-1], one.id)
        await environment.shutdown()
        database.close()


async def _correct(house: House) -> None:
    """A correction after the end."""
    case = await ask_for_correction(house, SECOND)
    await house.cast.act(SECOND, Role.HEAD, SignCorrection(), target=case)
    await house.cast.until("the receipt", corrections_entered)
    await house.play.prove()
    await house.client.get_workflow_handle(case).result()


async def _write(house: House, scene: str, workflow: str) -> None:
    history = await house.client.get_workflow_handle(workflow).fetch_history()
    events = _impersonal(json.loads(history.to_json()))
    text = json.dumps({"workflowId": workflow, **events}, ensure_ascii=False, separators=(",", ":"))
    # The sticky queue, too, is called after the machine.
    text = text.replace(socket.gethostname(), "recorded")
    file_of(scene, workflow).write_text(text + "\n", "utf-8")


def _impersonal(value: Any) -> Any:
    """Without the names of the machine and process that it was recorded on."""
    if isinstance(value, dict):
        return {key: "recorded" if key == "identity" else _impersonal(one) for key, one in value.items()}
    return [_impersonal(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    asyncio.run(record())
