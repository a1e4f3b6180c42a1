"""Results of a check (检查结果): categories as printed, facts about the subject, methods."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from rules.refusal import Refusal

_WIDTHS = str.maketrans({"(": "（", ")": "）", ",": "、", "，": "、"})


class Category(StrEnum):
    """A result category of the provincial platform (检查结果类别); several may hold at once, `NO_PROBLEM` only alone."""

    NO_PROBLEM = "no_problem"
    NOT_PUBLISHED = "not_published"
    FALSE_PUBLICATION = "false_publication"
    UNREACHABLE = "unreachable"
    RECTIFICATION_ORDERED = "rectification_ordered"
    UNCOOPERATIVE = "uncooperative"
    NO_ACTIVITY = "no_activity"
    PENDING = "pending"

    @property
    def label(self) -> str:
        """The category as it is printed and published."""
        return _CATEGORY_LABELS[self]

    @classmethod
    def from_label(cls, text: str) -> "Category":
        """The category with that printed text (bracket width and spaces aside).

        Refuses `CategoryUnknown`, listing the eight texts.
        """
        try:
            return _BY_LABEL[_plain(text)]
        except KeyError:
            known = "；".join(_CATEGORY_LABELS.values())
            raise Refusal(
                "CategoryUnknown", f"“{text}”不是规定的检查结果类别，请从下列类别中选择：{known}"
            ) from None


_CATEGORY_LABELS = {
    Category.NO_PROBLEM: "未发现问题",
    Category.NOT_PUBLISHED: "未按规定公示应当公示的信息",
    Category.FALSE_PUBLICATION: "公示信息隐瞒真实情况、弄虚作假",
    Category.UNREACHABLE: "通过登记的住所（经营场所）无法联系",
    Category.RECTIFICATION_ORDERED: "发现问题已责令改正",
    Category.UNCOOPERATIVE: "不配合检查情节严重",
    Category.NO_ACTIVITY: "未发现开展本次抽查涉及的经营活动",
    Category.PENDING: "发现问题待后续处理",
}


def _plain(text: str) -> str:
    return "".join(text.split()).translate(_WIDTHS)


_BY_LABEL = {_plain(label): category for category, label in _CATEGORY_LABELS.items()}

PROBLEM_CATEGORIES = frozenset(Category) - {Category.NO_PROBLEM, Category.NO_ACTIVITY}
"""The categories that state a problem; having no such business is a finding, not a problem."""

FOLLOWED_UP = frozenset({Category.RECTIFICATION_ORDERED, Category.PENDING})
"""The categories that speak of a disposal themselves: a re-check, or what is still to come."""


def check_followed_up(cats: Collection[Category]) -> None:
    """Refuses `DisposalMissing` for what is to be followed up, where nobody says how."""
    if bare := sorted(one.label for one in FOLLOWED_UP & set(cats)):
        raise Refusal(
            "DisposalMissing",
            f"结果为“{bare[0]}”的，须提出处置方式；确实无须处置的选“不予处置”，办结时写明理由",
        )


def check_categories(cats: Collection[Category]) -> None:
    """Refuses `CategoryMissing` for none, `CategoryExclusive` for 未发现问题 beside another."""
    if not cats:
        raise Refusal("CategoryMissing", "至少须填写一个检查结果类别")
    others = sorted(cat.label for cat in set(cats) - {Category.NO_PROBLEM})
    if Category.NO_PROBLEM in cats and others:
        raise Refusal(
            "CategoryExclusive", f"“未发现问题”不得与其他类别同时填写，请删去其一：{'；'.join(others)}"
        )


class SubjectFact(StrEnum):
    """A fact about the subject found at the check (对象情况); recorded as such, never as a result."""

    DEREGISTERED = "deregistered"
    REVOKED = "revoked"
    MOVED_AWAY = "moved_away"
    SUSPENDED = "suspended"
    UNREACHABLE = "unreachable"

    @property
    def label(self) -> str:
        """The fact in the words of the register."""
        return _FACT_LABELS[self]


_FACT_LABELS = {
    SubjectFact.DEREGISTERED: "注销",
    SubjectFact.REVOKED: "吊销",
    SubjectFact.MOVED_AWAY: "迁出",
    SubjectFact.SUSPENDED: "停业",
    SubjectFact.UNREACHABLE: "无法联系",
}

LETTERS = 2
LETTERS_APART = (15, 30)
"""Days between the two registered letters: at least, at most (企业经营异常名录管理暂行办法 第九条)."""


def check_letters(sent: Sequence[date]) -> None:
    """Refuses `LettersMissing` for fewer than two letters, `LettersInterval` where they lie wrong apart."""
    if len(sent) != LETTERS:
        raise Refusal(
            "LettersMissing", f"“无法联系”须登记两次专用信函的编号和寄出日，现有{len(sent)}次，请补登记"
        )
    least, most = LETTERS_APART
    apart = abs((sent[1] - sent[0]).days)
    if not least <= apart <= most:
        raise Refusal(
            "LettersInterval", f"两次信函须间隔{least}至{most}日，现间隔{apart}日，请核对或重新寄出"
        )


class Signature(StrEnum):
    """Whether the subject signed the check's record (被检查人签字)."""

    SIGNED = "signed"
    REFUSED = "refused"
    ABSENT = "absent"

    @property
    def label(self) -> str:
        """The fact in the words of the trade."""
        return {"signed": "已签字", "refused": "拒绝签字", "absent": "当事人不在场"}[self.value]


class Method(StrEnum):
    """How a check is made (阳城 四·三)."""

    ON_SITE = "on_site"
    WRITTEN = "written"
    NETWORK = "network"
    COMMISSIONED = "commissioned"

    @property
    def label(self) -> str:
        """The method's Chinese name."""
        return _METHOD_LABELS[self]


_METHOD_LABELS = {
    Method.ON_SITE: "实地核查",
    Method.WRITTEN: "书面检查",
    Method.NETWORK: "网络监测",
    Method.COMMISSIONED: "委托专业机构",
}
