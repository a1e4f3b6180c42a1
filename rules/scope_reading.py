"""Reads the prose of a scope (抽查对象范围) into a proposed filter; a person confirms or replaces it."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rules.channel import LegalForm
from rules.scope_filter import ScopeFilter
from rules.scope_narrowing import Narrowing, take_words

TAG_WORDS: Mapping[str, tuple[str, ...]] = {
    "托幼机构": ("幼儿园", "托幼机构", "托育机构"),
    "幼儿园": ("幼儿园",),
    "中小学校": ("中小学", "小学", "初中", "高中"),
    "中小学": ("中小学", "小学", "初中", "高中"),
    "小学": ("小学",),
    "初中": ("初中",),
    "高中": ("高中",),
    "民办学校": ("民办学校",),
    "学校": ("学校", "中小学", "小学", "初中", "高中"),
    "校外培训机构": ("校外培训机构",),
    "培训机构": ("校外培训机构", "培训机构"),
    "养老机构": ("养老机构",),
    "医疗机构": ("医疗机构",),
    "商场": ("商场",),
    "超市": ("超市",),
    "加油站": ("加油站",),
    "旅行社": ("旅行社",),
    "旅馆": ("旅馆",),
    "酒店": ("酒店", "旅馆"),
}
"""Words of the notices and the class tags that they stand for; a register's own tags come on top."""

_FORM_WORDS: Mapping[str, tuple[LegalForm, ...]] = {
    "民办非企业单位": (LegalForm.PRIVATE_NON_ENTERPRISE,),
    "民办非企业": (LegalForm.PRIVATE_NON_ENTERPRISE,),
    "社会组织": (LegalForm.SOCIAL_ORGANIZATION, LegalForm.PRIVATE_NON_ENTERPRISE),
    "社会团体": (LegalForm.SOCIAL_ORGANIZATION,),
    "社团": (LegalForm.SOCIAL_ORGANIZATION,),
    "农民专业合作社": (LegalForm.FARMERS_COOPERATIVE,),
    "个体工商户": (LegalForm.INDIVIDUAL,),
    "个体户": (LegalForm.INDIVIDUAL,),
    "个体": (LegalForm.INDIVIDUAL,),
    "市场主体": (LegalForm.ENTERPRISE, LegalForm.FARMERS_COOPERATIVE, LegalForm.INDIVIDUAL),
    "事业单位": (LegalForm.PUBLIC_INSTITUTION,),
    "在建工程项目": (LegalForm.PROJECT,),
    "在建项目": (LegalForm.PROJECT,),
    "企业": (LegalForm.ENTERPRISE,),
}
_CLASS_WORDS = {"较高风险": "C", "低风险": "A", "一般风险": "B", "高风险": "D"}
_WHOLE_PLACE = re.compile(r"^(?:全[县市区](?:范围内)?|[县市本]*辖区内?|各类|相关|所有|全部)+")
_CAPITAL = re.compile(r"注册资[本金]金?[^0-9、,;]{0,4}([0-9]+)(万|亿)元?(?:[及含]?(以[上下]))?")
_FLOOR = re.compile(
    r"(≥|≤|不小于|不低于|大于|超过|小于)?\s*([0-9]+)\s*(?:平方米|平米|m\s*2)(?:[及含]?(以[上下]))?"
)
_EXCLUDED = re.compile(r"\(?(?:不含|不包括)([^()、,;]+)\)?|\(([^()、,;]+)除外\)")
_BETWEEN = re.compile(r"[、,;/\s]|以及|和|及|与")
_STRICT = {"大于": 1, "超过": 1, "小于": -1}


class Proposal(NamedTuple):
    """A proposed filter, and the words that it does not render: each waits for a person."""

    filter: ScopeFilter
    not_understood: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The words that a register knows: what it calls its subjects' tags, kinds, areas and licences."""

    tags: Collection[str] = ()
    kinds: Collection[str] = ()
    areas: Collection[str] = ()
    licences: Collection[str] = ()
    levels: Collection[str] = ()

    @property
    def own_kinds(self) -> frozenset[str]:
        """Kinds that are no tags as well: a tag may hold where the kind is another."""
        return frozenset(self.kinds) - frozenset(self.tags)


@dataclass
class _Reading:
    """What has been read so far of one text."""

    narrowing: Narrowing
    named: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    forms: set[LegalForm] = field(default_factory=set)
    formless: bool = False
    bounds: dict[str, int] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)


_NO_WORDS = Vocabulary()


