"""Bringing a database to the present revision."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    # Alembic interpolates percent signs, which passwords in addresses are quoted with.
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def migrate(url: str) -> None:
    """Upgrade to the newest revision; does nothing where it is there already."""
    command.upgrade(config(url), "head")


if __name__ == "__main__":
    migrate(os.environ["DATABASE_URL"])
