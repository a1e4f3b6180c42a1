"""What the documents say of the code's structure is so: imports point one way, and every named file is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KNOWS = {
    "rules": {"rules"},
    "models": {"rules", "models"},
    "workflows": {"rules", "models", "workflows"},
    "adapters": {"rules", "models", "adapters"},
    "activities": {"rules", "models", "adapters", "activities"},
    "worker": {"rules", "models", "adapters", "activities", "workflows"},
    "cli": {"rules", "models", "adapters", "activities", "workflows", "worker", "cli"},
    "starter": {"adapters", "cli"},
}
"""Whom each part may import, as the README's last words on the code say; nothing imports tests or benchmarks."""
OURS = {*KNOWS, "benchmarks", "docs", "migrations", "tests"}
MESSAGES = {"models.messages", "models.search_attributes"}
"""What workflows know of the models: what they send and show, and no table."""
MACHINERY = {"alembic", "httpx", "sqlalchemy", "sqlmodel", "temporalio", "typer"}
"""What a pure decision does without."""
PAGES = ("README.md", *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md")))
FILE = re.compile(r"`((?:[a-z_]+/)+[a-z_]+\.py)`")


def modules(part: str) -> list[Path]:
    """The files of a part: a package with all below it, or a module."""
    found = sorted((ROOT / part).rglob("*.py")) or [ROOT / f"{part}.py"]
    assert all(file.is_file() for file in found)
    return found


def imported(text: str) -> Iterator[str]:
    """Every module that a source imports, wherever it does so, as `package.module`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{one.name}" for one in node.names)


def against(part: str, lawful: set[str]) -> list[str]:
    """The part's imports of the project's own code that are not lawful, each with its file."""
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(part)
        for name in imported(file.read_text("utf-8"))
        if (top := name.partition(".")[0]) in OURS and top not in lawful
    ]


@pytest.mark.parametrize("part", KNOWS)
def test_imports_point_one_way(part: str) -> None:
    """No part knows of what stands above it."""
    assert [] == against(part, KNOWS[part])


def test_an_import_against_the_arrow_is_found_wherever_it_hides() -> None:
    """Also one within a function, and one of a package."""
    text = "from rules import waits\n\ndef late() -> None:\n    import cli.task\n    from workflows import steps\n"
    assert {"rules.waits", "cli.task", "workflows.steps"} == set(imported(text))


def test_workflows_know_messages_and_no_table() -> None:
    """A table in a workflow would tie open histories to the schema."""
    found = [
        f"{file.name} imports {name}"
        for file in modules("workflows")
        for name in imported(file.read_text("utf-8"))
        if name.startswith("models.") and not {name, name.rpartition(".")[0]} & MESSAGES
    ]
    assert [] == found


def test_rules_decide_without_machinery() -> None:
    """No database, engine, network or terminal: a rule is tried by calling it."""
    found = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules("rules")
        for name in imported(file.read_text("utf-8"))
        if name.partition(".")[0] in MACHINERY
    ]
    assert [] == found


def test_no_test_lives_on_another() -> None:
    """What several tests build on has a home of its own, so that each test file may be changed or moved alone."""
    found = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in [*modules("tests"), *modules("benchmarks")]
        for name in imported(file.read_text("utf-8"))
        if name.startswith("tests.") and any(one.startswith("test_") for one in name.split(".")[:-1])
    ]
    assert [] == found


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    """Moved code takes its mention along."""
    named = FILE.findall((ROOT / page).read_text("utf-8"))
    assert [] == [name for name in named if not (ROOT / name).is_file()]
