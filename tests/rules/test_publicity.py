"""What somebody typed is published without numbers of persons; where it is hashed, it is refused before."""

import pytest

from rules.channel import LegalForm
from rules.publicity import public_text, refuse_personal
from rules.refusal import Refusal

DOCUMENT = "阳市监罚〔2026〕139号"


@pytest.mark.parametrize(
    "number",
    [
        "140522199001010011",
        "14052219900101001x",
        "140522 19900101 001X",
        "１４０５２２１９９００１０１００１１",
        "13812345678",
        "138-1234-5678",
        "+8613812345678",
        "6222021234567890123",
        "6222 0212 3456 7890",
    ],
)
def test_numbers_of_persons_are_refused_and_hidden_wherever_they_stand(number: str) -> None:
    """Of identity, telephone and bank card, in any spelling; the document itself is shown."""
    text = f"{DOCUMENT}（当事人{number}）"
    with pytest.raises(Refusal) as refusal:
        refuse_personal("无", text)
    assert "PersonalData" == refusal.value.type
    shown = public_text(text, LegalForm.ENTERPRISE, "某店")
    assert shown.startswith(DOCUMENT)
    assert "（不公开）" in shown
    assert not any(part in shown for part in (number[-4:], "1990"))


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENT,
        "国办发明电〔2026〕12号",
        "91140522MA0KAAAA1X",
        "12140522405678901K",
        "2026-04-01，罚款5000元",
        "0356-1234567",
        "SX0123456789ABCD",
        "批138号、1234号",
    ],
)
def test_documents_codes_days_and_an_offices_telephone_stay(text: str) -> None:
    """Nothing that has to be public is taken for a person's."""
    refuse_personal(text)
    assert text == public_text(text, LegalForm.ENTERPRISE, "某店")


def test_a_natural_persons_own_name_is_hidden_in_a_text_too() -> None:
    """Not that of a shop that bears its owner's name, nor a single character, which is in many words."""
    text = f"对张三丰的{DOCUMENT}"
    assert f"对张某的{DOCUMENT}" == public_text(text, LegalForm.PERSON, "张三丰")
    assert text == public_text(text, LegalForm.INDIVIDUAL, "张三丰")
    assert text == public_text(text, LegalForm.PERSON, "对")
