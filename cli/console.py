"""What people see of every command: the two streams, refusals with their exit codes, usable settings."""

import os
import sys
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.core import TyperGroup

from adapters.settings import Profile, Settings
from rules.refusal import Refusal

REFUSED = 3
"""Exit code of a business refusal; 1 is a bug, 2 a wrong command line."""
WRONG = 2
"""Exit code of a wrong command line or setting."""
_PIPED_WIDTH = 160

Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


FILED = "NotDelivered"
"""The one type that refuses nothing: the paper lies filed, and nobody has ruled on it yet."""


def fail(refusal: Refusal) -> NoReturn:
    """Show a refusal with its type and words, and end with its exit code."""
    if refusal.type == FILED:
        err.print("尚未办理", style="yellow", end="")
    else:
        err.print("不予受理", style="red", end="")
    err.print(f"（{refusal.type}）：{refusal.words}", markup=False)
    raise typer.Exit(REFUSED)


class Guarded(TyperGroup):
    """The outermost group: whatever is expected to go wrong ends in words and an exit code, not a trace."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the words before the first command."""
        try:
            return super().make_context(*args, **kwargs)
        except NoArgsIsHelpError:
            raise
        except UsageError as wrong:
            _tell_wrong(wrong)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            fail(refusal)
        except NoArgsIsHelpError:
            raise
        except UsageError as wrong:
            _tell_wrong(wrong)
        except typer.Abort:
            err.print("已取消，未办理。")
            raise typer.Exit(1) from None
        except typer.Exit:
            raise
        except BrokenPipeError:
            raise typer.Exit(0) from None
        except Exception as problem:
            # Database and engine are loaded by the commands that need them: this asks which one failed.
            from cli.faults import expected  # noqa: PLC0415 - see above

            told = expected(problem)
            if told is None:
                raise
            fail(told)


def _tell_wrong(wrong: UsageError) -> NoReturn:
    # Needed where something is wrong, and by no other command.
    from cli.wrong import wrong_words  # noqa: PLC0415 - see above

    err.print("命令写错", style="red", end="")
    err.print(f"：{wrong_words(wrong)}", markup=False)
    raise typer.Exit(WRONG)


def check_settings() -> Settings:
    """The settings; ends with the exit code of a wrong command line where they cannot be used."""
    profile, data, url = (os.environ.get(name) for name in ("JOINT_PROFILE", "JOINT_DATA", "DATABASE_URL"))
    if profile is not None and profile not in set(Profile):
        known = "、".join(f"{one.value}（{one.label}）" for one in Profile)
        wrong = f"JOINT_PROFILE=“{profile}”不可用，可选：{known}"
    elif data is not None and not data.strip():
        wrong = "JOINT_DATA 为空；请写明数据目录，或取消该变量（unset JOINT_DATA）"
    elif url is not None and not _usable(url):
        wrong = "DATABASE_URL 为空或无法识别；请写成 sqlite:///路径 或 postgresql://…，或取消该变量"
    else:
        try:
            return Settings.load()
        except ValueError as problem:
            wrong = str(problem)
    err.print("设置有误", style="red", end="")
    err.print(f"：{wrong}", markup=False)
    raise typer.Exit(WRONG)


def _usable(url: str) -> bool:
    # Most commands that need no database are asked where none is configured.
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - see above
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - see above

    try:
        return make_url(url).get_backend_name() in ("sqlite", "postgresql")
    except ArgumentError:
        return False
