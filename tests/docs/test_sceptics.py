"""The sceptics' page tells the truth: what it prints can be recomputed from what it prints."""

import hashlib
import re
from pathlib import Path

from rules.draw import ticket
from rules.draw_commitments import opens

PAGE = (Path(__file__).parents[2] / "docs" / "draw-for-sceptics.md").read_text("utf-8")
HEX = "([0-9a-f]{64})"


def test_the_link_hashes_to_its_commitment() -> None:
    """Step 4: one round of hashing."""
    found = re.search(rf"printf {HEX} \| xxd -r -p \| sha256sum\n{HEX}", PAGE)
    assert found
    assert found[2] == hashlib.sha256(bytes.fromhex(found[1])).hexdigest()
    assert opens(found[1], 1, found[2])


def test_every_ticket_on_the_page_is_the_code_s() -> None:
    """Step 6: the seed of the page and each code give the hash beside it, in order."""
    seed = re.search(rf"printf 'SJC1\|'; printf {HEX}", PAGE)
    lines = re.findall(rf"^{HEX} ([0-9A-Z]{{18}})$", PAGE, re.MULTILINE)
    assert seed
    assert 3 == len(lines)
    assert lines == [(ticket(seed[1], code).hex(), code) for _, code in lines]
    assert lines == sorted(lines)
