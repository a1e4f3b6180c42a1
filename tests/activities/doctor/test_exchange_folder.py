"""The doctor on the exchange's folders: what nobody takes has a line of its own until somebody has settled it."""

import subprocess
from pathlib import Path

import pytest

from activities.doctor import exchange_folder
from activities.doctor.exchange_folder import in_folders
from activities.doctor.findings import Ailment, Finding
from adapters.exchange_files import FileExchange
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.builders import OFFICE

BATCH = f"{OFFICE}-0123456789abcdef01234567.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folders under a name that a shell would take apart."""
    return tmp_path / "o'ne folder"


def found(driver: Driver, folder: Path) -> list[Finding]:
    """What the doctor finds, once everything has lain for long enough."""
    return driver.read(lambda session: list(in_folders(session, folder, quiet=0.0)))


def test_a_folder_that_this_machine_does_not_see_has_no_lines_and_is_not_made(at: At, tmp_path: Path) -> None:
    """The commands may run elsewhere than the workers."""
    assert [] == found(at("adopted"), tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_each_file_that_nobody_takes_has_a_line_and_its_command_ends_it(at: At, folder: Path) -> None:
    """Typed as it is shown, whatever the names: the file is kept, and the line is gone."""
    driver = at("adopted")
    exchange = FileExchange(folder, quiet=0.0)
    assert [] == found(driver, folder)
    (exchange.back / "回执 1.json").write_text("[]", "utf-8")
    (exchange.back / "回执 1.json.bak").write_text("[]", "utf-8")
    (exchange.back / BATCH).write_text("[{", "utf-8")
    assert [] == list(exchange.receipts(OFFICE))
    lines = found(driver, folder)
    assert [exchange.back / "回执 1.json", exchange.back / "回执 1.json.bak", exchange.bad / BATCH] == [
        Path(one.subject) for one in lines
    ]
    assert {Ailment.STRAY} == {one.ailment for one in lines}
    assert "名称不是任何办公室的批次" in lines[0].words
    assert "不是完整的 JSON" in lines[2].words
    for number, line in enumerate(lines, start=1):
        subprocess.run(["bash", "-c", line.command], check=True)
        assert lines[number:] == found(driver, folder)
    kept = {path.name for path in (exchange.bad / "settled").iterdir()}
    assert {"回执 1.json", "回执 1.json.bak", BATCH, f"{BATCH}.txt"} == kept


def test_answers_that_lie_for_an_hour_are_the_exchanges_own_line(
    at: At, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker does not see the folder, or may not write it."""
    driver = at("adopted")
    exchange = FileExchange(folder)
    (exchange.back / BATCH).write_text("[]", "utf-8")
    assert [] == found(driver, folder)
    monkeypatch.setattr(exchange_folder, "UNREAD_FOR", 0.0)
    (line,) = found(driver, folder)
    assert f"exchange/{OFFICE}" == line.subject
    assert f"starter.py doctor --repair --restart exchange/{OFFICE}" == line.command


def test_a_name_cannot_command_the_operators_terminal(at: At, folder: Path) -> None:
    """Anybody who can write the folder names files."""
    driver = at("adopted")
    (FileExchange(folder).back / "\x1b]0;x\x07$(touch pwned).json").write_text("[]", "utf-8")
    (line,) = found(driver, folder)
    assert (line.subject + line.command).isprintable()
    assert "'" in line.command[: line.command.index("$(")]
