"""Claims about result categories, facts and methods."""

from itertools import combinations

import pytest

from rules.refusal import Refusal
from rules.results import PROBLEM_CATEGORIES, Category, Method, SubjectFact, check_categories


def test_the_eight_categories_are_printed_as_the_platform_prints_them() -> None:
    """The text is published, so it is exact."""
    expected = [
        "未发现问题",
        "未按规定公示应当公示的信息",
        "公示信息隐瞒真实情况、弄虚作假",
        "通过登记的住所（经营场所）无法联系",
        "发现问题已责令改正",
        "不配合检查情节严重",
        "未发现开展本次抽查涉及的经营活动",
        "发现问题待后续处理",
    ]
    assert expected == [category.label for category in Category]


@pytest.mark.parametrize("category", Category)
def test_a_printed_text_is_read_back(category: Category) -> None:
    """Typed with narrow brackets and stray spaces too."""
    typed = f" {category.label} ".replace("（", " (").replace("）", ") ")
    assert category is Category.from_label(category.label)
    assert category is Category.from_label(typed)


@pytest.mark.parametrize("text", ["", "没问题", "未发现", "注销"])
def test_another_text_is_refused_with_the_eight_that_are_known(text: str) -> None:
    """A fact about the subject is no category."""
    with pytest.raises(Refusal, match="发现问题待后续处理", check=lambda one: one.type == "CategoryUnknown"):
        Category.from_label(text)


def test_several_problems_may_hold_at_once() -> None:
    """Every pair without 未发现问题 is lawful, and each category alone."""
    for one in Category:
        check_categories([one])
    for pair in combinations(set(Category) - {Category.NO_PROBLEM}, 2):
        check_categories(pair)


@pytest.mark.parametrize("other", sorted(set(Category) - {Category.NO_PROBLEM}))
def test_no_problem_excludes_every_other_category(other: Category) -> None:
    """The refusal names the one that contradicts it."""
    with pytest.raises(
        Refusal, match="未发现问题", check=lambda one: one.type == "CategoryExclusive"
    ) as caught:
        check_categories([other, Category.NO_PROBLEM])
    assert other.label in caught.value.words


def test_no_problem_said_twice_is_still_no_problem() -> None:
    """A repeat contradicts nothing."""
    check_categories([Category.NO_PROBLEM, Category.NO_PROBLEM])


def test_a_result_has_a_category() -> None:
    """An empty one is refused."""
    with pytest.raises(Refusal, check=lambda one: one.type == "CategoryMissing"):
        check_categories([])


def test_a_subject_without_the_business_in_question_has_no_problem() -> None:
    """It needs no disposal, and neither does 未发现问题."""
    expected = {Category.NO_PROBLEM, Category.NO_ACTIVITY}
    assert expected == set(Category) - PROBLEM_CATEGORIES


def test_facts_and_methods_have_the_words_of_the_trade() -> None:
    """As the notice and the register have them."""
    facts, methods = (
        ["注销", "吊销", "迁出", "停业", "无法联系"],
        ["实地核查", "书面检查", "网络监测", "委托专业机构"],
    )
    assert facts == [fact.label for fact in SubjectFact]
    assert methods == [method.label for method in Method]
