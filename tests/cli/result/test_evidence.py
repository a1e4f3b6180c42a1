"""Evidence by command: kept by its content, listed and checked."""

from pathlib import Path

from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

OFFICER = person(SECOND, Role.OFFICER)
PDF = b"%PDF-1.7\nproof"


def test_evidence_is_kept_listed_and_checked(say: Say, at: At, tmp_path: Path) -> None:
    """The file lies in the store under its hash; a touched one is found out."""
    driver = at("visited")
    visit = driver.visits(SECOND)[0].id
    file = tmp_path / "现场记录.pdf"
    file.write_bytes(PDF)
    assert 0 == say("result", "evidence", "add", TASK, visit, str(file), "--as", OFFICER).code
    (row,) = data(say, "result", "evidence", "list", TASK, "--check", "--as", OFFICER)
    assert ("现场记录.pdf", len(PDF), "") == (row["name"], row["size"], row["fault"])
    kept = tmp_path / "data" / "evidence" / row["sha256"][:2] / row["sha256"]
    assert PDF == kept.read_bytes()
    kept.chmod(0o600)
    kept.write_bytes(b"%PDF-else")
    said = say("result", "evidence", "list", TASK, "--check", "--as", OFFICER)
    assert (3, "EvidenceDamaged") == refused(said)
    wrong = tmp_path / "假.jpg"
    wrong.write_bytes(PDF)
    said = say("result", "evidence", "add", TASK, visit, str(wrong), "--as", OFFICER)
    assert (3, "EvidenceContent") == refused(said)
