"""The command line: one Typer program that assembles the groups of `cli/`."""

import gc
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.leaving import leaving
from cli.console import Guarded, Json, check_settings
from cli.lazy import lazy

GROUPS = {
    "plan": ("cli.plan.read", "cli.plan.group"),
    "register": ("cli.register.group",),
    "task": (
        "cli.task.listing",
        "cli.task.show",
        "cli.task.group",
        "cli.task.officers",
        "cli.task.visit",
        "cli.task.papers",
        "cli.task.archive",
        "cli.task.moving_in",
    ),
    "draw": ("cli.draw.group",),
    "result": ("cli.result.group",),
    "publication": ("cli.publication.group",),
    "disposal": ("cli.disposal.group",),
    "summary": ("cli.summary.group",),
    "inbox": ("cli.inbox.group",),
    "deadline": ("cli.deadline",),
    "calendar": ("cli.calendar",),
    "bulk": ("cli.bulk.group",),
    "person": ("cli.person",),
    "policy": ("cli.policy",),
    "audit": ("cli.audit",),
    "doctor": ("cli.doctor",),
    "views": ("cli.views",),
    "migrate": ("cli.database",),
}
"""Each group's modules, the light ones first; a module is loaded when one of its commands is called.

A module may hold the one command of that name, too.
"""
GARBAGE = 50_000
"""So many new objects before Python looks for garbage; it would at 700."""


class Program(Guarded):
    """The groups, and the commands of this module."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The groups first."""
        return [*GROUPS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A group, loaded now, or one of this module's commands."""
        modules = GROUPS.get(cmd_name)
        return lazy(cmd_name, *modules) if modules else super().get_command(ctx, cmd_name)


app = typer.Typer(cls=Program, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def surroundings(ctx: typer.Context) -> None:
    """部门联合“双随机、一公开”监管：从年度计划到公示、处置、汇总。

    一项联合抽查任务依次经过八步：发起、通知领取、抽取对象、匹配人员、实施检查、录入结果、公示、后续处置。
    每一步等谁、办什么、期限和命令，见 task show 和 inbox。

    以谁的身份：演示和开发环境用 --as 人员编号，正式环境用 --token 或 JOINT_TOKEN。
    退出码：0 办妥，1 故障，2 命令写错，3 不予受理（附类型和理由）。
    """
    settings = check_settings()
    if settings.traces:
        # Like a group's module, what a command needs is loaded when it is called.
        from adapters import tracing  # noqa: PLC0415 - see above

        tracing.start(settings.traces, "joint-cli")
        ctx.call_on_close(tracing.stop)


@app.command("demo")
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="演示结束后继续运行，可另开终端试用各命令")] = False,
) -> None:
    """演示：在本机启动全套服务，把一项联合抽查从计划办到办结。"""
    # The embedded engine and the demonstration county are loaded for these commands only.
    from cli.serve import demo_command  # noqa: PLC0415 - see above

    demo_command(keep=keep)


@app.command("simulate")
def simulate(
    file: Annotated[Path, typer.Argument(metavar="计划文件", exists=True, dir_okay=False)],
    year: Annotated[int, typer.Option("--year", metavar="年度", max=2099, help="将来的任一年度")],
    seed: Annotated[int, typer.Option("--seed", metavar="种子", help="同一种子，同一结果")] = 7,
    rows: Annotated[
        str | None, typer.Option("--rows", metavar="序号,序号", help="只模拟计划的这些行")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="文件夹", file_okay=False, help="保留数据，供其他命令查看"),
    ] = None,
    as_json: Json = False,
) -> None:
    """全年模拟：跳过时间，几分钟内把整份计划从一月办到全部办结，核对有无逾期、遗失。"""
    from cli.simulate import simulate_command  # noqa: PLC0415 - as for the demo

    simulate_command(file, year=year, seed=seed, rows=rows, keep=keep, as_json=as_json)


@app.command("dev")
def dev() -> None:
    """开发：在本机启动 Temporal、工作进程，数据存于 .data/，按 Ctrl-C 结束。"""
    from cli.serve import dev_command  # noqa: PLC0415 - as for the demo

    dev_command()


def main() -> None:
    """Run the command and leave with its exit code."""
    # What a command loads stays: to look through it for garbage again and again took a seventh of a command's time.
    gc.set_threshold(GARBAGE)
    leaving(app)


if __name__ == "__main__":
    main()
