"""A scope (抽查对象范围) as a filter over the directory of subjects.

A filter is confirmed by a second person and hashed, so it is a closed, ordered value: each condition
that is set must hold, and within one condition any of its values will do.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rules.channel import LegalForm

_SHOWN = 20
"""Of a long list picked by hand, the words name so many; the hash covers all."""


@dataclass(frozen=True)
class SubjectFacts:
    """What a filter may ask of a subject; `capital` in 万元, `floor_area` in m², None where unknown."""

    code: str
    kind: str
    legal_form: LegalForm
    tags: Collection[str] = ()
    area: str = ""
    credit_class: str | None = None
    capital: int | None = None
    floor_area: int | None = None
    licence: str = ""
    licence_level: str = ""


class ScopeFilter(BaseModel):
    """The conditions of a scope; what is left out does not narrow it.

    `hand_picked` (register codes) stands alone and needs its `reason`. Capital in 万元, floor area in m²,
    both ends included. Whether a subject is still in force is the snapshot's question, not the filter's.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[str, ...] = ()
    legal_forms: tuple[LegalForm, ...] = ()
    tags_any: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    credit_classes: tuple[str, ...] = ()
    min_capital: int | None = Field(default=None, ge=0)
    max_capital: int | None = Field(default=None, ge=0)
    min_floor_area: int | None = Field(default=None, ge=0)
    max_floor_area: int | None = Field(default=None, ge=0)
    licence: str | None = None
    licence_level: str | None = None
    hand_picked: tuple[str, ...] = ()
    reason: str | None = None

    @field_validator(
        "kinds", "legal_forms", "tags_any", "exclude_tags", "areas", "credit_classes", "hand_picked"
    )
    @classmethod
    def _in_order(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """The same conditions give the same hash, in whatever order they were typed."""
        return tuple(sorted(set(values)))

    @model_validator(mode="after")
    def _sound(self) -> "ScopeFilter":
        if self.hand_picked:
            if not (self.reason or "").strip():
                raise ValueError("人工指定名单须写明理由")
            if self.model_dump(exclude={"hand_picked", "reason"}) != _NOTHING:
                raise ValueError("人工指定名单不得与其他条件并用")
        for low, high, name in (
            (self.min_capital, self.max_capital, "注册资本"),
            (self.min_floor_area, self.max_floor_area, "面积"),
        ):
            if low is not None and high is not None and low > high:
                raise ValueError(f"{name}下限{low}高于上限{high}，没有对象能够符合")
        return self


_NOTHING = {
    name: field.default
    for name, field in ScopeFilter.model_fields.items()
    if name not in ("hand_picked", "reason")
}


def accepts(filter: ScopeFilter, subject: SubjectFacts) -> bool:  # noqa: A002 - the trade's own word
    """Whether a subject lies in the scope; one without a fact that is asked for does not (`missing`)."""
    if filter.hand_picked:
        return subject.code in filter.hand_picked
    return (
        _any_of(filter.kinds, subject.kind)
        and _any_of(filter.legal_forms, subject.legal_form)
        and (not filter.tags_any or not set(subject.tags).isdisjoint(filter.tags_any))
        and set(subject.tags).isdisjoint(filter.exclude_tags)
        and _any_of(filter.areas, subject.area)
        and _any_of(filter.credit_classes, subject.credit_class)
        and _within(filter.min_capital, filter.max_capital, subject.capital)
        and _within(filter.min_floor_area, filter.max_floor_area, subject.floor_area)
        and filter.licence in (None, subject.licence)
        and filter.licence_level in (None, subject.licence_level)
    )


def missing(filter: ScopeFilter, subject: SubjectFacts) -> tuple[str, ...]:  # noqa: A002 - as above
    """The facts (Chinese) that the filter asks for and the register doesn't hold for this subject.

    Such subjects drop out of the scope unseen unless they are counted beside it.
    """
    asked = (
        ("区域", bool(filter.areas), subject.area),
        ("信用风险分类", bool(filter.credit_classes), subject.credit_class),
        ("注册资本", (filter.min_capital, filter.max_capital) != (None, None), subject.capital),
        ("面积", (filter.min_floor_area, filter.max_floor_area) != (None, None), subject.floor_area),
        ("许可证", filter.licence is not None, subject.licence),
        ("许可级别", filter.licence_level is not None, subject.licence_level),
    )
    return tuple(name for name, wanted, fact in asked if wanted and fact in (None, ""))


def describe(filter: ScopeFilter) -> str:  # noqa: A002 - as above
    """The filter in Chinese, for the second person who confirms it."""
    if filter.hand_picked:
        shown = "、".join(filter.hand_picked[:_SHOWN]) + ("…" if len(filter.hand_picked) > _SHOWN else "")
        return f"人工指定{len(filter.hand_picked)}户：{shown}；理由：{filter.reason}"
    parts = [
        f"{name}：{'、'.join(values)}"
        for name, values in (
            ("种类", filter.kinds),
            ("法律形式", tuple(form.label for form in filter.legal_forms)),
            ("类别标签（任一）", filter.tags_any),
            ("不含标签", filter.exclude_tags),
            ("区域", filter.areas),
            ("信用风险分类", filter.credit_classes),
        )
        if values
    ]
    for name, low, high, unit in (
        ("注册资本", filter.min_capital, filter.max_capital, "万元"),
        ("面积", filter.min_floor_area, filter.max_floor_area, "平方米"),
    ):
        parts += [f"{name}不低于{low}{unit}"] if low is not None else []
        parts += [f"{name}不高于{high}{unit}"] if high is not None else []
    parts += [f"许可证：{filter.licence}"] if filter.licence else []
    parts += [f"许可级别：{filter.licence_level}"] if filter.licence_level else []
    parts += [f"理由：{filter.reason}"] if filter.reason else []
    return "；".join(parts) or "名录库全部对象"


def _any_of(wanted: Collection[str], fact: str | None) -> bool:
    return not wanted or fact in wanted


def _within(low: int | None, high: int | None, fact: int | None) -> bool:
    if low is None and high is None:
        return True
    return fact is not None and (low is None or fact >= low) and (high is None or fact <= high)
