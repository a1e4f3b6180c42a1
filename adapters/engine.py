"""The Temporal engine: connecting to it, and the embedded server for a machine that has none."""

import os
import shutil
import sys
from pathlib import Path

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.testing import WorkflowEnvironment

from adapters import tracing
from adapters.payloads import data_converter
from models.search_attributes import ALL

NAMESPACE = "default"


async def connect(runtime: Runtime | None = None) -> Client:
    """Connect as temporal.toml or the TEMPORAL_* variables say; 127.0.0.1:7233 otherwise."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(
        **config,
        data_converter=data_converter,
        runtime=runtime,
        interceptors=tracing.interceptors(),
    )


def find_server() -> str | None:
    """The embedded server's program: the configured one, else `temporal` on PATH, else the packaged one.

    None leaves it to the SDK's own download, which closed networks refuse.
    """
    configured = os.environ.get("JOINT_TEMPORAL_BINARY")
    packaged = Path(sys.executable).with_name("temporal")
    return configured or shutil.which("temporal") or (str(packaged) if packaged.exists() else None)


async def start_embedded(
    file: Path | None, *, port: int | None = None, ui_port: int | None = None
) -> WorkflowEnvironment:
    """Start the embedded server with its Web UI; with `file` its state outlives the process."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    return await WorkflowEnvironment.start_local(
        data_converter=data_converter,
        port=port,
        ui=ui_port is not None,
        ui_port=ui_port,
        dev_server_existing_path=find_server(),
        dev_server_database_filename=None if file is None else str(file),
        dev_server_log_level="error",
        search_attributes=ALL,
    )
