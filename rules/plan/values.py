"""The values that a plan row's cells stand for."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Frozen, compared by content."""

    model_config = ConfigDict(frozen=True)


class Ratio(Value):
    """抽查比例: percent and tiers as exact decimal strings; a null means "not printed"."""

    percent: str | None = None
    at_least: bool | None = None
    min_count: int | None = None
    tiers: dict[str, str] | None = None


class Per(StrEnum):
    """The period a frequency counts in (抽查频次)."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def label(self) -> str:
        """The Chinese word."""
        return {"year": "年", "half": "半年", "quarter": "季度", "month": "月"}[self.value]


class Frequency(Value):
    """抽查频次: `times` to `times_max` per period; a null means "not printed"."""

    times: int | None = None
    times_max: int | None = None
    per: Per | None = None


class Window(Value):
    """抽查起止时间: whole months, both included."""

    from_month: int
    to_month: int


class RiskKind(StrEnum):
    """What the 智慧监管（信用风险分类）requirement asks for."""

    NONE = "none"
    RISING = "rising"
    OWN = "own"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The Chinese words."""
        return {"none": "无要求", "rising": "按风险递加", "own": "按行业自有分类", "unknown": "另有要求"}[
            self.value
        ]


class Risk(Value):
    """智慧监管要求: whether ratio and frequency follow the class, for the classes printed."""

    kind: RiskKind
    ratio: bool = False
    frequency: bool = False
    classes: tuple[str, ...] = ()


class OfficeLevel(StrEnum):
    """Who draws and who checks (抽查层级)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"

    @property
    def label(self) -> str:
        """The Chinese word."""
        return {"province": "省", "city": "市", "county": "县"}[self.value]


class Mode(Value):
    """抽查检查模式: a null means "not printed"."""

    draw: OfficeLevel | None = None
    check: OfficeLevel | None = None
