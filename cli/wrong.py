"""A wrong command line told in Chinese: what is wrong with which option, and where the usage stands (命令写错)."""

import re

# Typer keeps these classes inside itself and exports only one of them.
from typer._click.exceptions import BadParameter, MissingParameter, NoSuchOption, UsageError

_WORDS = (
    (r"Missing command\.", "没有写明命令"),
    (r"No such command '(.*)'\.", "没有命令 {}"),
    (r"Got unexpected extra argument\(?s?\)? \((.*)\)", "多写了 {}"),
    (r"Option '(.*)' requires .*", "{} 后面没有写值"),
    (r"Option '(.*)' does not take a value\.", "{} 后面不写值"),
    (r"Argument '(.*)' takes (\d+) values\.", "{} 须写{}个值"),
    (r"'(.*)' is not one of (.*)\.", "“{}”不在可选之列：{}"),
    (r"Input should be a valid integer.*", "应为整数"),
    (r"Input should be a valid number.*", "应为数"),
    (r"Input should be a valid (?:date|datetime).*", "应为日期，如 2026-03-01"),
    (r"Input should be greater than or equal to (\S+)", "不得小于{}"),
    (r"Input should be less than or equal to (\S+)", "不得大于{}"),
    (r"Input should be ('.*)", "可选 {}"),
    (r"(?i:file|directory|path) '(.*)' does not exist\.", "没有文件 {}，请检查路径"),
    (r"(?i:file|directory|path) '(.*)' is a directory\.", "{} 是目录，应为文件"),
    (r"(?i:file|directory|path) '(.*)' is a file\.", "{} 是文件，应为目录"),
    (r"(?i:file|directory|path) '(.*)' is not readable\.", "{} 不可读，请检查权限"),
    (r"(?i:file|directory|path) '(.*)' is not writable\.", "{} 不可写，请检查权限"),
)


def wrong_words(error: UsageError) -> str:
    """What is wrong, with the command that shows the usage."""
    help_ = f"；用法见 {error.ctx.command_path} --help" if error.ctx else ""
    return f"{_cause(error)}{help_}"


def _cause(error: UsageError) -> str:
    if isinstance(error, NoSuchOption):
        near = "、".join(sorted(error.possibilities or ()))
        return f"没有选项 {error.option_name}{f'，是否为 {near}' if near else ''}"
    if isinstance(error, MissingParameter):
        return f"缺少 {_named(error)}"
    if isinstance(error, BadParameter):
        return f"{_named(error)}：{_said(error.message)}"
    return _said(error.message)


def _named(error: BadParameter) -> str:
    """The option or argument, as its help writes it."""
    param = error.param
    if param is None:
        return "参数"
    return "、".join(param.opts) if param.param_type_name == "option" else f"{param.metavar or param.name}"


def _said(message: str) -> str:
    for pattern, words in _WORDS:
        found = re.fullmatch(pattern, message.removeprefix("Value error, "))
        if found:
            return words.format(*found.groups())
    return message
