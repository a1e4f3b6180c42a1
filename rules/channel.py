"""Legal forms, and the channel that each one's results are published through (阳城 五, 高平 三)."""

from enum import StrEnum


class LegalForm(StrEnum):
    """The legal form of a subject (主体类型); it decides class and channel, its trade does not."""

    ENTERPRISE = "enterprise"
    INDIVIDUAL = "individual"
    FARMERS_COOPERATIVE = "farmers_cooperative"
    PUBLIC_INSTITUTION = "public_institution"
    PRIVATE_NON_ENTERPRISE = "private_non_enterprise"
    SOCIAL_ORGANIZATION = "social_organization"
    GOVERNMENT = "government"
    PROJECT = "project"
    SITE = "site"
    PERSON = "person"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The form's Chinese name."""
        return _FORM_LABELS[self]


_FORM_LABELS = {
    LegalForm.ENTERPRISE: "企业",
    LegalForm.INDIVIDUAL: "个体工商户",
    LegalForm.FARMERS_COOPERATIVE: "农民专业合作社",
    LegalForm.PUBLIC_INSTITUTION: "事业单位",
    LegalForm.PRIVATE_NON_ENTERPRISE: "民办非企业单位",
    LegalForm.SOCIAL_ORGANIZATION: "社会团体",
    LegalForm.GOVERNMENT: "机关",
    LegalForm.PROJECT: "在建项目",
    LegalForm.SITE: "场所",
    LegalForm.PERSON: "自然人",
    LegalForm.OTHER: "其他",
}

MARKET_ENTITIES = frozenset({LegalForm.ENTERPRISE, LegalForm.INDIVIDUAL, LegalForm.FARMERS_COOPERATIVE})
"""市场主体: what a market regulator registers (市场主体登记管理条例, article 2)."""


class Channel(StrEnum):
    """Where a result is made public (公示渠道)."""

    NATIONAL = "national"
    OWN_SITE = "own_site"

    @property
    def label(self) -> str:
        """The channel's Chinese name."""
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = {
    Channel.NATIONAL: "国家企业信用信息公示系统",
    Channel.OWN_SITE: "本部门网站或媒体",
}


def channel_of(form: LegalForm) -> Channel:
    """Market entities are published nationally (阳城 五), all others by the department (高平 三)."""
    return Channel.NATIONAL if form in MARKET_ENTITIES else Channel.OWN_SITE


def uses_credit_class(form: LegalForm) -> bool:
    """Whether a draw uses the credit risk class 企业信用风险分类: every market entity's (阳城 二)."""
    return form in MARKET_ENTITIES
