"""The commands that people are told to type exist, and each says in Chinese what it does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rules.wait_rules import WAITS
from tests.activities.world import TASK
from tests.cli.commands import ALL, named
from tests.cli.said import Say

HOME = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_says_in_chinese_what_it_takes(path: tuple[str, ...]) -> None:
    """Each command and each of its own options has words."""
    command = ALL[path]
    assert CHINESE.search(command.help)
    silent = [
        param.name
        for param in command.params
        if param.name != "help" and not CHINESE.search(f"{getattr(param, 'help', '')}{param.metavar}")
    ]
    assert not silent


@pytest.mark.parametrize(
    "typed",
    sorted({one for rule in WAITS.values() for one in (rule.first, rule.command) if one}),
)
def test_command_of_every_wait_can_be_typed(typed: str) -> None:
    """What a wait tells its owner to look at and to type are commands that take these words."""
    words = typed.format(target=TASK).split()
    assert "starter.py" == words[0]
    command, rest = named(words[1:])
    options = [word for word in rest if word.startswith("--")]
    assert set(options) <= {name for param in command.params for name in param.opts}
    must = [param for param in command.params if param.required and param.param_type_name == "option"]
    assert [] == [param.name for param in must if not set(param.opts) & set(options)]
    flags = {name for param in command.params if getattr(param, "is_flag", False) for name in param.opts}
    values = {rest.index(option) + 1 for option in options if option not in flags}
    given = [word for place, word in enumerate(rest) if word not in options and place not in values]
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    needed = [param for param in arguments if param.required]
    assert len(needed) <= len(given) <= len(arguments)


def test_help_of_the_program_names_groups_and_exit_codes(say: Say) -> None:
    """The first page is enough to go on from."""
    page = say("--help").out
    groups = ("plan", "register", "task", "result", "publication", "disposal", "summary", "inbox")
    assert [] == [name for name in (*groups, "person", "policy", "audit") if name not in page]
    assert "退出码" in page


def test_a_notice_is_read_without_database_or_engine() -> None:
    """`plan read` loads neither: it answers in the time that reading takes."""
    code = (
        "import sys; sys.argv[1:] = ['plan', 'read', 'examples/plans/gaoping-2023.md', '--jsonl']\n"
        "import starter\n"
        "heavy = {'sqlalchemy', 'temporalio', 'sqlmodel', 'numpy', 'holidays', 'docx', 'openpyxl'}\n"
        "try: starter.app()\n"
        "except SystemExit: print(sorted(heavy & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOME)
    assert (49, "[]") == (len(done.stdout.splitlines()), done.stderr.strip())


def test_wrong_command_line_ends_with_two(say: Say) -> None:
    """A misspelt command is no refusal."""
    assert 2 == say("task", "klaim", TASK).code
