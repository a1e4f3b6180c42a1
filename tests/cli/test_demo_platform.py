"""The played platform over folders, as a command."""

import sys
from pathlib import Path

import pytest

from cli.demo.platform import main


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), ([], 2)])
def test_asking_for_help_makes_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
) -> None:
    """An option is no folder's name, and a folder must be named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["platform", *words])
    with pytest.raises(SystemExit) as left:
        main()
    assert code == left.value.code
    assert [] == list(tmp_path.iterdir())
