"""The options of a bulk command: those that all levers have, and each lever's own values."""

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.acting import Who
from cli.bulk.levers import FORMS, BulkLever
from cli.context import Json

Result = Annotated[
    Path | None,
    typer.Option("--result", metavar="文件", help="逐行的结果另存为 XLSX；同一文件修改后可再作清单"),
]
_COMMON: dict[str, Any] = {
    "file": (
        Annotated[
            Path | None,
            typer.Option("--file", metavar="清单", help="XLSX 或 CSV，一行一项；空着的栏用同名选项的值"),
        ],
        None,
    ),
    "query": (
        Annotated[
            str | None,
            typer.Option(
                "--query",
                metavar="条件",
                help="代替清单，条件以空格分开：overdue、kind=领取任务、department=部门、plan=计划编号、task=任务编号、stage=步骤",
            ),
        ],
        None,
    ),
    "dry_run": (
        Annotated[bool, typer.Option("--dry-run", help="只试办：逐行说明会怎样、为什么不予受理，不留痕迹")],
        False,
    ),
    "result": (Result, None),
    "as_json": (Json, False),
}
_VALUES: dict[str, Any] = {
    "first": Annotated[str | None, typer.Option("--from", metavar="日期", help="自何日（含）")],
    "last": Annotated[str | None, typer.Option("--to", metavar="日期", help="至何日（含）")],
    "by": Annotated[str | None, typer.Option("--by", metavar="数", help="延长多少，单位同原期限")],
    "role": Annotated[str | None, typer.Option("--role", metavar="职务", help="改由本部门的哪个职务办理")],
    "person": Annotated[str | None, typer.Option("--person", metavar="人员编号", help="改由哪一人办理")],
    "reason": Annotated[str | None, typer.Option("--reason", metavar="理由", help="理由，入档留痕")],
    "approval": Annotated[str | None, typer.Option("--approval", metavar="文号", help="批准的文号")],
}


def signature(lever: BulkLever) -> inspect.Signature:
    """The parameters of a lever's command, from which Typer reads its options."""
    own = {name: (_VALUES[name], None) for name in FORMS[lever].values}
    parameters = [inspect.Parameter("who", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Who)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default=default)
        for name, (hint, default) in {**_COMMON, **own}.items()
    ]
    return inspect.Signature(parameters)
