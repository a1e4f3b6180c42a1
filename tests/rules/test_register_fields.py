"""Single cells of registers."""

from datetime import date
from random import Random

import pytest
from stdnum.cn import uscc

from rules.register_fields import FieldFault, check_character, day, email, periods, subject_code

ENTERPRISE_CODE = "91149999MA0000001" + check_character("91149999MA0000001")
KEY = "XK14999900000000AB"


def test_the_check_character_is_the_one_that_the_library_computes() -> None:
    """Our sum and python-stdnum's agree on 500 random codes."""
    random = Random(7)
    for _ in range(500):
        digits = "".join(random.choices("0123456789", k=8))
        body = digits + "".join(random.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=9))
        assert uscc.calc_check_digit(body) == check_character(body)


def test_a_code_is_normalised() -> None:
    """Blanks, hyphens, small and full-width letters are made plain."""
    typed = f" {ENTERPRISE_CODE[:2]}-{ENTERPRISE_CODE[2:8]} {ENTERPRISE_CODE[8:].lower()}"
    assert ENTERPRISE_CODE == subject_code(typed)
    assert ENTERPRISE_CODE == subject_code(ENTERPRISE_CODE.replace("M", "Ｍ").replace("9", "９"))


def test_codes_of_authorities_that_are_letters_are_taken() -> None:
    """N (village collectives) is an authority of GB 32100 that python-stdnum's pattern leaves out."""
    body = "N2149999MA0000003"
    assert body + check_character(body) == subject_code(body + check_character(body))


def test_a_register_key_is_taken_for_a_subject_without_code() -> None:
    """XK and 16 capital letters or digits."""
    assert KEY == subject_code(KEY.lower())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("91149999MA00000", "应为18位，现为15位"),
        (ENTERPRISE_CODE[:-1] + ("0" if ENTERPRISE_CODE[-1] != "0" else "1"), "校验位不符"),
        ("9114999OMA00000013", "不允许的字符"),
        ("9.11499991234567E+17", "文本格式"),
        ("XK12", "加16位"),
    ],
)
def test_a_wrong_code_is_refused_with_its_remedy(code: str, words: str) -> None:
    """Each way in which a code is wrong has words of its own."""
    with pytest.raises(FieldFault, match=words):
        subject_code(code)


@pytest.mark.parametrize(
    "text", ["2024-03-01", "2024/3/1", "2024.3.1", "20240301", "2024年3月1日", "２０２４年３月１日"]
)
def test_dates_are_read_in_every_usual_form(text: str) -> None:
    """ISO, slashes, dots, eight digits, Chinese, full-width."""
    assert date(2024, 3, 1) == day(text)


@pytest.mark.parametrize("text", ["2024-02-30", "24-3-1", "3月1日", "45352", "0024-03-01"])
def test_what_is_no_full_date_is_refused(text: str) -> None:
    """No day is guessed, not even from a spreadsheet's serial number."""
    with pytest.raises(FieldFault, match=r"日期|年份"):
        day(text)


def test_leave_is_a_list_of_periods() -> None:
    """Both days included; a single day is a period of one day; in order."""
    assert [["2026-01-01", "2026-01-05"], ["2026-03-02", "2026-03-02"]] == periods(
        "2026年3月2日；2026-01-01~2026-01-05"
    )
    with pytest.raises(FieldFault, match="先起后止"):
        periods("2026-01-05~2026-01-01")


@pytest.mark.parametrize(
    "text", ["zhang.san@example.invalid", "zhang@内网.local", "ｚｈａｎｇ＠example.invalid"]
)
def test_one_address_is_taken(text: str) -> None:
    """As a mail program takes it; typed in full-width letters it is the same."""
    assert "zhang" == email(text)[:5]


@pytest.mark.parametrize(
    "text",
    [
        "无",
        "zhang",
        "zhang@",
        "@example.invalid",
        "a@b, c@d",
        "a@b；c@d",
        "<a@b>",
        "a b@c",
        "a..b@c",
        "a@b.",
        "a@b@c",
    ],
)
def test_what_can_be_no_single_address_is_refused_with_its_remedy(text: str) -> None:
    """Said when it is imported; a message would go to nobody, or to somebody whom nobody meant."""
    with pytest.raises(FieldFault, match=r"应为一个电子邮箱，如 .+，只填一个；没有的留空"):
        email(text)