def propose(scope_text: str, known: Vocabulary = _NO_WORDS) -> Proposal:
    """The filter that keywords suggest for the prose of a scope; `known` are the register's own words."""
    words = {**{tag: (tag,) for tag in known.tags}, **TAG_WORDS}
    reading = _Reading(Narrowing(areas=known.areas, licence=known.licences, licence_level=known.levels))
    text = unicodedata.normalize("NFKC", re.sub(r"</?sup>", "", scope_text)).strip()
    text = _read_bounds(text, reading)
    text = _read_exclusions(text, words, reading)
    # What stands in brackets narrows or names the part before it; it is no alternative of its own.
    for number, segment in enumerate(re.split(r"[()]", text)):
        for part in _BETWEEN.split(segment):
            _read_part(part, words, known.own_kinds, reading, alternative=number % 2 == 0)
    if reading.forms and reading.formless:
        # A filter joins its conditions with "and": a form said of one alternative would cut the others.
        reading.unread += sorted(form.label for form in reading.forms)
        reading.forms.clear()
    if reading.kinds and reading.named:
        # Kinds and tags are joined by "and" as well: "one of this kind or with that tag" can't be said.
        reading.unread += sorted(reading.kinds)
        reading.kinds.clear()
    narrowed, unread = reading.narrowing.agreed()
    reading.unread += unread
    proposed = ScopeFilter(
        **narrowed,
        kinds=tuple(reading.kinds),
        legal_forms=tuple(reading.forms),
        tags_any=tuple(reading.named),
        exclude_tags=tuple(reading.excluded),
        credit_classes=tuple(reading.classes),
        min_capital=reading.bounds.get("min_capital"),
        max_capital=reading.bounds.get("max_capital"),
        min_floor_area=reading.bounds.get("min_floor_area"),
        max_floor_area=reading.bounds.get("max_floor_area"),
    )
    return Proposal(proposed, tuple(dict.fromkeys(reading.unread)))


def _read_part(
    part: str,
    words: Mapping[str, tuple[str, ...]],
    own_kinds: Collection[str],
    reading: _Reading,
    *,
    alternative: bool,
) -> None:
    """Reads one alternative (or bracket) into classes, kinds, tags and forms; the rest of it stays unread."""
    rest = _WHOLE_PLACE.sub("", part)
    for word, class_ in _CLASS_WORDS.items():
        if word in rest:
            rest = rest.replace(word, "、")
            reading.classes.add(class_)
    rest, found = reading.narrowing.take(rest)
    rest, kinds = take_words(rest, own_kinds)
    rest, tags = take_words(rest, words)
    if len(tags) + len(kinds) > 1:
        # Two words in one breath (民办学校高中) mean both at once; "any of these tags" would say either.
        reading.unread.append(part)
        return
    rest, forms = take_words(rest, _FORM_WORDS)
    reading.kinds.update(kinds)
    for one in tags:
        reading.named.update(words[one])
    for one in forms:
        reading.forms.update(_FORM_WORDS[one])
    unread = [one for one in re.split(r"[、的等类]+", rest) if one not in ("", "单位")]
    reading.unread += unread
    reading.narrowing.note(found, alternative=alternative, names=bool(kinds or tags or forms or unread))
    if alternative and not forms and (kinds or tags or unread):
        reading.formless = True


def _read_bounds(text: str, reading: _Reading) -> str:
    """Takes the thresholds out of the text; a number without a direction stays unread."""

    def capital(found: re.Match[str]) -> str:
        amount = int(found[1]) * (10_000 if found[2] == "亿" else 1)
        return bound("capital", amount, found[3], found[0])

    def floor(found: re.Match[str]) -> str:
        amount = int(found[2]) + _STRICT.get(found[1], 0)
        side = found[3] or ("以下" if found[1] in ("≤", "小于") else "以上" if found[1] else None)
        return bound("floor_area", amount, side, found[0])

    def bound(name: str, amount: int, side: str | None, words: str) -> str:
        if side is None:
            reading.unread.append(words)
        else:
            reading.bounds[f"{'max' if side == '以下' else 'min'}_{name}"] = amount
        return "、"

    return _FLOOR.sub(floor, _CAPITAL.sub(capital, text))


def _read_exclusions(text: str, words: Mapping[str, tuple[str, ...]], reading: _Reading) -> str:
    """Takes the exclusions out of the text; one that is not wholly a known word stays unread."""

    def excluded(found: re.Match[str]) -> str:
        word = (found[1] or found[2]).strip()
        if word in words:
            reading.excluded.update(words[word])
        else:
            reading.unread.append(f"不含{word}")
        return "、"

    return _EXCLUDED.sub(excluded, text)
