"""How a program ends: each kind of end with its own code, and a wrong setting in words."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("pass", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('why')", 1, "why"),
        ("raise KeyError('bug')", 1, "Traceback"),
        ("Seals.parse('office=short')", 2, "设置有误：JOINT_EXCHANGE_SECRETS 应写成"),
        ("Mail('http://x', 'y')", 2, "设置有误：JOINT_SMTP_URL 应为"),
    ],
)
def test_each_end_has_its_code_and_a_wrong_setting_its_words(body: str, code: int, said: str) -> None:
    """An operator reads what to write, no traceback."""
    program = f"""
from adapters.channels import Mail
from adapters.exchange_seal import Seals
from adapters.leaving import leaving
def main():
    {body}
leaving(main)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert (code, True) == (ended.returncode, said in ended.stderr)
    assert (code == 1 and "bug" in body) is ("Traceback" in ended.stderr)
