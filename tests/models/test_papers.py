"""Papers: closed forms with limits, so that nothing is lost silently and nothing outgrows a message."""

from datetime import date

import pytest
from pydantic import ValidationError

from models.papers import (
    MAX_LINES,
    PAPERS,
    AcceptClaim,
    ApproveResults,
    CommitSecret,
    DeclineClaim,
    ExtendClaim,
    ImportPlan,
    MovingPaper,
    Paper,
    PostponeVisits,
    ProposePeriods,
    ProvePublication,
    RecordVisits,
    ResultLine,
    ReturnResults,
    SubmitResults,
    VisitLine,
)
from rules.results import Category

SHA = "a" * 64
DAY = date(2026, 4, 1)


def with_lines(kind: type[Paper], count: int) -> Paper:
    """A paper of a kind with so many lines."""
    ids = tuple(f"v{number}" for number in range(count))
    if kind is RecordVisits:
        return RecordVisits(
            lines=tuple(VisitLine(visit=one, completed_on=DAY, officers=("a", "b")) for one in ids)
        )
    if kind is SubmitResults:
        return SubmitResults(
            lines=tuple(ResultLine(visit=one, item="i", categories=(Category.NO_PROBLEM,)) for one in ids)
        )
    if kind is ApproveResults:
        return ApproveResults(visits=ids)
    if kind is ReturnResults:
        return ReturnResults(visits=ids, reason="r")
    if kind is PostponeVisits:
        return PostponeVisits(visits=ids, first_day=DAY, last_day=DAY, reason="r")
    return ProvePublication(publications=ids, address="x", published_on=DAY, sha256=SHA)


LINED = (RecordVisits, SubmitResults, ApproveResults, ReturnResults, PostponeVisits, ProvePublication)


@pytest.mark.parametrize("kind", LINED, ids=lambda one: one.kind)
@pytest.mark.parametrize("count", [1, MAX_LINES])
def test_a_paper_takes_1_to_200_lines_and_counts_them(kind: type[Paper], count: int) -> None:
    """The count travels with the paper's number, so that people see how much was filed."""
    assert count == with_lines(kind, count).count


@pytest.mark.parametrize("kind", LINED, ids=lambda one: one.kind)
@pytest.mark.parametrize("count", [0, MAX_LINES + 1])
def test_a_paper_of_none_or_more_than_200_lines_is_no_paper(kind: type[Paper], count: int) -> None:
    """More would outgrow one transaction and one message."""
    with pytest.raises(ValidationError, match=r"too_short|too_long"):
        with_lines(kind, count)


@pytest.mark.parametrize("kind", sorted(PAPERS))
def test_a_misspelt_field_is_refused(kind: str) -> None:
    """Left out silently, a person would think that it was filed."""
    with pytest.raises(ValidationError) as error:
        PAPERS[kind].model_validate({"a_misspelt_field": 1})
    assert ("a_misspelt_field",) in [
        one["loc"] for one in error.value.errors() if one["type"] == "extra_forbidden"
    ]


def test_a_misspelt_field_of_a_line_is_refused_too() -> None:
    """The lines are forms of their own."""
    with pytest.raises(ValidationError, match="extra_forbidden"):
        VisitLine.model_validate({"visit": "v", "completed_on": DAY, "officers": ("a", "b"), "methode": "x"})


def test_a_paper_without_lines_counts_one() -> None:
    """Every paper counts for something in the list of what was filed."""
    assert 1 == AcceptClaim().count


def test_a_paper_is_frozen() -> None:
    """What was hashed is what is ruled on."""
    paper = DeclineClaim(reason="r")
    with pytest.raises(ValidationError, match="frozen"):
        setattr(paper, "reason", "else")  # noqa: B010 - an assignment would not pass the type checker


@pytest.mark.parametrize("reason", ["", "长" * 2001])
def test_a_reason_is_given_and_is_no_book(reason: str) -> None:
    """A reason that is owed cannot be left empty."""
    with pytest.raises(ValidationError, match="reason"):
        DeclineClaim(reason=reason)


@pytest.mark.parametrize("digest", ["a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n"])
def test_a_hash_is_64_lower_case_hex_digits(digest: str) -> None:
    """One spelling only, for hashes are compared as text."""
    with pytest.raises(ValidationError, match="commitment"):
        CommitSecret(commitment=digest)


def test_a_check_names_two_officers() -> None:
    """At least two of a department's certified officers per subject (行政处罚法 第四十二条)."""
    with pytest.raises(ValidationError, match="officers"):
        VisitLine(visit="v", completed_on=DAY, officers=("a",))


@pytest.mark.parametrize("days", [0, 21])
def test_an_extension_is_of_1_to_20_days(days: int) -> None:
    """No partner is given a season to think."""
    with pytest.raises(ValidationError, match="days"):
        ExtendClaim(department="d", days=days, reason="r")


def test_periods_are_at_least_one() -> None:
    """A draw without a visit period would hash nothing about when."""
    with pytest.raises(ValidationError, match="periods"):
        ProposePeriods(periods=())


@pytest.mark.parametrize("slug", ["Test-2026", "test", "test_2026", "-test", "test-", "测试-2026", "a/b-c"])
def test_a_plans_slug_is_fit_for_a_workflow_id(slug: str) -> None:
    """Small letters and digits joined by hyphens, the office's code first."""
    with pytest.raises(ValidationError, match="document"):
        ImportPlan(document=slug, file_sha256=SHA, reading={}, rows=({},))


def test_kinds_are_unique_and_named_subject_dot_act() -> None:
    """A kind is what a history shows of a paper."""
    kinds = [
        one for one in (*Paper.__subclasses__(), *MovingPaper.__subclasses__()) if one is not MovingPaper
    ]
    assert len(kinds) == len(PAPERS)
    assert all(kind.count(".") == 1 and kind.replace(".", "").islower() for kind in PAPERS)
