"""Groups of commands whose modules are loaded when a command is called: most need little of the program."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from typer.core import TyperGroup
from typer.main import get_group


def lazy(name: str, *modules: str) -> Any:
    """The group that the modules' `app`s make together, or the one command of that name in a module's `app`.

    The first module is loaded: it explains the group.
    """
    group = get_group(import_module(modules[0]).app)
    group.name = name
    if len(modules) > 1:
        return _Lazy(group, modules)
    return group.commands.get(name, group)


class _Lazy(TyperGroup):
    """A group of several modules, each loaded only where none before it has the command."""

    def __init__(self, first: TyperGroup, modules: tuple[str, ...]) -> None:
        super().__init__(name=first.name, help=first.help, no_args_is_help=True)
        self.modules = modules

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name."""
        found = (group.get_command(ctx, cmd_name) for group in self._groups())
        return next((command for command in found if command is not None), None)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all."""
        return [name for group in self._groups() for name in group.list_commands(ctx)]

    def _groups(self) -> Iterator[TyperGroup]:
        return (get_group(import_module(module).app) for module in self.modules)
