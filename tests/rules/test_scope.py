"""Claims about scope filters, and about reading them from the prose of a row."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from rules.channel import LegalForm
from rules.scope import ScopeFilter, SubjectFacts, Vocabulary, accepts, describe, missing, propose

SHOP = SubjectFacts(
    code="91140522TEST000001",
    kind="商户",
    legal_form=LegalForm.ENTERPRISE,
    tags=("超市", "食品经营"),
    area="东城",
    credit_class="C",
    capital=1000,
    floor_area=300,
    licence="食品经营许可证",
    licence_level="县级",
)
BARE = SubjectFacts(code="X", kind="商户", legal_form=LegalForm.OTHER)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, True),
        ({"kinds": ("商户", "学校")}, True),
        ({"kinds": ("学校",)}, False),
        ({"legal_forms": (LegalForm.ENTERPRISE,)}, True),
        ({"legal_forms": (LegalForm.INDIVIDUAL,)}, False),
        ({"tags_any": ("商场", "超市")}, True),
        ({"tags_any": ("商场",)}, False),
        ({"exclude_tags": ("商场",)}, True),
        ({"tags_any": ("超市",), "exclude_tags": ("食品经营",)}, False),
        ({"areas": ("东城",)}, True),
        ({"areas": ("西城",)}, False),
        ({"credit_classes": ("C", "D")}, True),
        ({"credit_classes": ("A",)}, False),
        ({"min_capital": 1000}, True),
        ({"min_capital": 1001}, False),
        ({"max_capital": 1000}, True),
        ({"max_capital": 999}, False),
        ({"min_floor_area": 300, "max_floor_area": 300}, True),
        ({"min_floor_area": 301}, False),
        ({"max_floor_area": 299}, False),
        ({"licence": "食品经营许可证", "licence_level": "县级"}, True),
        ({"licence": "取水许可证"}, False),
        ({"licence_level": "市级"}, False),
        ({"kinds": ("商户",), "areas": ("西城",)}, False),
        ({"hand_picked": ("91140522TEST000001",), "reason": "点名检查"}, True),
        ({"hand_picked": ("X",), "reason": "点名检查"}, False),
    ],
)
def test_every_condition_that_is_set_must_hold(conditions: dict[str, Any], *, expected: bool) -> None:
    """Thresholds include their own value; within a condition any of its values will do."""
    assert expected == accepts(ScopeFilter(**conditions), SHOP)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ()),
        ({"kinds": ("学校",)}, ()),
        ({"areas": ("东城",), "credit_classes": ("A",)}, ("区域", "信用风险分类")),
        ({"min_capital": 0}, ("注册资本",)),
        ({"max_floor_area": 300}, ("面积",)),
        ({"licence": "许可", "licence_level": "县级"}, ("许可证", "许可级别")),
    ],
)
def test_a_subject_without_a_fact_that_is_asked_for_is_left_out_and_says_so(
    conditions: dict[str, Any], expected: tuple[str, ...]
) -> None:
    """Otherwise an empty column would steer a draw unseen."""
    scope = ScopeFilter(**conditions)
    assert expected == missing(scope, BARE)
    assert not (expected and accepts(scope, BARE))
    assert not missing(scope, SHOP)


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"hand_picked": ("X",)}, "理由"),
        ({"hand_picked": ("X",), "reason": "  "}, "理由"),
        ({"hand_picked": ("X",), "reason": "点名", "areas": ("东城",)}, "其他条件"),
        ({"min_capital": 2, "max_capital": 1}, "注册资本"),
        ({"min_floor_area": 2, "max_floor_area": 1}, "面积"),
        ({"min_capital": -1}, "greater"),
        ({"colour": "red"}, "colour"),
        ({"legal_forms": ("club",)}, "legal_forms"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(conditions: dict[str, Any], words: str) -> None:
    """A picked list gives its reason and stands alone."""
    with pytest.raises(ValidationError, match=words):
        ScopeFilter(**conditions)


def test_the_order_of_typing_does_not_change_what_is_hashed() -> None:
    """Values are kept sorted and once."""
    typed = ScopeFilter(tags_any=("超市", "商场", "超市"), areas=("b", "a"))
    again = ScopeFilter(areas=("a", "b"), tags_any=("商场", "超市"))
    assert typed.model_dump_json() == again.model_dump_json()


def test_a_filter_survives_json() -> None:
    """What is confirmed is what is applied."""
    scope = ScopeFilter(legal_forms=(LegalForm.ENTERPRISE,), min_capital=1000, exclude_tags=("检测",))
    assert scope == ScopeFilter.model_validate_json(scope.model_dump_json())


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (ScopeFilter(), "名录库全部对象"),
        (
            ScopeFilter(legal_forms=(LegalForm.ENTERPRISE,), min_capital=1000),
            "法律形式：企业；注册资本不低于1000万元",
        ),
        (
            ScopeFilter(
                kinds=("商户",),
                tags_any=("超市",),
                exclude_tags=("检测",),
                areas=("东城",),
                credit_classes=("C", "D"),
                max_capital=5,
                min_floor_area=300,
                max_floor_area=900,
                licence="许可",
                licence_level="县级",
                reason="本月专项",
            ),
            "种类：商户；类别标签（任一）：超市；不含标签：检测；区域：东城；信用风险分类：C、D；"
            "注册资本不高于5万元；面积不低于300平方米；面积不高于900平方米；许可证：许可；许可级别：县级；"
            "理由：本月专项",
        ),
        (ScopeFilter(hand_picked=("B", "A"), reason="点名"), "人工指定2户：A、B；理由：点名"),
        (
            ScopeFilter(hand_picked=tuple(f"{one:02}" for one in range(21)), reason="点名"),
            f"人工指定21户：{'、'.join(f'{one:02}' for one in range(20))}…；理由：点名",
        ),
    ],
)
def test_a_filter_is_described_in_full(scope: ScopeFilter, expected: str) -> None:
    """The second person confirms what they can read."""
    assert expected == describe(scope)


SCHOOLS = {"学校", "中小学", "小学", "初中", "高中"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全县注册资本1000万以上企业", {"legal_forms": (LegalForm.ENTERPRISE,), "min_capital": 1000}),
        ("注册资本金2亿元以下的企业", {"legal_forms": (LegalForm.ENTERPRISE,), "max_capital": 20000}),
        ("全市商场（超市）（≥300m<sup>2</sup>）", {"tags_any": ("商场", "超市"), "min_floor_area": 300}),
        ("超过200平方米的超市", {"tags_any": ("超市",), "min_floor_area": 201}),
        ("大于200㎡的超市", {"tags_any": ("超市",), "min_floor_area": 201}),
        ("小于200平方米的超市", {"tags_any": ("超市",), "max_floor_area": 199}),
        ("超市（≤200m2）", {"tags_any": ("超市",), "max_floor_area": 200}),
        ("200平方米及以下的超市", {"tags_any": ("超市",), "max_floor_area": 200}),
        ("面积", None),
        ("学校、托幼机构", {"tags_any": tuple(SCHOOLS | {"幼儿园", "托幼机构", "托育机构"})}),
        ("全县学校单位", {"tags_any": tuple(SCHOOLS)}),
        (
            "社团、民办非企业",
            {"legal_forms": (LegalForm.SOCIAL_ORGANIZATION, LegalForm.PRIVATE_NON_ENTERPRISE)},
        ),
        ("全县在建工程项目", {"legal_forms": (LegalForm.PROJECT,)}),
        ("企业和个体工商户", {"legal_forms": (LegalForm.ENTERPRISE, LegalForm.INDIVIDUAL)}),
        (
            "全市各类较高风险、高风险企业",
            {"legal_forms": (LegalForm.ENTERPRISE,), "credit_classes": ("C", "D")},
        ),
        ("学校（不含幼儿园）", {"tags_any": tuple(SCHOOLS), "exclude_tags": ("幼儿园",)}),
        ("学校（幼儿园除外）", {"tags_any": tuple(SCHOOLS), "exclude_tags": ("幼儿园",)}),
    ],
)
def test_known_words_become_conditions(text: str, expected: dict[str, Any] | None) -> None:
    """And where all words are known, nothing is left over."""
    proposed, not_understood = propose(text)
    if expected is None:
        assert (ScopeFilter(), (text,)) == (proposed, not_understood)
    else:
        assert ScopeFilter(**expected) == proposed
        assert not not_understood


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("全县雷电易发区油库企业", "雷电易发区油库"),
        ("县直民办培训机构", "县直民办"),
        ("民办学校高中、幼儿园", "民办学校高中"),  # both at once, which "any of" can't say
        ("全市已备案养老机构", "已备案"),
        ("注册资本1000万的企业", "注册资本1000万"),  # no direction
        ("社会化服务机构（不含各级部门所属检测机构）", "不含各级部门所属检测机构"),
        ("本辖区燃气经营企业（有特种设备的）", "有特种设备"),
        ("全县雷电易发区油库、煤层气企业", "企业"),  # said of one alternative only
    ],
)
def test_what_is_not_understood_is_named(text: str, left: str) -> None:
    """It waits for a person instead of being dropped."""
    assert left in propose(text).not_understood


def test_a_form_said_of_one_alternative_does_not_cut_the_others() -> None:
    """油库 need not be enterprises, on whichever side of a bracket it stands."""
    for text in ("全县雷电易发区油库、煤层气企业", "企业（含分支机构）、油库"):
        assert not propose(text).filter.legal_forms


def test_a_form_said_of_the_only_alternative_stays_beside_what_is_not_understood() -> None:
    """Half a proposal is better than none, and says that it is half."""
    expected = ((LegalForm.ENTERPRISE,), ("煤层气",))
    proposed, not_understood = propose("全县煤层气企业")
    assert expected == (proposed.legal_forms, not_understood)


def test_a_registers_own_tags_are_understood() -> None:
    """The office's words come from its register."""
    proposed, not_understood = propose("全县油库、污水处理厂", Vocabulary(tags=("油库", "污水处理厂")))
    assert ScopeFilter(tags_any=("油库", "污水处理厂")) == proposed
    assert not not_understood


