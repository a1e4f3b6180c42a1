"""A wrong command line is told in Chinese, with its exit code and where the usage stands."""

from pathlib import Path

import pytest

from rules.roles import Role
from tests.activities.conftest import At
from tests.builders import LEAD, person
from tests.cli.said import Say


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["task", "show"], "缺少 任务编号"),
        (["task", "draw", "refuse", "x"], "缺少 --reason"),
        (["task", "show", "a", "b"], "多写了 b"),
        (["nonesuch"], "没有命令 nonesuch"),
        (["--nonesuch"], "没有选项 --nonesuch"),
        (["task", "cancel", "x", "--nonum", "1"], "没有选项 --nonum，是否为 --number"),
        (["task", "draw", "refuse", "x", "--as"], "--as 后面没有写值"),
        (["task", "draw", "request", "x", "--size", "0"], "--size：不得小于1"),
        (["task", "draw", "request", "x", "--size", "abc"], "--size：应为整数"),
        (["simulate", "nowhere.md", "--year", "2027"], "计划文件：没有文件 nowhere.md，请检查路径"),
        (
            ["person", "bootstrap-office", *"abcde", "--level", "x"],
            "--level：“x”不在可选之列：'province', 'city', 'county'",
        ),
    ],
)
def test_what_is_wrong_is_told_in_chinese(say: Say, words: list[str], told: str) -> None:
    """Which option or word, and what of it; exit code 2 and nothing done."""
    said = say(*words)
    assert (2, "") == (said.code, said.out)
    assert said.err.startswith(f"命令写错：{told}")


def test_only_files_that_tell_of_persons_are_said_to_do_so(say: Say, at: At, tmp_path: Path) -> None:
    """The list of check items names nobody."""
    at("adopted")
    for name, personal in {"items": False, "officers": True}.items():
        file = str(tmp_path / f"{name}.csv")
        said = say("register", "export", name, file, "--as", person(LEAD, Role.KEEPER))
        assert (0, personal) == (said.code, "含个人信息" in said.out)
