"""The command line: one Typer program that assembles the groups of `cli/`."""

import logging

import typer

from adapters.logging import configure
from adapters.settings import Profile, Settings
from cli import audit, person, plan, policy, register
from cli.context import Guarded

app = typer.Typer(cls=Guarded, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(plan.app, name="plan")
app.add_typer(register.app, name="register")
app.add_typer(person.app, name="person")
app.add_typer(policy.app, name="policy")
app.add_typer(audit.app, name="audit")


@app.callback()
def surroundings() -> None:
    """部门联合“双随机、一公开”监管：从年度计划到公示、处置、汇总。

    一项联合抽查任务依次经过八步：发起、通知领取、抽取对象、匹配人员、实施检查、录入结果、公示、后续处置。
    每一步等谁、办什么、期限和命令，见 task show 和 inbox。

    以谁的身份：演示和开发环境用 --as 人员编号，正式环境用 --token 或 JOINT_TOKEN。
    退出码：0 办妥，1 故障，2 命令写错，3 不予受理（附类型和理由）。
    """
    configure(json=Settings.load().profile is Profile.PRODUCTION, level=logging.WARNING)


if __name__ == "__main__":
    app()