def test_a_proposal_from_the_prose_accepts_whom_the_prose_means() -> None:
    """From the row to the directory."""
    scope = propose("全市商场（超市）（≥300m2）").filter
    assert accepts(scope, SHOP)
    assert not accepts(scope, replace(SHOP, floor_area=299))
    assert not accepts(scope, replace(SHOP, tags=("药店",)))


WORDS = Vocabulary(
    tags=("超市", "食品经营"),
    kinds=("餐饮", "学校", "超市"),
    areas=("东镇", "西镇", "北"),
    licences=("食品经营许可证", "取水许可证"),
    levels=("一级", "二级"),
)


@pytest.mark.parametrize(
    ("text", "expected", "unread"),
    [
        ("全县餐饮企业", {"kinds": ("餐饮",), "legal_forms": (LegalForm.ENTERPRISE,)}, ()),
        ("全县学校", {"kinds": ("学校",)}, ()),
        ("超市", {"tags_any": ("超市",)}, ()),
        ("东镇的超市", {"areas": ("东镇",), "tags_any": ("超市",)}, ()),
        ("东镇、西镇的超市", {"areas": ("东镇", "西镇"), "tags_any": ("超市",)}, ()),
        ("超市（东镇）", {"areas": ("东镇",), "tags_any": ("超市",)}, ()),
        ("东镇、西镇", {"areas": ("东镇", "西镇")}, ()),
        ("食品经营许可证企业", {"licence": "食品经营许可证", "legal_forms": (LegalForm.ENTERPRISE,)}, ()),
        ("一级学校", {"licence_level": "一级", "kinds": ("学校",)}, ()),
        ("东镇的超市、加油站", {"tags_any": ("加油站", "超市")}, ("东镇",)),
        ("一级、二级学校", {"kinds": ("学校",)}, ("一级", "二级")),
        ("餐饮、超市", {"tags_any": ("超市",)}, ("餐饮",)),
    ],
)
def test_the_registers_own_words_are_read_where_they_hold_for_all(
    text: str, expected: dict[str, Any], unread: tuple[str, ...]
) -> None:
    """Kinds, places, licences and their levels; what is said of one alternative only waits for a person."""
    proposed, not_understood = propose(text, WORDS)
    assert (ScopeFilter(**expected), unread) == (proposed, not_understood)
