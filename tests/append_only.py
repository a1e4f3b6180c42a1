"""The tables that only grow, of all revisions together."""

from importlib import import_module
from pathlib import Path

_VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"
APPEND_ONLY: tuple[str, ...] = tuple(
    table
    for file in sorted(_VERSIONS.glob("*.py"))
    if file.stem != "__init__"
    for table in getattr(import_module(f"migrations.versions.{file.stem}"), "APPEND_ONLY", ())
)
