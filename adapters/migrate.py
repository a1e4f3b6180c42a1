"""Bringing a database to the present revision."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def config(url: str) -> "Config":
    """Alembic's configuration for one database."""
    from alembic.config import Config  # noqa: PLC0415 - see `migrate`

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    # Alembic interpolates percent signs, which passwords in addresses are quoted with.
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def migrate(url: str) -> None:
    """Upgrade to the newest revision; does nothing where it is there already."""
    # In production a command never migrates, and needs none of it.
    from alembic import command  # noqa: PLC0415 - see above

    command.upgrade(config(url), "head")


if __name__ == "__main__":
    migrate(os.environ["DATABASE_URL"])
