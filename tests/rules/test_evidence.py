"""Claims about evidence files, letters and what may stand in public."""

from datetime import date, timedelta

import pytest

from rules.channel import LegalForm
from rules.evidence import LARGEST, check_file, check_head
from rules.publicity import public_code, public_name
from rules.refusal import Refusal
from rules.results import check_letters

DAY = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("name", "size", "type_"),
    [
        ("照片.jpg.exe", 1, "EvidenceType"),
        ("无后缀", 1, "EvidenceType"),
        ("照片.JPG", 0, "EvidenceEmpty"),
        ("照片.jpg", LARGEST + 1, "EvidenceTooLarge"),
    ],
)
def test_what_is_no_evidence_is_refused(name: str, size: int, type_: str) -> None:
    """By its suffix, emptiness, size."""
    with pytest.raises(Refusal) as refusal:
        check_file(name, size)
    assert type_ == refusal.value.type


def test_a_file_is_what_its_name_says() -> None:
    """A program under the name of a photograph is none."""
    assert "image/jpeg" == check_file("照片.JPG", LARGEST)
    check_head("照片.jpg", b"\xff\xd8\xff\xe0")
    check_head("录像.mp4", b"\x00\x00\x00\x20ftypisom")
    for name, head in (("照片.jpg", b"MZ\x90"), ("录像.mp4", b"ftyp"), ("报告.pdf", b"PK\x03\x04")):
        with pytest.raises(Refusal) as refusal:
            check_head(name, head)
        assert "EvidenceContent" == refusal.value.type


@pytest.mark.parametrize("apart", [15, 16, 30])
def test_two_letters_lie_15_to_30_days_apart(apart: int) -> None:
    """Both borders included, in either order."""
    check_letters([DAY, DAY + timedelta(days=apart)])
    check_letters([DAY + timedelta(days=apart), DAY])


@pytest.mark.parametrize(
    ("days", "type_"), [([0], "LettersMissing"), ([0, 14], "LettersInterval"), ([0, 31], "LettersInterval")]
)
def test_other_letters_prove_nothing(days: list[int], type_: str) -> None:
    """One letter, or two too near or too far."""
    with pytest.raises(Refusal) as refusal:
        check_letters([DAY + timedelta(days=one) for one in days])
    assert type_ == refusal.value.type


def test_of_a_natural_person_neither_name_nor_number_is_published() -> None:
    """An individual business has chosen its name; a person has not chosen publicity."""
    assert ("张某", "（不公开）") == (
        public_name(LegalForm.PERSON, "张三丰"),
        public_code(LegalForm.PERSON, "140522199001010011"),
    )
    assert "张三小吃店" == public_name(LegalForm.INDIVIDUAL, "张三小吃店")
