"""Claims about legal forms and publication channels."""

import pytest

from rules.channel import Channel, LegalForm, channel_of, uses_credit_class

MARKET = {LegalForm.ENTERPRISE, LegalForm.INDIVIDUAL, LegalForm.FARMERS_COOPERATIVE}


@pytest.mark.parametrize("form", LegalForm)
def test_market_entities_go_national_and_nobody_else(form: LegalForm) -> None:
    """A for-profit kindergarten is an enterprise; a public school, a project, an agency is not."""
    expected = Channel.NATIONAL if form in MARKET else Channel.OWN_SITE
    assert expected == channel_of(form)


@pytest.mark.parametrize("form", LegalForm)
def test_only_market_entities_have_a_credit_class_to_draw_by(form: LegalForm) -> None:
    """For all others the class does not apply."""
    assert (form in MARKET) == uses_credit_class(form)


def test_forms_and_channels_have_chinese_names_of_their_own() -> None:
    """No two are shown under one name."""
    assert len(LegalForm) == len({form.label for form in LegalForm})
    assert not any(form.label.isascii() for form in LegalForm)
    expected = ["国家企业信用信息公示系统", "本部门网站或媒体"]
    assert expected == [channel.label for channel in Channel]
