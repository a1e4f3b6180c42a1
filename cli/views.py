"""`views`: the Web UI's saved queries as addresses (常用查询)."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.context import Json, out, show
from cli.tables import hint
from workflows.views import NAMESPACE, VIEWS, until

app = typer.Typer()


@app.command("views")
def views(
    ui: Annotated[
        str,
        typer.Option("--ui", envvar="JOINT_UI", show_envvar=False, metavar="网址", help="Web UI 的网址"),
    ] = "http://127.0.0.1:8233",
    namespace: Annotated[
        str,
        typer.Option("--namespace", envvar="TEMPORAL_NAMESPACE", show_envvar=False, help="Temporal 命名空间"),
    ] = NAMESPACE,
    department: Annotated[
        str | None, typer.Option("--department", metavar="部门", help="部门全称，列出等该部门的")
    ] = None,
    what: Annotated[
        str | None, typer.Option("--what", metavar="事项", help="待办事项全称（如 领取任务），列出等这件事的")
    ] = None,
    as_json: Json = False,
) -> None:
    """列出 Web UI 常用查询的网址：逾期、出错、三日内到期、各步、等某部门、等某件事等。"""
    values = {"until": until(datetime.now(UTC))}
    values |= {name: value for name, value in (("department", department), ("what", what)) if value}
    data = [
        {"name": one.name, "words": one.words, "address": one.address(ui, values, namespace)}
        for one in VIEWS
        if one.needs <= values.keys()
    ]

    def text() -> None:
        for one in data:
            out.print(one["words"], style="bold", markup=False)
            out.print(f"  {one['address']}", markup=False)
        if department is None or what is None:
            hint("等某部门的加 --department 部门全称，等某件事的加 --what 事项全称")

    show(data, as_json=as_json, text=text)
