"""Seals of the exchange: a checksum that anybody can check, a signature that needs the shared secret."""

import hashlib
import hmac

import pytest

from adapters.exchange_seal import NoSecretError, Seals, Way

SECRET, OTHER = "a-secret-of-the-office", "another-secret-of-it"
NAME, CONTENT = "test-0123456789abcdef01234567.json", b"[]"
SEALS = Seals.parse(f"test={SECRET}")


def manifest(seals: Seals = SEALS, way: Way = Way.BACK) -> str:
    """A file's manifest."""
    return seals.manifest(way, "test", NAME, CONTENT)


def test_a_manifest_is_a_line_of_sha256sum_and_a_signature_that_ordinary_tools_can_make() -> None:
    """The other side needs no program of ours: SHA-256 of the file, HMAC-SHA256 of way and line."""
    line = f"{hashlib.sha256(CONTENT).hexdigest()}  {NAME}\n"
    signed = hmac.new(SECRET.encode(), b"in\n" + line.encode(), hashlib.sha256).hexdigest()
    assert f"{line}# hmac-sha256 {signed}\n" == manifest()


def test_without_a_secret_a_manifest_is_optional_and_still_guards_against_damage() -> None:
    """Nobody is made to sign; but a checksum that is there must be right."""
    plain = Seals()
    assert "" == plain.fault(Way.BACK, "test", CONTENT, None)
    assert "" == plain.fault(Way.BACK, "test", CONTENT, manifest(plain))
    assert "不符" in plain.fault(Way.BACK, "test", b"[ ]", manifest(plain))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (None, "没有校验清单"),
        ("", "内容与校验清单不符"),
        (manifest().replace("# hmac-sha256 ", "# "), "没有签名"),
        (manifest(Seals.parse(f"test={OTHER}")), "签名不符"),
        (manifest(way=Way.OUT), "签名不符"),
        (manifest().replace(NAME, "test-ffffffffffffffffffffffff.json"), "签名不符"),
    ],
)
def test_with_a_secret_what_does_not_bear_its_signature_is_not_taken(changed: str | None, why: str) -> None:
    """Absent, unsigned, signed by another, our own played back, of another file."""
    assert why in SEALS.fault(Way.BACK, "test", CONTENT, changed)


@pytest.mark.parametrize(
    "copied",
    [
        manifest().replace("\n", "\r\n"),
        "\ufeff" + manifest(),
        manifest().replace("  ", " *", 1),
        manifest().upper().replace("# HMAC-SHA256", "# hmac-sha256").replace(NAME.upper(), NAME),
    ],
)
def test_what_editors_and_tools_do_to_a_manifest_breaks_no_seal(copied: str) -> None:
    """Line ends, a mark at the beginning, the star of binary mode, capital digits."""
    assert "" == SEALS.fault(Way.BACK, "test", CONTENT, copied)


def test_a_secret_is_changed_without_a_day_on_which_nothing_goes() -> None:
    """The first seals, all of them open."""
    both = Seals.parse(f"test={OTHER}, test={SECRET}")
    assert "" == both.fault(Way.BACK, "test", CONTENT, manifest())
    assert manifest(Seals.parse(f"test={OTHER}")) == manifest(both)


def test_an_office_without_a_secret_sends_and_takes_nothing_where_others_have_one() -> None:
    """It was forgotten: better seen than open."""
    with pytest.raises(NoSecretError):
        SEALS.manifest(Way.OUT, "other", NAME, CONTENT)
    with pytest.raises(NoSecretError):
        SEALS.fault(Way.BACK, "other", CONTENT, manifest())


@pytest.mark.parametrize("text", ["test", "test=short", f"={SECRET}", "test="])
def test_a_setting_that_is_none_is_refused(text: str) -> None:
    """A secret of few characters, or none, is a mistake."""
    with pytest.raises(ValueError, match="JOINT_EXCHANGE_SECRETS"):
        Seals.parse(text)


def test_secrets_are_not_shown() -> None:
    """A log that prints the object must not tell them."""
    assert SECRET not in repr(SEALS)
