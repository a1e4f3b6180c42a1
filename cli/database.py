"""`migrate`: bring the database to the present revision, as its owner (升级数据库)."""

import typer

from adapters.migrate import migrate
from adapters.settings import Settings
from cli.tables import done, hint

app = typer.Typer()


@app.command("migrate")
def migrate_() -> None:
    """升级数据库到当前版本；由数据库管理员（所有者）执行，已是当前版本则不变。"""
    migrate(Settings.load().database_url)
    done("数据库已是当前版本")
    hint("新装时接着登记领导小组办公室：starter.py person bootstrap-office")
